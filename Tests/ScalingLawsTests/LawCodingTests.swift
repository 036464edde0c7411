import Documents
import Fitting
import Formulas
import Foundation
import Tables
import Testing

@testable import ScalingLaws

/// A law as a document holds it.
private struct Holder: Document, Equatable {
  static let schema = "example.law/1"
  static let kind = "law"
  var law: Law

  func readBack() throws -> Law { try Self.read(text: json(), from: "law.json").value.law }
}

@Suite struct LawCodingTests {
  static let laws = ((try? LawCatalog())?.laws ?? []) + [try? .multiPower(pieces: 32)].compactMap { $0 }

  @Test(arguments: laws.map(\.name)) func aLawReadsBackWhole(_ name: String) throws {
    for law in Self.laws where law.name == name { #expect(try Holder(law: law).readBack() == law) }
  }

  @Test func bothEndsGridsAndFixedParametersReadBack() throws {
    let law = Law(
      name: "own", title: "own", formula: try Formula("loss = a*`the x`^b + c + d*N"), target: "loss",
      variables: [.init("the x", column: "x y", span: -1...0.1), .init("N", column: "params", isPiece: true)],
      parameters: [
        ParameterDomain("a", lower: -.infinity, upper: 1e-300, startRange: -5 ... -1e-7, grid: [-1, -0.1]),
        ParameterDomain("b", lower: -2, upper: .infinity, startRange: 0...0), .real("c", 0...1), .real("d", 0...1),
      ],
      objective: Objective(.asymmetricAbsolute(over: 3), residual: .linear), activeRatio: try Formula("1/N"),
      presets: [.init(name: "one", values: [-1, 2, 3, 4], note: "")], citation: "")
    #expect(law.parameters[0].lower == nil && law.parameters[1].upper == nil)
    let fixed = try law.fixing(["c": 1.0 / 3])
    for law in [law, fixed] {
      let read = try Holder(law: law).readBack()
      #expect(read == law && read.formula == law.formula)
    }
    #expect(fixed.presets.first?.values == [-1, 2, 4] && fixed.activeRatio == law.activeRatio)
  }

  /// The letters of a trade-off are parts of another formula.
  @Test func aRecognizedTradeOffReadsBack() throws {
    let runs = try RunTable(Table.parse("params,tokens,loss\n1e7,1e9,3\n", name: "runs.csv"))
    let law = try Law.custom(Formula("E + A/N^(a/b) + B*D^-(b + a)"), over: runs).fixing(["a": 0.3])
    let read = try Holder(law: law).readBack()
    #expect(read == law)
    let point = [1.7, 400, 0.9, 1500]
    #expect(law.parameterNames == ["E", "A", "b", "B"])
    let tradeOff = try #require(read.powerTradeOffs([point]).first.flatMap { $0 })
    #expect(tradeOff == PowerTradeOff(a: 400, alpha: 0.3 / 0.9, b: 1500, beta: 0.9 + 0.3))
  }

  @Test func anotherTargetChangesNothingElse() throws {
    for law in Self.laws {
      var same = law.predicting("loss_c4")
      #expect(same.target == "loss_c4")
      same.target = law.target
      #expect(same == law)
    }
  }

  @Test func fixingParametersKeepsTheRest() throws {
    for law in Self.laws where law.parameters.count > 1 {
      let domain = law.parameters[0]
      let value = (domain.startRange.lowerBound + domain.startRange.upperBound) / 2
      let fixed = try law.fixing([domain.name: value])
      var same = fixed
      (same.parameters, same.presets, same.fixed) = (law.parameters, law.presets, [:])
      #expect(same == law)
      #expect(fixed.presets.map(\.values) == law.presets.map { Array($0.values.dropFirst()) })
    }
  }

  @Test(arguments: [
    ("\"formula\": \"E", "\"formula\": \"Q", "law.json:6:16: 'law.formula': 'Q' is neither a parameter nor a variable"),
    ("\"alpha\": \"alpha\"", "\"alpha\": \"x\"", "'law.trade_off.alpha': 'x' is neither"),
    ("\"kind\": \"huber:0.001\"", "\"kind\": \"hubr:1\"", "'law.objective.kind': there is no objective 'hubr:1'"),
    ("\"start_range\": [0.1, 5]", "\"start_range\": [5, 0.1]", "law.parameters[0].start_range"),
    ("\"values\": [1.69, ", "\"values\": [", "'hoffmann2022-rounded' has 4 values; there are 5 parameters"),
  ])
  func whatDoesNotFitTogetherIsNamed(_ part: String, _ slip: String, _ words: String) throws {
    let text = try Holder(law: .chinchilla()).json()
    try #require(text.contains(part), "\(text)")
    let error = #expect(throws: DocumentError.self) {
      try Holder.read(text: text.replacing(part, with: slip), from: "law.json")
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
