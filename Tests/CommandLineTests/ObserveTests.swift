import Foundation
import Testing

/// Capabilities of public models, from the command line.
@Suite struct ObserveTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    var noise = Runs.Noise()
    var rows = "model,family,flops,reading,sums,code,exam\n"
    for index in 0..<40 {
      let compute = 20 + 0.1 * Double(index)
      let skill = compute - 22 + (index % 2 == 0 ? 0.3 : 0) + 0.05 * noise.normal()
      func score(_ slope: Double, _ shift: Double) -> Double {
        min(max(1 / (1 + exp(-slope * skill - shift)) + 0.01 * noise.normal(), 0), 1)
      }
      let code = index % 7 == 3 ? "" : String(score(0.9, -0.4))
      rows +=
        "m\(index),\(index % 2 == 0 ? "even" : "odd"),\(pow(10, compute)),\(score(0.7, 0.3)),\(score(1.1, -0.6)),\(code),"
        + "\(score(1.4, -1))\n"
    }
    try place.write(rows, to: "models.csv")
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("observe models.csv --bootstrap 20 --components 2", "windtunnel.observation/1")
  }

  @Test func scoresBecomeCapabilitiesAndForetellATask() throws {
    let json = try place.shell("$W observe models.csv --bootstrap 40 --format json").json()
    #expect(json["schema"] as? String == "windtunnel.observation/1" && json["imputed"] as? Int == 6)
    let components = try #require(json["components"] as? [[String: Any]])
    let first = try #require(components.first?["share"] as? [String: Any])
    #expect(
      components.count == 4 && (first["value"] as? Double ?? 0) > 0.95 && (first["interval"] as? [Double])?.count == 2)
    let families = try #require(json["families"] as? [[String: Any]])
    #expect(families.compactMap { $0["family"] as? String } == ["even", "odd"])
    #expect(families.allSatisfy { ($0["r_squared"] as? Double ?? 0) > 0.95 })
    let request = "observe models.csv --task exam --cutoff '1e22 FLOP' --components 1 --bootstrap 40"
    let table = try place.shell("$W \(request)")
    #expect(table.status == 0 && table.text.contains("compute alone"), "\(table.errors)")
    #expect(table.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.text)")
    let task = try #require(try place.shell("$W \(request) --format json").json()["task"] as? [String: Any])
    #expect(task["fitted"] as? Int == 21 && task["held_out"] as? Int == 19)
    func error(_ key: String) -> Double {
      ((task[key] as? [String: Any])?["held_out_error"] as? [String: Any])?["value"] as? Double ?? .nan
    }
    #expect(error("from_capabilities") < 0.05)
    #expect(error("from_capabilities") < error("from_compute"))
  }

  @Test(
    arguments: [
      ("observe models.csv --task exam", 64, "must be given together"), ("observe none.csv", 66, "none.csv"),
      ("observe models.csv --benchmarks reading,nosuch", 65, "nosuch"),
      ("observe models.csv --benchmarks reading,reading", 64, "twice"),
      ("observe models.csv --benchmarks flops,reading", 65, "between 0 and 1"),
      ("observe models.csv --components 9", 64, "from 1 to 4"),
      ("observe models.csv --task exam --cutoff '1e10 FLOP'", 64, "move --cutoff"),
      ("observe models.csv --task nosuch --cutoff '1e22 FLOP'", 65, "nosuch"),
      ("observe models.csv --task exam --cutoff 5x", 64, "5x"),
      ("observe models.csv --rename flops=f --task exam --cutoff '1e22 FLOP'", 65, "'flops'"),
    ])
  func aRequestThatCannotBeMetSaysWhy(_ line: String, _ code: Int32, _ words: String) throws {
    expectFailure(try place.shell("$W \(line)"), code, words)
  }

  @Test func emptyAndBrokenTablesAreRefused() throws {
    try place.write("", to: "empty.csv")
    expectFailure(try place.shell("$W observe empty.csv"), 65, "empty")
    try place.write("model,a,b\nm,0.1,0.2\n", to: "one.csv")
    expectFailure(try place.shell("$W observe one.csv --components 1"), 65, "more models")
    try place.write("model,a,b\nm,0.1,0.2\nn,0.3,0.4\no,0.4,0.6\np,0.7,0.6\n", to: "two.csv")
    let two = try place.shell("$W observe two.csv --bootstrap 10 --format json")
    #expect(two.status == 0, "\(two.errors)")
    try place.write("model,a,b\nm,,0.2\nn,,0.4\no,,0.5\n", to: "hollow.csv")
    expectFailure(try place.shell("$W observe hollow.csv --benchmarks a,b --components 1"), 64, "'a' has no score")
  }
}
