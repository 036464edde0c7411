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

/// What an objective may ask of the runs of its command.
@Suite struct ObjectiveOptionTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private func experiment(_ command: String, _ options: String, budget: String = "{trials: 3}") -> String {
    """
    schema: windtunnel.search/1
    space: {width: {int: [1, 40]}}
    objective:
      command: >-
        \(command)
      metric: loss
      direction: minimize
      \(options)
    budget: \(budget)
    directory: study
    """
  }

  private func lines() throws -> [[String: Any]] {
    let text = try place.windtunnel("search", "export", "study", "--format", "jsonl").text
    return try text.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("a trial that is repeated has the mean of its runs, each with a seed and a checkpoint of its own")
  func repeats() throws {
    let command = #"echo {seed} >> seeds; touch {checkpoint}/x; n=$(wc -l < seeds); echo "{\"loss\": $((n * n))}""#
    try place.write(experiment(command, "repeats: 3"), to: "x.yaml")
    let run = try place.windtunnel("search", "run", "x.yaml")
    #expect(run.status == 0, "\(run.errors)")
    // 1, 4, 9; 16, 25, 36; 49, 64, 81.
    #expect(try lines().compactMap { $0["value"] as? Double } == [14.0 / 3, 77.0 / 3, 194.0 / 3])
    let metrics = try #require(lines()[0]["metrics"] as? [String: Double])
    #expect(abs((metrics["loss_sd"] ?? 0) - (49.0 / 3).squareRoot()) < 1e-12)
    let seeds = String(decoding: try place.read("seeds"), as: UTF8.self).split(separator: "\n")
    #expect(Set(seeds).count == 9)
    #expect(try place.shell("ls study/trials/*/*/x | wc -l").text.contains("9"))
  }

  @Test func aCostIsComputedAndEndsTheSearch() throws {
    let command = #"echo "{\"loss\": {width}, \"params\": 10, \"tokens\": 5}""#
    try place.write(experiment(command, "cost: 6 * params * tokens", budget: "{cost: $1000}"), to: "x.yaml")
    let run = try place.windtunnel("search", "run", "x.yaml", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let budget = try #require(try run.json()["budget"] as? [String: Any])
    #expect(budget["cost_used"] as? Double == 1200 && budget["trials_used"] as? Double == 4)
  }

  @Test func aProcessThatTakesMoreMemoryThanItMayFails() throws {
    let command = #"python3 -c "x = bytearray({width} * 50000000); print('{{\"loss\": 1}')""#
    let text = experiment(command, "memory: 500 MB").replacingOccurrences(of: "[1, 40]", with: "[1, 20]")
    try place.write(text.replacingOccurrences(of: "{trials: 3}", with: "{trials: 20}"), to: "x.yaml")
    let run = try place.windtunnel("search", "run", "x.yaml", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    for line in try lines() {
      let width = try #require((line["params"] as? [String: Int])?["width"])
      let state = try #require(line["state"] as? String)
      if width <= 4 { #expect(state == "COMPLETE") }
      if width >= 10 { #expect(state == "FAIL" && (line["failure"] as? String)?.contains("MemoryError") == true) }
    }
    let bad = experiment("true", "memory: 8 apples")
    try place.write(bad, to: "y.yaml")
    expectFailure(try place.windtunnel("search", "run", "y.yaml"), 65, "y.yaml:8:")
  }
}

/// `windtunnel search run` with a language model, with a server that stands in for one.
@Suite struct ProposerTests {
  /// Writes its port to `port`, what it was sent to `requests`, and answers: with an error once, then what is no configuration,
  /// then configurations.
  private static let server = #"""
    import http.server, json, os
    count = 0
    class Handler(http.server.BaseHTTPRequestHandler):
      def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("requests", "a") as file:
          file.write(json.dumps([self.path, self.headers["Authorization"], json.loads(body)]) + "\n")
        count += 1
        reply = "no" if count == 2 else json.dumps({"width": 10 + count, "depth": 9})
        text = json.dumps({"choices": [{"message": {"role": "assistant", "content": reply}}]}).encode()
        self.send_response(503 if count == 1 else 200)
        self.end_headers()
        self.wfile.write(text)
      def log_message(self, *arguments): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    open("port.new", "w").write(str(server.server_port))
    os.rename("port.new", "port")
    server.serve_forever()
    """#

  /// An experiment without its budget; the bottom is at width 20 and depth 9.
  private static let bowl = #"""
    schema: windtunnel.search/1
    space: {width: {int: [1, 40]}, depth: {int: [1, 40]}}
    objective:
      command: >-
        echo "{\"loss\": $(( ({width}-20)*({width}-20) + ({depth}-9)*({depth}-9) ))}"
      metric: loss
      direction: minimize
    """#

  @Test("an endpoint proposes trials, its faults are rejected and counted, and its key is written nowhere")
  func endpoint() throws {
    let place = try Workplace()
    try place.write(Self.server, to: "server.py")
    try place.write(
      Self.bowl + #"""

        proposer: {endpoint: "http://127.0.0.1:PORT/v1", model: stand-in, key: STAND_IN_KEY, task: find the bowl's bottom}
        budget: {trials: 8}
        directory: study
        """#, to: "x.yaml")
    let run = try place.shell(
      """
      python3 server.py & server=$!; trap "kill -KILL $server" EXIT
      for i in $(seq 100); do [ -e port ] && break; sleep 0.1; done
      sed -i "s/PORT/$(cat port)/" x.yaml
      STAND_IN_KEY=secret-word $W search run x.yaml --format json
      """)
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    let best = try #require(json["best"] as? [String: Any])
    // The replies after the error and what is no JSON have widths from 13 on, and so 20 is among eight.
    #expect((best["values"] as? [String: Double])?["loss"] == 0)
    let trials = try #require(json["trials"] as? [String: Int])
    #expect(trials["complete"] == 8 && trials["proposals_rejected"] == 1)
    let requests = String(decoding: try place.read("requests"), as: UTF8.self).split(separator: "\n")
    #expect(requests.count == 10)
    #expect(requests.allSatisfy { $0.contains("/v1/chat/completions") && $0.contains("Bearer secret-word") })
    #expect(requests[2].contains("not one JSON object") && requests[9].contains("find the bowl's bottom"))
    let leaks = try place.shell("grep -rl secret-word study; true")
    #expect(leaks.text.isEmpty && !run.errors.contains("secret-word") && !run.text.contains("secret-word"))
    let without = try place.windtunnel("search", "run", "x.yaml", "--directory", "other")
    expectFailure(without, 69, "STAND_IN_KEY")
  }

  @Test func whatWasExportedBeginsAnotherSearch() throws {
    let place = try Workplace()
    let experiment = Self.bowl + "\nbudget: {trials: 15}"
    try place.write(experiment, to: "first.yaml")
    try place.write(experiment + "\nearlier: first.csv", to: "second.yaml")
    let run = try place.shell(
      """
      $W search run first.yaml > /dev/null && $W search export runs/first > first.csv &&
      $W search run second.yaml --format json && $W search export runs/second > second.csv
      """)
    #expect(run.status == 0 && run.errors.contains("earlier trials: 15 from"), "\(run.errors)")
    let trials = try #require(try run.json()["trials"] as? [String: Int])
    #expect(trials["earlier"] == 15 && trials["complete"] == 30)
    let repeats = try place.shell("cut -d, -f4,5 second.csv | sort | uniq -d")
    #expect(repeats.text.isEmpty)
  }
}
