import Fitting
import Formulas
import Foundation
import Tables
import Testing

@testable import ScalingLaws

@Suite struct DocumentRoundTripTests {
  /// A table of `y = top + slope * x` with a ripple, which any formula of two parameters can be fitted to.
  private func runs(from start: Double, header: String = "x,y") throws -> RunTable {
    let rows = (0..<24).map { "\($0 + 1),\(start + 0.2 * Double($0) + 0.03 * sin(7 * Double($0)))\n" }.joined()
    return try RunTable(Table.parse(header + "\n" + rows, name: "runs.csv"))
  }

  private func document(_ formula: String, _ runs: RunTable, residual: Objective.Residual = .log) throws -> FitDocument
  {
    var settings = FitProtocol(threads: 1)
    settings.resamples = 40
    let law = try Law.custom(Formula(formula), over: runs)
    settings.objective = Objective(.huber(delta: 0.01), residual: residual)
    let fit = try LawFit(law, to: runs, settings)
    return FitDocument(fit, sensitivity: fit.sensitivities(), exclusions: [], notes: ["a note"])
  }

  @Test func aDocumentReadsBackToTheBit() throws {
    let document = try document("y = top + slope*x", runs(from: 1))
    let read = try FitDocument.decode(document.encoded(), from: "fit.json")
    #expect(read == document)
    #expect(try read.encoded() == document.encoded())
    let (before, after) = (try document.fittedLaw(), try read.fittedLaw())
    #expect(before.parameters == after.parameters && before.draws == after.draws && before.ranges == after.ranges)
    #expect(before.logResiduals == after.logResiduals && !after.draws.isEmpty)
  }

  @Test func namesKeepTheirCapitalsAndUnderscores() throws {
    let document = try document("y = topLoss + slope_X*theX", runs(from: 1, header: "theX,y"))
    let read = try FitDocument.decode(document.encoded(), from: "fit.json")
    #expect(read.parameterOrder == ["topLoss", "slope_X"])
    #expect(Set(read.parameters.keys) == ["topLoss", "slope_X"])
    #expect(read.variables == ["theX": "theX"])
  }

  @Test func aTargetBelowZeroStillGivesADocument() throws {
    let document = try document("y = top + slope*x", runs(from: -3), residual: .linear)
    #expect(document.logResiduals.isEmpty)
    #expect(try FitDocument.decode(document.encoded(), from: "fit.json") == document)
  }

  @Test func aNumberThatJSONCannotHoldIsNeverWritten() throws {
    let text = String(decoding: try document("y = top + slope*x", runs(from: 1)).encoded(), as: UTF8.self)
    for word in ["nan", "inf", "NaN", "Infinity"] { #expect(!text.contains(":\(word)") && !text.contains(",\(word)")) }
  }
}
