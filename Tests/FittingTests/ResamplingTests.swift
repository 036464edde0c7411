import Foundation
import Testing

@testable import Fitting

/// Bootstrap and jackknife where a closed form says what they must give.
@Suite struct ResamplingTests {
  let y = [1.2, 0.7, 3.4, 2.2, 5.9, 0.3, 1.8, 2.6, 0.9, 8.1]
  private var mean: Double { y.reduce(0, +) / Double(y.count) }

  private func meanProblem(_ observed: [Double]) throws -> FitProblem {
    try problem("m + 0 * x", [.real("m", -10...10)], x: observed.map { _ in 1 }, observed: observed)
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  private func draws(_ problem: FitProblem, _ kind: Bootstrap.Kind, _ index: Int = 0) throws -> [Double] {
    let optimum = try problem.minimize(threads: 1)
    let draws = problem.bootstrap(Bootstrap(kind, resamples: 20_000, seed: 5), around: optimum, threads: 2)
    #expect(draws.failed == 0)
    return draws.parameters.map { $0[index] }
  }

  // With 20,000 resamples the standard deviation of a bootstrap is known to half a percent: 2 % is four of those.

  @Test func `resampled runs spread a mean by σ/√n`() throws {
    let means = try draws(meanProblem(y), .cases)
    #expect(abs(standardDeviation(means) / (deviation(y) / 10.0.squareRoot()) - 1) < 0.02)
    #expect(abs(means.reduce(0, +) / 20_000 - mean) < 4 * deviation(y) / 200_000.0.squareRoot())
  }

  @Test func `resampled groups spread a mean by the groups' own spread`() throws {
    // Five groups of two runs that hardly differ within: as good as five runs, not ten.
    let groups = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    let observed = [1.0, 1.1, 2.0, 2.1, 4.0, 4.1, 7.0, 7.1, 3.0, 3.1]
    let groupMeans = [1.05, 2.05, 4.05, 7.05, 3.05]
    let means = try draws(meanProblem(observed), .groups(groups))
    #expect(abs(standardDeviation(means) / (deviation(groupMeans) / 5.0.squareRoot()) - 1) < 0.02)
  }

  @Test func `resampled residuals spread a slope by σ over the root of the sum of squares of x`() throws {
    let x = (1...10).map { Double($0) }
    let line = try problem("b0 + b1 * x", [.real("b0", -10...10), .real("b1", -3...3)], x: x, observed: y)
    let optimum = try line.minimize(threads: 1)
    let spread = deviation(line.residuals(at: optimum.parameters)) / (deviation(x) * 10.0.squareRoot())
    #expect(abs(standardDeviation(try draws(line, .residuals, 1)) / spread - 1) < 0.02)
  }

  @Test func `a mean without one run is the mean of the others`() throws {
    let problem = try meanProblem(y)
    let left = problem.jackknife(around: try problem.minimize(threads: 1), threads: 2)
    let expected = y.map { (mean * 10 - $0) / 9 }
    #expect(relativeDifference(left.compactMap { $0?[0] }, expected) < 1e-13)
  }

  @Test func `a run of weight 0 has no jackknife and enters no resample`() throws {
    var observed = y
    observed.append(1000)
    let weighted = try meanProblem(observed).weighted(observed.map { $0 == 1000 ? 0 : 1 })
    let optimum = try weighted.minimize(threads: 1)
    #expect(relativeDifference(optimum.parameters, [mean]) < 1e-13)
    let left = weighted.jackknife(around: optimum, threads: 1)
    #expect(left.map { $0 == nil } == observed.map { $0 == 1000 })
    let draws = weighted.bootstrap(Bootstrap(resamples: 500, seed: 1), around: optimum, threads: 1)
    #expect(draws.parameters.allSatisfy { $0[0] < 10 })
  }

  /// A delta far below the scatter, where a handful of runs lie within it and Newton's method alone stops early.
  @Test(arguments: [
    Objective.hoffmann, Objective(.huber(delta: 1e-4), residual: .log), Objective(.absolute, residual: .log),
  ])
  func `a resample's optimum is as low as a search from many starts`(_ objective: Objective) throws {
    var table = LossTable(size: [], tokens: [], loss: [])
    for run in 0..<40 {
      let n = 5e3 * pow(3, Double(run % 8))
      let d = 1e6 * pow(4, Double(run / 8))
      let noise = 0.02 * standardNormalQuantile((Double(run * 17 % 40) + 0.5) / 40)
      table.size.append(n)
      table.tokens.append(d)
      table.loss.append((0.7 + 7.6 / pow(n, 0.2) + 430 / pow(d, 0.48)) * exp(noise))
    }
    let problem = try table.problem(objective)
    let optimum = try problem.minimize(threads: 2)
    let count = 40
    let draws = problem.bootstrap(Bootstrap(resamples: count, seed: 3), around: optimum, threads: 2)
    // Draws stand in the order of resamples only where none is missing.
    try #require(draws.failed == 0)
    let random = Random(seed: 3)
    var missed = 0
    for index in 0..<count {
      random.reseed(3, stream: index)
      var weights = [Double](repeating: 0, count: 40)
      for _ in 0..<40 { weights[random.integer(below: 40)] += 1 }
      let resample = problem.weighted(weights)
      let searched = try resample.minimize(.global(32), threads: 2)
      if resample.value(at: draws.parameters[index]) > searched.value * (1 + 1e-6) { missed += 1 }
    }
    // Of several optima, the nearest is not always the lowest.
    #expect(missed <= 2)
  }

  @Test func `another seed gives other resamples`() throws {
    let problem = try meanProblem(y)
    let optimum = try problem.minimize(threads: 1)
    let draws = (1...2).map { seed in
      problem.bootstrap(Bootstrap(resamples: 50, seed: UInt64(seed)), around: optimum, threads: 1).parameters
    }
    #expect(draws[0] != draws[1])
  }

  @Test func `the influence of a run is found if runs scatter far beyond delta`() throws {
    let random = Random(seed: 5)
    var runs = LossTable(size: [], tokens: [], loss: [])
    for size in [1e7, 3e7, 1e8, 3e8, 1e9, 3e9] {
      for tokens in [1e9, 3e9, 1e10, 3e10, 1e11, 3e11] {
        runs.size.append(size)
        runs.tokens.append(tokens)
        runs.loss.append((1.8 + 400 / pow(size, 0.34) + 1500 / pow(tokens, 0.36)) * exp(0.03 * random.normal()))
      }
    }
    let problem = try runs.problem()
    let optimum = try problem.minimize(threads: 2)
    let exact = problem.jackknife(around: optimum, threads: 2)
    let quick = problem.withoutEachRun(around: optimum, threads: 2)
    let deviations = optimum.parameters.indices.map { k in
      let moves = exact.compactMap { $0.map { $0[k] - optimum.parameters[k] } }
      return (moves.reduce(0) { $0 + $1 * $1 } / Double(moves.count)).squareRoot()
    }
    var compared = 0
    for (full, brief) in zip(exact, quick) {
      guard let full, let brief else { continue }
      compared += 1
      for k in full.indices { #expect(abs(full[k] - brief[k]) < 0.2 * deviations[k]) }
    }
    #expect(compared > 30)
  }
}
