import Foundation
import Testing

/// `fit --by`: a fit a group of runs.
@Suite struct FitsByGroupTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Self.table, to: "tuned.csv")
  }

  private static let sizes = (0..<12).map { 200 * pow(2, Double($0)) }

  /// Two curves of known parameters, and one that is too short.
  private static var table: String {
    let curves = sizes.flatMap { size in
      [("a", 30.0, 9.0, 0.3, 1.2), ("b", 500, 150, 0.5, 0.7)].map { model, b, bend, beta, floor in
        "t,\(model),\(size),\(b / (bend + pow(size, beta)) + floor)\n"
      }
    }
    let short = sizes.prefix(3).map { "t,short,\($0),\(2 / pow($0, 0.1))\n" }
    return "task,model,train_examples,loss\n" + (curves + short).joined()
  }

  private func fit(_ arguments: String) throws -> Outcome {
    try place.shell("$W fit tuned.csv --law rectified --bootstrap 0 --no-sensitivity \(arguments)")
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown(
      "fit tuned.csv --law rectified --by model --bootstrap 0 --no-sensitivity", "windtunnel.fits/2")
  }

  @Test func everyGroupHasItsOwnFit() throws {
    let json = try fit("--by task,model --format json").json()
    #expect(json["schema"] as? String == "windtunnel.fits/2")
    #expect(json["by"] as? [String] == ["task", "model"])
    let law = try #require(json["law"] as? [String: Any])
    let names = (law["parameters"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
    #expect(law["name"] as? String == "rectified" && names == ["B", "D_l", "beta", "E"])
    #expect(json["fitted"] as? Int == 2)
    #expect(try #require(json["mean_log_rmsd"] as? Double) < 1e-9)
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(groups.compactMap { ($0["group"] as? [String: String])?["model"] } == ["a", "b", "short"])
    for (group, truth) in zip(groups, [[30, 9, 0.3, 1.2], [500, 150, 0.5, 0.7]]) {
      let fit = try #require(group["fit"] as? [String: Any])
      #expect(fit["schema"] as? String == "windtunnel.fit/2")
      let parameters = try #require(fit["parameters"] as? [String: [String: Any]])
      for (name, truth) in zip(["B", "D_l", "beta", "E"], truth) {
        let value = try #require(parameters[name]?["value"] as? Double)
        #expect(abs(value / truth - 1) < 1e-6, "\(name) = \(value)")
      }
      #expect(group["runs"] as? Int == 12)
    }
    let last = try #require(groups.last)
    #expect(last["fit"] == nil && last["runs"] as? Int == 3)
    #expect(try #require(last["reason"] as? String).contains("3 runs cannot determine the 4 parameters"))
  }

  /// A group's document is the one that its runs give alone.
  @Test func aGroupIsFittedAsIfItWereAlone() throws {
    let grouped = try fit("--by model --starts 64 --format json").json()
    let alone = try fit("--where \"model == 'b'\" --starts 64 --format json").json()
    let group = try #require((grouped["groups"] as? [[String: Any]])?.dropFirst().first?["fit"] as? [String: Any])
    let one = try #require(group["parameters"] as? [String: [String: Any]])
    let other = try #require(alone["parameters"] as? [String: [String: Any]])
    for name in ["B", "D_l", "beta", "E"] {
      #expect(one[name]?["value"] as? Double == other[name]?["value"] as? Double)
      #expect(one[name]?["value"] as? Double != nil)
    }
  }

  @Test func theTableHasARowAGroupAndTheReasonOfFailures() throws {
    let outcome = try fit("--by task,model")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for word in ["log RMSD", "2 of 3 groups fitted", "t, short", "cannot determine"] {
      #expect(outcome.text.contains(word), "\(word) in \(outcome.text)")
    }
  }

  @Test func theSameBytesForAnyNumberOfThreads() throws {
    func bytes(_ threads: Int) throws -> Data {
      try place.shell(
        "$W fit tuned.csv --law rectified --by model --bootstrap 50 --seed 3 --format json --threads \(threads)"
      ).output
    }
    let one = try bytes(1)
    #expect(try one == bytes(4) && !one.isEmpty)
  }

  @Test func aDocumentOfManyFitsIsNotTakenForOne() throws {
    #expect(try fit("--by model --output fits.json").status == 0)
    expectFailure(try place.shell("$W predict fits.json --set D=5M"), 65, "take the 'fit' of one group")
  }

  @Test func anyFormulaIsFittedByGroup() throws {
    let outcome = try place.shell(
      "$W fit tuned.csv --formula 'B/train_examples^beta + E' --by model --bootstrap 0 --no-sensitivity --format json")
    #expect(try outcome.json()["fitted"] as? Int == 2)
  }

  @Test func whatCannotBeGroupedIsSaid() throws {
    expectFailure(try fit("--by modle"), 65, "no column 'modle'", "did you mean 'model'?")
    expectFailure(try fit("--by ,"), 64, "--by does not name a column")
    expectFailure(try fit("--by model,model"), 64, "'model' twice")
    expectFailure(try fit("--by model --plot a.svg"), 64, "--plot", "--by")
    expectFailure(try fit("--by train_examples"), 65, "none of the 12 groups by train_examples could be fitted")
    expectFailure(try place.shell("$W fit tuned.csv --approach 2 --by model"), 64, "--by")
    try place.write("model,exampels,loss\na,1,2\n", to: "tuned.csv")
    expectFailure(try fit("--by model"), 65, "'exampels' is meant")
  }

  @Test func aModelWithoutTuningIsNoPointOfACurve() throws {
    try place.write(Self.table + "t,a,0,4.5\n", to: "tuned.csv")
    let json = try fit("--by model --format json").json()
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(try #require(groups[0]["reason"] as? String).contains("tuned.csv:29: column 'train_examples'"))
    #expect(groups[1]["fit"] != nil)
    #expect(try fit("--by model --drop-invalid --format json").json()["fitted"] as? Int == 2)
  }
}
