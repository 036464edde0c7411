import Foundation
import Testing

@testable import windtunnel

/// One budget among annotated and distilled examples, from the command line.
@Suite struct SplitCommandTests {
  private let place: Workplace

  /// A sweep over both, drawn from the law.
  init() throws {
    place = try Workplace()
    var noise = Runs.Noise()
    var rows = "annotated,distilled,loss\n"
    for annotated in [0, 200, 1000, 5000, 20000] {
      for distilled in [0, 1000, 10000, 100_000] where annotated + distilled > 0 {
        let count = Double(annotated) + 0.2 * pow(Double(distilled), 0.9)
        let loss = 30 / (10 + pow(count, 0.45)) + 0.6
        for _ in 0..<3 { rows += "\(annotated),\(distilled),\(loss * exp(0.003 * noise.normal()))\n" }
      }
    }
    try place.write(rows, to: "sweep.csv")
    let fit = try place.shell(
      "$W fit sweep.csv --law annotate-distill --bootstrap 60 --no-sensitivity --output fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown(
      "split --fit fit.json --budget '$20k' --price a=0.5,s=0.01", "windtunnel.split/1")
  }

  @Test func aFitOfBothIsSplitByTheirPrices() throws {
    let request = "split --fit fit.json --budget '20k USD' --price annotated=0.5 --price 'distilled=0.01 USD'"
    let json = try place.shell("$W \(request) --format json").json()
    #expect(json["schema"] as? String == "windtunnel.split/1")
    let resources = try #require(json["resources"] as? [[String: Any]])
    #expect(resources.map { $0["name"] as? String } == ["annotated", "distilled"])
    let money = resources.compactMap { ($0["usd"] as? [String: Any])?["value"] as? Double }
    #expect(abs(money.reduce(0, +) - 20_000) < 1e-3)
    let distilled = try #require((resources[1]["amount"] as? [String: Any])?["value"] as? Double)
    // The truth: 0.18 s^(-0.1)/0.01 against 1/0.5 a dollar says that all goes to distilled examples.
    #expect(distilled > 1e6)
    #expect((resources[1]["bought_in_draws"] as? Double ?? 0) > 0.9)
    let table = try place.shell(
      "$W split --fit fit.json --budget '$20k' --price a=0.5,s=0.01 --setup s=500 --max s=300k")
    #expect(
      table.status == 0 && table.text.contains("because") && table.text.contains("draws that buy"), "\(table.errors)")
    #expect(table.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.text)")
    try expectStored(place, SplitDocument.self, request) { SplitView(document: $0, terminal: .standardOutput).text }
  }

  @Test(
    arguments: [
      ("--budget '1e20 FLOP' --price a=1,s=1", 64, "must be in dollars"), ("--budget 20k --price a=1,s=1", 64, "USD"),
      ("--budget '$20k'", 64, "nothing has a price"), ("--budget '$20k' --price a=1", 64, "neither a price"),
      ("--budget '$20k' --price a=1,s=-2", 64, "s=-2"), ("--budget '$20k' --price a=1,s=nan", 64, "s=nan"),
      ("--budget '$20k' --price a=1,x=2", 64, "no variable 'x'"), ("--budget '$20k' --price a=1,s", 64, "name=amount"),
      ("--budget '$20k' --price a=1,s=1 --setup q=5", 64, "no --price"),
      ("--budget '$20k' --price a=1,s=1 --max s=-5", 64, "-5"),
      ("--budget '$20k' --price a=1,a=2,s=1", 64, "twice"),
    ])
  func aRequestThatCannotBeMetSaysWhy(_ options: String, _ code: Int32, _ words: String) throws {
    expectFailure(try place.shell("$W split --fit fit.json \(options)"), code, words)
  }
}
