import Documents
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
    let read = try FitDocument.read(text: document.json(), from: "fit.json").value
    #expect(read == document)
    #expect(try read.json() == document.json())
    let (before, after) = (try document.fittedLaw(), try read.fittedLaw())
    #expect(before.parameters == after.parameters && before.draws == after.draws && before.ranges == after.ranges)
    #expect(before.logResiduals == after.logResiduals && !after.draws.isEmpty)
  }

  @Test func namesKeepTheirCapitalsAndUnderscores() throws {
    let document = try document("y = topLoss + slope_X*theX", runs(from: 1, header: "theX,y"))
    let read = try FitDocument.read(text: document.json(), from: "fit.json").value
    #expect(read.law.parameterNames == ["topLoss", "slope_X"])
    #expect(Set(read.parameters.keys) == ["topLoss", "slope_X"])
    #expect(read.law.variables == [.init("theX", column: "theX")])
  }

  @Test func aTargetBelowZeroStillGivesADocument() throws {
    let document = try document("y = top + slope*x", runs(from: -3), residual: .linear)
    #expect(document.logResiduals.isEmpty)
    #expect(try FitDocument.read(text: document.json(), from: "fit.json").value == document)
  }

  /// Residuals of 2 % at the smallest runs and a fifth of that at the largest; 300 runs tell the power to 0.05.
  @Test func theNoiseOfRunsIsKeptWithItsTrend() throws {
    let random = Random(seed: 4)
    let rows = (0..<300).map { run in
      let (n, d) = (1e7 * pow(10, Double(run % 20) / 10), 1e9 * pow(10, Double(run / 20) / 7))
      let noise = 0.02 * pow(6 * n * d / 6e16, -0.175)
      return "\(n),\(d),\((1.8 + 480 / pow(n, 0.35) + 2085 / pow(d, 0.37)) * exp(noise * random.normal()))\n"
    }
    let runs = try RunTable(Table.parse("params,tokens,loss\n" + rows.joined(), name: "runs.csv"))
    var settings = FitProtocol(threads: 1)
    settings.resamples = 20
    settings.objective = Objective(.leastSquares, residual: .log)
    let fit = try LawFit(LawCatalog().law("chinchilla"), to: runs, settings)
    let document = FitDocument(fit, sensitivity: [], exclusions: [], notes: [])
    let noise = try #require(document.noise)
    #expect(noise.along == "flops" && abs(noise.exponent + 0.175) < 0.1, "\(noise)")
    #expect(abs(log(noise.deviation(at: 6e16) / 0.02)) < 0.5 && abs(log(noise.deviation(at: 6e20) / 0.004)) < 0.5)
    // No trend is followed beyond the runs.
    #expect(noise.deviation(at: 1) == noise.deviation(at: noise.span[0]))
    let read = try FitDocument.read(text: document.json(), from: "fit.json").value
    #expect(try read == document && read.fittedLaw().noise == noise)
  }

  @Test func aDocumentWithoutNoiseIsReadAndOneWithDamagedNoiseIsRefused() throws {
    var document = try document("y = top + slope*x", runs(from: 1))
    #expect(document.noise?.exponent == 0)
    document.noise?.middle = -1
    let damaged = try document.json()
    let error = #expect(throws: DocumentError.self) { try FitDocument.read(text: damaged, from: "fit.json") }
    #expect(error?.description.contains("'noise': it has no deviation above 0, or no middle above 0") == true)
    document.noise = nil
    let text = try document.json()
    #expect(!text.contains("\"noise\""))
    #expect(try FitDocument.read(text: document.json(), from: "fit.json").value.fittedLaw().noise == nil)
  }

  @Test func aNumberThatJSONCannotHoldIsNeverWritten() throws {
    let text = try document("y = top + slope*x", runs(from: 1)).json()
    for word in ["nan", "inf", "NaN", "Infinity"] { #expect(!text.contains(" \(word)")) }
  }
}
