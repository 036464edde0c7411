import Fitting
import Foundation
import Testing

/// The bootstrap of the Chinchilla fit against 12,000 resamples refitted from fifteen starts each by another program.
@Suite(.enabled(if: LossTable.isThere, "no ../shared/data/laws next to the checkout"))
struct ChinchillaBootstrapTests {
  private static let groups = (0..<240).map { $0 / 8 }

  @Test func `4,000 resamples spread each parameter as an independent bootstrap does`() throws {
    let problem = try LossTable.chinchilla().problem()
    let optimum = try problem.minimize(threads: 2)
    let draws = problem.bootstrap(Bootstrap(resamples: 4000, seed: 1), around: optimum, threads: 2)
    #expect(draws.failed == 0)
    #expect(draws.parameters.count == 4000)
    // Deviation with the tolerance that 4,000 resamples of a heavy tail allow, then the 5th, 50th and 95th percentiles
    // with five Monte Carlo standard errors of 4,000 resamples.
    let known: [(deviation: Double, within: Double, percentiles: [(Double, Double)])] = [
      (0.025515, 0.04, [(1.77805, 0.0035), (1.81527, 0.0035), (1.86101, 0.0052)]),
      (120.59, 0.04, [(306.2, 13), (480.8, 13), (693.9, 18)]),
      (1364.7, 0.12, [(1255, 78), (2192, 120), (4901, 425)]),
      (0.015053, 0.04, [(0.320854, 0.0026), (0.347804, 0.0018), (0.369268, 0.0018)]),
      (0.020184, 0.04, [(0.340512, 0.0035), (0.368291, 0.0026), (0.407071, 0.0044)]),
    ]
    for (index, known) in known.enumerated() {
      let values = draws.parameters.map { $0[index] }.sorted()
      #expect(abs(standardDeviation(values) / known.deviation - 1) < known.within)
      for (fraction, expected) in zip([0.05, 0.5, 0.95], known.percentiles) {
        #expect(abs(quantile(values, fraction) - expected.0) < expected.1)
      }
    }
    let exponents = draws.parameters.map { $0[4] / ($0[3] + $0[4]) }
    #expect(abs(standardDeviation(exponents) / 0.0194 - 1) < 0.04)
  }

  @Test func `each refit is the optimum of its own resample`() throws {
    let problem = try LossTable.chinchilla().problem()
    let optimum = try problem.minimize(threads: 2)
    let left = problem.jackknife(around: optimum, threads: 2)
    for row in stride(from: 0, to: 240, by: 40) {
      let weights = (0..<240).map { $0 == row ? 0.0 : 1 }
      let again = try problem.weighted(weights).minimize(.global(32), threads: 2)
      #expect(relativeDifference(try #require(left[row]), again.parameters) < 1e-7)
    }
  }

  @Test(arguments: [
    Objective.hoffmann, Objective(.absolute, residual: .log), Objective(.huberLikelihood(delta: 1e-3), residual: .log),
    Objective(.leastSquares, residual: .linear),
  ])
  func `one thread and two give the same bytes`(_ objective: Objective) throws {
    let problem = try LossTable.chinchilla().problem(objective)
    let optimum = try problem.minimize(threads: 1)
    #expect(try problem.minimize(threads: 2) == optimum)
    for kind in [Bootstrap.Kind.cases, .residuals, .groups(Self.groups)] {
      let bootstrap = Bootstrap(kind, resamples: 200, seed: 7)
      let one = problem.bootstrap(bootstrap, around: optimum, threads: 1)
      #expect(problem.bootstrap(bootstrap, around: optimum, threads: 2) == one)
    }
    #expect(problem.jackknife(around: optimum, threads: 1) == problem.jackknife(around: optimum, threads: 2))
  }

  @Test func `a longer bootstrap begins with the shorter one`() throws {
    let problem = try LossTable.chinchilla().problem()
    let optimum = try problem.minimize(threads: 1)
    let lengths = [70, 200].map {
      problem.bootstrap(Bootstrap(resamples: $0, seed: 7), around: optimum, threads: 2).parameters
    }
    #expect(Array(lengths[1].prefix(70)) == lengths[0])
  }
}
