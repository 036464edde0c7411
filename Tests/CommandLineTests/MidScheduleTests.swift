import Foundation
import Testing

/// Points in the midst of a learning-rate schedule among finished runs.
@Suite struct MidScheduleTests {
  private let place: Workplace

  /// Sixty finished runs, and behind them twenty points taken half-way, of a loss that has still to fall.
  init() throws {
    place = try Workplace()
    let runs = Runs.grid()
    let finished = runs.map { "\($0.params),\($0.tokens),\($0.loss),1\n" }.joined()
    let half = runs.prefix(20).map { "\($0.params),\($0.tokens),\($0.loss * 1.05),0.5\n" }.joined()
    let header = "params,tokens,loss,"
    try place.write("\(header)portion_steps_elapsed\n\(finished)\(half)", to: "mixed.csv")
    try place.write("\(header)schedule_portion\n\(finished)", to: "finished.csv")
    try place.write("\(header)decay_portion\n\(finished)\(half)", to: "decay.csv")
    try place.write("\(header)schedule_portion\n\(half)", to: "half.csv")
    try place.write(
      "\(header)schedule_portion\n\(finished.replacingOccurrences(of: ",1\n", with: ",100\n"))", to: "percent.csv")
    try place.write("\(header)epoch\n\(finished)\(half)", to: "untold.csv")
  }

  private func fit(_ file: String, _ options: String = "") throws -> [String: Any] {
    try place.shell("$W fit \(file) --bootstrap 0 --no-sensitivity --format json \(options)").json()
  }

  private func value(_ json: [String: Any], _ name: String) throws -> Double {
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    return try #require(parameters[name]?["value"] as? Double)
  }

  @Test(arguments: ["mixed.csv", "decay.csv"]) func areLeftOutOfALawOfFinishedRuns(_ file: String) throws {
    let (mixed, finished) = (try fit(file), try fit("finished.csv"))
    for name in ["E", "alpha", "beta"] { #expect(try value(mixed, name) == value(finished, name)) }
    let runs = try #require(mixed["runs"] as? [String: Any])
    #expect(runs["used"] as? Int == 60 && runs["excluded"] as? Int == 20)
    let exclusion = try #require((runs["exclusions"] as? [[String: Any]])?.first)
    #expect((exclusion["lines"] as? [Int])?.first == 62)
    let notes = try #require(runs["notes"] as? [String])
    #expect(notes.contains { $0.contains("20 of 80") && $0.contains("--keep-mid-schedule") })
  }

  @Test func areKeptWhereThatIsAskedForOrNothingTellsThem() throws {
    let (kept, untold) = (try fit("mixed.csv", "--keep-mid-schedule"), try fit("untold.csv"))
    #expect(try value(kept, "E") == value(untold, "E"))
    #expect((kept["runs"] as? [String: Any])?["used"] as? Int == 80)
    let notes = try #require((kept["runs"] as? [String: Any])?["notes"] as? [String])
    #expect(notes.contains { $0.contains("are kept") })
    // A formula that names the portion wants them.
    let own = try fit("mixed.csv", "--formula 'E + A/N^a + B/D^b + c*(1 - portion_steps_elapsed)'")
    #expect((own["runs"] as? [String: Any])?["used"] as? Int == 80)
  }

  @Test func areLeftOutOfAComparison() throws {
    let json = try place.shell("$W compare mixed.csv --format json").json()
    #expect(json["runs"] as? Int == 60 && (json["exclusions"] as? [[String: Any]])?.count == 1)
    let table = try place.shell("$W compare mixed.csv --keep-mid-schedule")
    #expect(table.status == 0 && table.text.contains("20 of 80 rows"), "\(table.errors)")
  }

  @Test func aPortionThatIsNoneIsRefused() throws {
    expectFailure(try place.shell("$W fit percent.csv"), 65, "between 0 and 1", "percent.csv:2", "percentages")
    expectFailure(try place.shell("$W fit half.csv"), 65, "all 20 rows", "--keep-mid-schedule")
  }
}
