import Fitting
import Formulas
import Foundation
import Planning
import ScalingLaws
import Testing

/// Runs made from the truth with noise, and fitted again: do designs keep what linear theory promises?
@Suite struct DesignSimulationTests {
  private static let simulations = 160

  /// The spread over simulations of the target's predicted log loss and of the logarithm of its optimal size: the central
  /// 90 %, over that of a standard normal.
  private func spread(_ runs: [DesignRun], _ truth: FittedLaw, target: Double, noise: Double) throws -> (
    lossError: Double, sizeError: Double
  ) {
    let each = runs.flatMap { run in Array(repeating: run, count: run.repeats) }
    let law = truth.law
    let compiled = try CompiledFormula(
      law.formula, parameters: law.parameterNames, variables: ["N", "D"], positive: ["N", "D"])
    let bound = BoundFormula(compiled, columns: [each.map(\.params), each.map(\.tokens)])
    let mean = bound.values(parameters: truth.parameters)
    let problem = FitProblem(
      bound, domains: law.parameters, observed: mean, objective: Objective(.leastSquares, residual: .log))
    let random = Random(seed: 11)
    var (losses, sizes): ([Double], [Double]) = ([], [])
    for _ in 0..<Self.simulations {
      let observed = mean.map { $0 * exp(noise * random.normal()) }
      let optimum = try problem.observing(observed).minimize(.global(16), threads: 1)
      let fitted = try FittedLaw(law: law, parameters: optimum.parameters, provenance: "")
      guard let plan = try? planOptimum(fitted, for: .flops(target)), let size = plan.params else { continue }
      losses.append(log(plan.loss.value))
      sizes.append(log(size.value))
    }
    try #require(losses.count > Self.simulations * 9 / 10)
    func width(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return (quantile(sorted, 0.95) - quantile(sorted, 0.05)) / (2 * standardNormalQuantile(0.95))
    }
    return (width(losses), width(sizes))
  }

  private func request(_ budget: Double, _ target: Double, _ goal: DesignGoal) -> DesignRequest {
    var request = DesignRequest(pilotBudget: budget, target: target)
    (request.noise, request.goal) = (0.01, goal)
    return request
  }

  /// The Chinchilla law of Besiroglu et al. 2024 at 1 % noise.
  @Test func atHalfTheComputeADesignFitsAsWellAsAnIsoFLOPGrid() throws {
    let truth = try published("besiroglu2024")
    let (budget, target) = (1e20, 1e22)
    let whole = try designRuns(truth, request(budget, target, .loss))
    let grid = try spread(whole.customary[0].runs, truth, target: target, noise: 0.01)
    let forLoss = try designRuns(truth, request(budget / 2, target, .loss))
    let forSize = try designRuns(truth, request(budget / 2, target, .optimum))
    let loss = try spread(forLoss.runs, truth, target: target, noise: 0.01).lossError
    let size = try spread(forSize.runs, truth, target: target, noise: 0.01).sizeError
    #expect(loss <= grid.lossError, "\(loss) \(grid)")
    #expect(size <= grid.sizeError, "\(size) \(grid)")
    // Linear theory against what the fits did.
    let expectedLoss = try #require(forLoss.after.forecast).lossError
    let expectedSize = try #require(forSize.after.forecast).sizeError
    #expect(abs(log(loss / expectedLoss)) < 0.25, "\(loss) \(expectedLoss)")
    #expect(abs(log(size / expectedSize)) < 0.25, "\(size) \(expectedSize)")
  }
}
