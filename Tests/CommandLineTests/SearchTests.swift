import Foundation
import Testing

/// `windtunnel search` on a table of widths and depths.
@Suite struct SearchTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    var rows = "kind,width,depth,loss,ms\n"
    for (offset, kind) in ["a", "b"].enumerated() {
      for width in [16, 32, 64, 128] {
        for depth in 1...6 {
          let loss = 1 + Double(offset) + 10 / Double(width) + Double((depth - 4) * (depth - 4)) / 10
          rows += "\(kind),\(width),\(depth),\(loss),\(width * depth)\n"
        }
      }
    }
    try place.write(rows, to: "results.csv")
    try place.write(Self.experiment, to: "x.yaml")
  }

  private static let experiment = """
    schema: windtunnel.search/1
    space:
      kind: [a, b]
      width: {ordinal: [16, 32, 64, 128]}
      depth: {int: [1, 6]}
    objective:
      table: results.csv
      key: [kind, width, depth]
      metric: loss
      direction: minimize
    constraints: ["ms <= 200"]
    budget: {trials: 25}
    """

  @Test func theBestFeasibleConfigurationIsFound() throws {
    let json = try place.windtunnel("search", "run", "x.yaml", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.study/1")
    let best = try #require(json["best"] as? [String: Any])
    let parameters = try #require(best["parameters"] as? [String: Any])
    // Of depth 3 at 64 and depth 4 at 32 the first is better: 1.25625 against 1.3125.
    #expect(
      parameters["kind"] as? String == "a" && parameters["width"] as? Int == 64 && parameters["depth"] as? Int == 3)
    #expect((best["values"] as? [String: Double])?["loss"] == 1 + 10.0 / 64 + 0.1)
    let trials = try #require(json["trials"] as? [String: Int])
    #expect(trials["complete"] == 25 && trials["failed"] == 0 && (trials["infeasible_avoided"] ?? 0) > 0)
    let text = try place.windtunnel("search", "run", "x.yaml", "--trials", "48").text
    #expect(text.contains("Every feasible configuration was tried") && text.contains("ms <= 200"))
    let whole = try place.shell("$W search run x.yaml --seed 4; $W search run x.yaml --seed 4").text
    let halves = whole.components(separatedBy: "x: minimize")
    #expect(halves.count == 3 && halves[1] == halves[2])
  }

  @Test func aComparisonIsTheSameForAnyNumberOfThreads() throws {
    let command = "$W search bench x.yaml --seeds 8 --trials 10 --format json --threads"
    let one = try place.shell("\(command) 1")
    #expect(one.status == 0, "\(one.errors)")
    #expect(try place.shell("\(command) 3").text == one.text)
    let rows = try #require(try one.json()["algorithms"] as? [[String: Any]])
    for row in rows {
      let regrets = try #require(row["regrets"] as? [Double])
      #expect(regrets.count == 8 && regrets.allSatisfy { $0 >= 0 })
      #expect(abs((row["mean_regret"] as? Double ?? -1) - regrets.reduce(0, +) / 8) < 1e-12)
      let curve = try #require(row["curve"] as? [[String: Double]])
      #expect(curve.last?["spent"] == 10)
    }
    let drawn = try place.windtunnel("search", "bench", "x.yaml", "--seeds", "2", "--plot", "regret.svg")
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(String(decoding: try place.read("regret.svg"), as: UTF8.self).contains("</svg>"))
  }

  @Test func severalMetricsGiveTheirBestCompromises() throws {
    let text = Self.experiment.replacingOccurrences(of: "metric: loss", with: "metric: [loss, ms]")
    try place.write(text, to: "two.yaml")
    let run = try place.windtunnel("search", "run", "two.yaml", "--trials", "48", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json["best"] == nil)
    let front = try #require(json["front"] as? [[String: Any]]).compactMap { $0["values"] as? [String: Double] }
    // Every feasible configuration was tried, so nothing in the table may be better in both.
    let all = String(decoding: try place.read("results.csv"), as: UTF8.self).split(separator: "\n").dropFirst()
    let pairs = all.map { $0.split(separator: ",").suffix(2).compactMap { Double($0) } }.filter { $0[1] <= 200 }
    func isDominated(_ loss: Double, _ ms: Double) -> Bool {
      pairs.contains { $0[0] <= loss && $0[1] <= ms && $0 != [loss, ms] }
    }
    #expect(Set(front.map { [$0["loss"] ?? 0, $0["ms"] ?? 0] }) == Set(pairs.filter { !isDominated($0[0], $0[1]) }))
    let bench = try place.windtunnel("search", "bench", "two.yaml", "--seeds", "4", "--trials", "20")
    #expect(bench.status == 0 && bench.text.contains("nsga2") && bench.text.contains("hypervolume"), "\(bench.errors)")
    expectFailure(
      try place.windtunnel("search", "run", "two.yaml", "--algorithm", "evolution"), 65, "use auto, random, nsga2"
    )
  }

  @Test(arguments: [
    ("width: {ordinal: [16, 32, 64, 128]}", "width: {ordinl: [16]}", "did you mean 'ordinal'?"),
    ("width: {ordinal: [16, 32, 64, 128]}", "width: {float: [16, 128]}", "list the table's values"),
    ("width: {ordinal: [16, 32, 64, 128]}", "width: {float: [0, 1], log: true}", "its lower end must be above 0"),
    ("width: {ordinal: [16, 32, 64, 128]}", "width: {ordinal: [16, 16]}", "lists a value twice"),
    ("kind: [a, b]", "kind: [c, d]", "no row has the values"),
    ("depth: {int: [1, 6]}", "depth: {int: [1, 6], when: {knd: a}}", "did you mean 'kind'?"),
    ("depth: {int: [1, 6]}", "depth: {int: [6, 1]}", "two numbers in order"),
    ("metric: loss", "metric: los", "did you mean 'loss'?"), ("metric: loss", "", "'objective.metric': it is missing"),
    ("direction: minimize", "direction: minimise", "did you mean 'minimize'?"),
    ("key: [kind, width, depth]", "key: [kind, width]", "missing from the table's key"),
    ("ms <= 200", "ms <= 1", "'ms <= 1' holds in 0 of 48 configurations"),
    ("ms <= 200", "mss <= 200", "did you mean 'ms'?"),
    ("ms <= 200", "ms <=", "expected"), ("trials: 25", "trials: 0", "whole number from 1"),
    ("trials: 25", "cost: 10", "the column of what a trial costs"), ("budget:", "bugdet:", "did you mean 'budget'?"),
    ("  kind: [a, b]", "\tkind: [a, b]", "line"),
  ])
  func aWrongExperimentIsExplained(_ right: String, _ wrong: String, _ words: String) throws {
    let text = Self.experiment.replacingOccurrences(of: right, with: wrong)
    #expect(text != Self.experiment)
    try place.write(text, to: "wrong.yaml")
    expectFailure(try place.windtunnel("search", "run", "wrong.yaml"), 65, words)
  }

  @Test func missingAndDoubledInputsAreExplained() throws {
    expectFailure(try place.windtunnel("search", "run", "none.yaml"), 66, "no such experiment file")
    try place.write(Self.experiment.replacingOccurrences(of: "results.csv", with: "gone.csv"), to: "gone.yaml")
    expectFailure(try place.windtunnel("search", "run", "gone.yaml"), 66, "gone.csv")
    let rows = String(decoding: try place.read("results.csv"), as: UTF8.self)
    try place.write(rows + "a,16,1,3,4\n", to: "twice.csv")
    try place.write(Self.experiment.replacingOccurrences(of: "results.csv", with: "twice.csv"), to: "twice.yaml")
    expectFailure(try place.windtunnel("search", "run", "twice.yaml"), 65, "twice.csv:50", "that of line 2 too")
    expectFailure(
      try place.windtunnel("search", "run", "x.yaml", "--algorithm", "hyperbandit"), 64, "did you mean 'hyperband'?")
    expectFailure(try place.windtunnel("search", "run", "x.yaml", "--trials", "0"), 64, "--trials")
    expectFailure(try place.windtunnel("search", "bench", "x.yaml", "--seeds", "1"), 64, "--seeds")
  }
}
