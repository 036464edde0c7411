import Fitting
import ScalingLaws
import Tables
import Testing

/// Laws of width and depth on the points of McLeish et al. 2025 at constant learning rate, against the best of 150 searches
/// by scipy 1.17 (L-BFGS-B, then BFGS) with the same objective: Huber of 1e-3 on the logarithm of the loss, summed.
@Suite(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
struct ModelShapeTests {
  private func fit(_ name: String) throws -> (objective: Double, parameters: [String: Double]) {
    let runs = try publicRuns("gemstones_fit_points.csv").filtered(where: "subset == 'hot'").table
    try #require(runs.rowCount == 220)
    var settings = FitProtocol(threads: 2)
    settings.resamples = 0
    let fit = try LawFit(LawCatalog().law(name), to: runs, settings)
    let named = Dictionary(uniqueKeysWithValues: zip(fit.law.parameterNames, fit.optimum.parameters))
    return (fit.optimum.value, named)
  }

  private func expect(_ found: [String: Double], _ known: [String: Double], within tolerance: Double) throws {
    for (name, value) in known { #expect(abs(try #require(found[name]) / value - 1) < tolerance, "\(name)") }
  }

  @Test func `width and depth instead of size`() throws {
    let (objective, found) = try fit("width-depth")
    #expect(abs(objective / 0.0012919158391889842 - 1) < 1e-6)
    try expect(
      found,
      ["a": 0.306621, "b": 0.10661564, "beta": 0.51917725, "W": 8.85790931, "H": 2.30396556, "B": 58913.5096],
      within: 2e-3)
    #expect(try #require(found["E"]) < 1e-3)
  }

  @Test func `width and depth in addition to size`() throws {
    let (objective, found) = try fit("width-depth-params")
    #expect(abs(objective / 0.001022995559840867 - 1) < 1e-6)
    try expect(
      found,
      [
        "E": 1.83545150, "a": 0.30901992, "b": 0.52331738, "alpha": 0.39404176, "beta": 0.47812556, "W": 3.61509703,
        "H": 0.791780768, "A": 668.251791, "B": 24828.2099,
      ], within: 2e-3)
  }
}
