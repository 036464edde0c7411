import Foundation
import Testing

/// `windtunnel search` on a command.
@Suite struct SearchCommandTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Self.experiment, to: "x.yaml")
  }

  /// Every run that comes to its end leaves a line in `ran`.
  private static let experiment = #"""
    schema: windtunnel.search/1
    name: x
    space:
      width: {int: [1, 40]}
      depth: {int: [1, 40]}
    objective:
      command: >-
        sleep 0.02; echo "{\"loss\": $(( ({width}-20)*({width}-20) + ({depth}-9)*({depth}-9) ))}" >> "$WINDTUNNEL_METRICS";
        echo {trial} >> ran
      metric: loss
      direction: minimize
    constraints: ["width * depth <= 400"]
    algorithm: evolution
    budget: {trials: 40}
    """#

  private func lines(_ name: String) throws -> [String] {
    String(decoding: try place.read(name), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func aCommandIsSearched() throws {
    let run = try place.windtunnel("search", "run", "x.yaml", "--workers", "3", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    let trials = try #require(json["trials"] as? [String: Int])
    #expect(trials["complete"] == 40 && trials["failed"] == 0)
    #expect(try lines("ran").map { Int($0) ?? -1 }.sorted() == Array(0..<40))
    let again = try place.windtunnel("search", "run", "x.yaml")
    expectFailure(again, 73, "--resume")
    let show = try place.windtunnel("search", "show", "runs/x", "--trials", "3")
    #expect(show.status == 0 && show.text.contains("best of 40 trials"), "\(show.errors)")
    let csv = try place.windtunnel("search", "export", "runs/x").text.split(separator: "\n")
    #expect(csv.count == 41 && csv[0].hasPrefix("number,value,state,params_width,params_depth,"))
    for line in csv.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let (width, depth) = (try #require(Int(cells[3])), try #require(Int(cells[4])))
      #expect(width * depth <= 400)
      #expect(Double(cells[1]) == Double((width - 20) * (width - 20) + (depth - 9) * (depth - 9)))
    }
  }

  @Test func aKilledSearchLosesNothingAndRepeatsNothing() throws {
    let whole = try place.windtunnel("search", "run", "x.yaml", "--directory", "whole", "--format", "json")
    try place.write("", to: "ran")
    // Killed at ten moments, some of them before the first trial.
    _ = try place.shell("timeout -s KILL 0.15 $W search run x.yaml 2>/dev/null; true")
    for tenth in 1...9 {
      _ = try place.shell("timeout -s KILL 0.\(10 + 3 * tenth) $W search run x.yaml --resume 2>/dev/null; true")
    }
    let end = try place.shell("$W search run x.yaml --resume --format json || $W search run x.yaml --format json")
    #expect(end.status == 0, "\(end.errors)")
    let (one, other) = (try whole.json(), try end.json())
    #expect(one["best"] as? NSDictionary == other["best"] as? NSDictionary)
    #expect(one["trials"] as? NSDictionary == other["trials"] as? NSDictionary)
    let columns = "cut -d, -f1-5"
    #expect(
      try place.shell("$W search export whole | \(columns)").text
        == place.shell("$W search export runs/x | \(columns)").text)
    // A trial may end and not be recorded when the search is killed between; that one runs again.
    let ran = try lines("ran")
    #expect(Set(ran).count == 40 && ran.count <= 50)
  }

  @Test func interruptingStopsCleanly() throws {
    try place.write(Self.experiment.replacingOccurrences(of: "sleep 0.02", with: "sleep 0.3"), to: "slow.yaml")
    let stopped = try place.shell("timeout -s INT 1 $W search run slow.yaml --workers 2; echo \"status $?\"")
    #expect(stopped.errors.contains("the search was interrupted; go on with --resume"), "\(stopped.errors)")
    let left = try place.shell("$W search export runs/x | grep -c COMPLETE")
    #expect((Int(left.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) >= 2)
  }

  @Test func twoSearchesOfOneStudyAreRefused() throws {
    let both = try place.shell(
      "$W search run x.yaml 2>/dev/null >/dev/null & sleep 0.4; $W search run x.yaml --resume; echo \"status $?\"; wait"
    )
    #expect(
      both.text.contains("status 75") && both.errors.contains("another process runs this study"), "\(both.errors)")
  }

  @Test func failuresAreCountedAndExplained() throws {
    let failing = Self.experiment.replacingOccurrences(of: "sleep 0.02;", with: "test {width} -gt 20 && exit 3;")
    try place.write(failing + "\nfailures_in_a_row: 40\n", to: "some.yaml")
    let some = try place.windtunnel("search", "run", "some.yaml", "--directory", "some", "--format", "json")
    let trials = try #require(try some.json()["trials"] as? [String: Int])
    #expect((trials["failed"] ?? 0) > 0 && (trials["complete"] ?? 0) + (trials["failed"] ?? 0) == 40)
    try place.write(
      Self.experiment.replacingOccurrences(of: "sleep 0.02;", with: "echo no such file >&2; exit 3;"), to: "all.yaml")
    let all = try place.windtunnel("search", "run", "all.yaml", "--directory", "all")
    #expect(all.status == 65)
    #expect(all.errors.contains("error: 10 trials failed in a row"))
    #expect(all.errors.contains("it ended with code 3: no such file"))
    try place.write(Self.experiment.replacingOccurrences(of: "\\\"loss\\\"", with: "\\\"los\\\""), to: "mute.yaml")
    let mute = try place.windtunnel("search", "run", "mute.yaml", "--directory", "mute")
    #expect(mute.status == 65 && mute.errors.contains("it wrote no 'loss'"), "\(mute.errors)")
  }

  @Test(arguments: [
    ("({width}-20)*", "({widht}-20)*", "did you mean '{width}'?"),
    ("width * depth <= 400", "width * dept <= 400", "did you mean 'depth'?"),
    ("metric: loss", "metric: loss\n  metrics: {loss: '('}", "no regular expression"),
    ("metric: loss", "metric: loss\n  timeout: soon", "timeout"),
    ("metric: loss", "metric: loss\n  fidelity: {epochs: [0, 9]}", "rise from a number above 0"),
    ("algorithm: evolution", "algorithm: hyperband", "no 'fidelity'"),
    ("trials: 40", "cost: -1", "above 0"),
  ])
  func aWrongExperimentIsExplained(_ right: String, _ wrong: String, _ words: String) throws {
    let text = Self.experiment.replacingOccurrences(of: right, with: wrong)
    #expect(text != Self.experiment)
    try place.write(text, to: "wrong.yaml")
    expectFailure(try place.windtunnel("search", "run", "wrong.yaml"), 65, words)
  }
}
