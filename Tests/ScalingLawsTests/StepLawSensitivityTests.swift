import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

/// StepLaw's constants by the procedure that its authors describe, from the table that they released: a demonstration
/// that they do not come out, not an oracle.
@Suite(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
struct StepLawSensitivityTests {
  /// The run of least smoothed loss of each size and token count.
  private func optima() throws -> RunTable {
    let runs = try publicRuns("steplaw_dense.csv")
    let sizes = try runs.values(for: .paramsNonEmbedding)
    let tokens = try runs.values(for: .tokens)
    let loss = try runs.values(named: "smooth_loss")
    let groups = Dictionary(grouping: loss.indices, by: { [sizes[$0], tokens[$0]] })
    let best = try groups.values.map { rows in try #require(rows.min { loss[$0] < loss[$1] }) }.sorted()
    let optima = runs.selecting(rows: best)
    let batch = try optima.values(for: .batchSequences).map { $0 * 2048 }
    return try RunTable(
      Table(
        name: "optima", columns: optima.table.columns + [Column(name: "batch_tokens", values: .numbers(batch))]))
  }

  private func fit(_ name: String, _ runs: RunTable) throws -> LawFit {
    var settings = FitProtocol(threads: 2)
    settings.resamples = 0
    return try LawFit(try LawCatalog().law(name), to: runs, settings)
  }

  /// The constants are those of numpy's least squares on logarithms.
  @Test(arguments: [
    ("steplaw-lr", [30.101584, -0.8234772, 0.2882276]), ("steplaw-batch", [3.4155557, 0.4982900]),
  ])
  func `the described procedure gives other constants than the published`(_ name: String, _ values: [Double]) throws {
    let runs = try optima()
    #expect(runs.rowCount == 17)
    let found = try fit(name, runs)
    for (one, other) in zip(found.optimum.parameters, values) { #expect(abs(one / other - 1) < 1e-5) }
    let published = try #require(found.law.presets.first?.values)
    #expect(abs(published[0] / found.optimum.parameters[0] - 1) > 0.5)
  }
}
