import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

private var quick: FitProtocol {
  var settings = FitProtocol(threads: 2)
  settings.resamples = 0
  return settings
}

/// A law of the catalog at published parameters, as a problem over runs.
private func problem(_ law: Law, _ runs: RunTable) throws -> FitProblem {
  try LawFit(law, to: runs, quick).problem
}

/// The share of the variance of the observations that a law explains.
private func explained(_ problem: FitProblem, _ parameters: [Double]) -> Double {
  let predicted = problem.bound.values(parameters: parameters)
  let mean = problem.observed.reduce(0, +) / Double(problem.observed.count)
  let left = zip(predicted, problem.observed).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return 1 - left / problem.observed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}

private func published(_ name: String) throws -> (law: Law, values: [Double]) {
  let found = try LawCatalog().preset(name)
  return (found.law, found.preset.values)
}

@Suite struct DataConstrainedTests {
  /// Printed by the authors' notebook with its own parameters.
  @Test func `the published parameters predict the published loss`() throws {
    let (law, values) = try published("muennighoff2023")
    let fitted = try FittedLaw(law: law, parameters: values, provenance: "")
    let loss = fitted.predictor(columns: [[6.34e9], [242e9], [25e9]]).values(parameters: values)[0]
    #expect(abs(loss - 2.2256440889984477) < 1e-14)
  }

  /// Without repetition it is the Chinchilla law, whether all distinct tokens are seen or not.
  @Test(arguments: [1.0, 1e3]) func `tokens seen once are worth themselves`(_ unseen: Double) throws {
    let (law, values) = try published("muennighoff2023")
    let fitted = try FittedLaw(law: law, parameters: values, provenance: "")
    let (n, d) = (1e8, 1e11)
    let loss = fitted.predictor(columns: [[n], [d], [d * unseen]]).values(parameters: values)[0]
    let expected = values[0] + values[1] / pow(n, values[3]) + values[2] / pow(d, values[4])
    #expect(abs(loss / expected - 1) < 1e-14)
  }

  private func base() throws -> Law {
    let (law, values) = try published("muennighoff2023")
    let names = law.parameterNames
    return try law.fixing(Dictionary(uniqueKeysWithValues: zip(names.prefix(5), values.prefix(5))))
  }

  /// Figures of the authors' notebook: the summed objective at their optimum, R², and the fit of repeated tokens alone.
  @Test(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
  func `the published fit of repetition is reproduced or improved on its runs`() throws {
    let runs = try publicRuns("dataconstrained_182.csv")
    let fit = try LawFit(try base(), to: runs, quick)
    #expect(abs(fit.problem.value(at: [15.387756, 5.309743]) - 0.0158259366) < 5e-9)
    #expect(abs(explained(fit.problem, [15.387756, 5.309743]) - 0.772205) < 1e-6)
    // The published pair is an optimum, but not the lowest.
    #expect(fit.optimum.converged && fit.optimum.value < 0.0158259)

    let tokensAlone = try LawFit(try base().fixing(["R_N": 1e12]), to: runs, quick)
    #expect(abs(tokensAlone.optimum.parameters[0] - 2.9157) < 2e-3)
    #expect(abs(tokensAlone.optimum.value - 0.016922) < 1e-6)
  }

  /// Along the valley the constants change several times over, and what is predicted of such runs hardly.
  @Test(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
  func `the repetition constants are undetermined although the loss is determined`() throws {
    let fit = try LawFit(try base(), to: try publicRuns("dataconstrained_182.csv"), quick)
    let found = fit.optimum.parameters
    #expect(found[0] > 2 * 15.387756 && found[1] < 5.309743 / 2)
    let pairs = zip(
      fit.problem.bound.values(parameters: found), fit.problem.bound.values(parameters: [15.387756, 5.309743]))
    let apart = pairs.map { abs(log($0 / $1)) }.sorted()
    let off = fit.logResiduals.map { abs($0) }.sorted()
    #expect(apart[apart.count / 2] < 0.5 * off[off.count / 2])
    #expect(fit.problem.value(at: [15.387756, 5.309743]) < fit.optimum.value * 1.002)
  }
}

@Suite(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
struct OverTrainingTests {
  /// Gadre et al. 2024, table of fits: five runs of models below 0.5B, and predictions of all larger ones.
  @Test(arguments: [("c4_original", "gadre2024-c4"), ("rw_original", "gadre2024-refinedweb")])
  func `five small runs give the published law, which predicts the large ones`(_ set: String, _ preset: String) throws {
    let runs = try publicRuns("gadre_overtraining_104.csv").filtered(where: "train_set == '\(set)'").table
    let (law, values) = try published(preset)
    let small = try runs.filtered(
      where: "chinchilla_multiplier == 1 && params < 1e9 || chinchilla_multiplier == 16 && params < 2e7"
    ).table
    #expect(small.rowCount == 5)
    let fit = try LawFit(law.predicting("loss_c4_val"), to: small, quick)
    // Half a unit of the last digit printed.
    for (found, (value, digit)) in zip(fit.optimum.parameters, zip(values, [5e-6, 0.05, 0.05, 5e-6])) {
      #expect(abs(found - value) <= digit, "\(found) for \(value)")
    }
    let large = try runs.filtered(where: "params > 1e9").table
    #expect(large.rowCount > 2)
    let predicted = try fit.fittedLaw().predictor(
      columns: [try large.values(for: .params), try large.values(for: .tokens)]
    ).values(parameters: fit.optimum.parameters)
    let errors = zip(predicted, try large.values(named: "loss_c4_val")).map { abs($0 / $1 - 1) }
    #expect(errors.reduce(0, +) / Double(errors.count) < 0.025, "\(errors)")
  }
}

@Suite(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
struct VocabularyAndStreamsTests {
  /// Tao et al. 2024: the figures that their program prints.
  @Test func `the vocabulary law describes its runs as published`() throws {
    let all = try RunTable(
      try publicRuns("vocab_scaling_1200.csv").table, renames: ["Lossu": "loss_unigram_normalised"])
    let runs = try all.filtered(where: "FLOPs >= 2.18e17").table
    #expect(runs.rowCount == 1054)
    let (law, values) = try published("tao2024")
    let fit = try LawFit(law, to: runs, quick)
    let reached = fit.problem.value(at: values)
    #expect(abs(reached - 0.062292) < 5e-7)
    #expect(abs(explained(fit.problem, values) - 0.9717) < 1e-4)
    #expect(fit.optimum.converged && fit.optimum.value <= reached && fit.optimum.value > reached * (1 - 1e-4))
    #expect(abs(explained(fit.problem, fit.optimum.parameters) - 0.9717) < 5e-4)
  }

  /// Chen et al. 2025, and the optimum that scipy's simplex search finds on the same rows.
  @Test func `the law of parallel streams has the published parameters`() throws {
    let runs = try publicRuns("parscale.csv").filtered(where: "dataset == 'pile'").table
    let (law, values) = try published("parscale2025-pile")
    let fit = try LawFit(law, to: runs, quick)
    let scipy = [1.28858759, 0.19751658, 0.19628145, 0.33444241]
    for (found, (value, independent)) in zip(fit.optimum.parameters, zip(values, scipy)) {
      #expect(abs(found - value) <= 5e-5)
      #expect(abs(found / independent - 1) < 1e-5)
    }
    #expect(abs(fit.optimum.value - 1.813931589693203e-5) < 1e-12)
  }
}
