import Fitting
import Foundation
import Testing

@testable import Search
@testable import Studies

/// Gaussian processes and expected improvement beside closed forms and figures of NumPy and SciPy.
@Suite struct GaussianProcessTests {
  private static let features: [GaussianProcess.Feature] = [
    .init(weight: 0, isCategory: false), .init(weight: 1, isCategory: true), .init(weight: 2, isCategory: false),
  ]
  private static let rows = [
    [0.1, 0, 0.9], [0.4, 1, 0.2], [0.8, 2, 0.6], [0.3, 1, 0.7], [0.95, 0, 0.05], [0.5, 2, 0.45],
  ]
  private static let values = [-1.2, 0.3, 0.9, -0.4, 1.1, -0.7]

  private static var hyperparameters: GaussianProcess.Hyperparameters {
    var hyperparameters = GaussianProcess.Hyperparameters(weights: 3)
    hyperparameters.logs = [log(4), log(0.7), log(1.5), log(1.3), log(0.02)]
    return hyperparameters
  }

  private static func process(_ rows: [[Double]], refactored: Bool) -> GaussianProcess {
    var process = GaussianProcess(features)
    if !refactored { process.refactor(hyperparameters) }
    for row in rows { process.append(row) }
    if refactored { process.refactor(hyperparameters) }
    return process
  }

  /// Figures of NumPy's dense solve of the same kernel; a factor built row by row is that of all at once.
  @Test(arguments: [true, false]) func thePosteriorIsThatOfADenseSolve(_ refactored: Bool) {
    var process = Self.process(Self.rows, refactored: refactored)
    process.setValues(Self.values)
    let (means, variances) = process.posterior([[0.2, 1, 0.5], [0.8, 2, 0.6], [0.6, 3, 0.0]])
    for (index, (mean, variance)) in [
      (-0.36519992619268304, 0.14964178403138084), (0.8575110261530672, 0.01924216165289394),
      (0.3028433158472674, 0.7352673123609794),
    ].enumerated() {
      #expect(abs(means[index] - mean) < 1e-10)
      #expect(abs(variances[index] - variance) < 1e-10)
    }
  }

  @Test func theEvidenceIsTheNormalDensityWithItsPriors() throws {
    let evidence = Evidence(Self.features, columns: columns(Self.rows), values: Self.values)
    let value = try #require(evidence.value(at: Self.hyperparameters)).value
    #expect(abs(value - (-10.719894188997166)) < 1e-10)
  }

  @Test func theGradientIsThatOfDifferences() throws {
    let evidence = Evidence(Self.features, columns: columns(Self.rows), values: Self.values)
    let gradient = try #require(evidence.value(at: Self.hyperparameters)).gradient
    for index in gradient.indices {
      var (above, below) = (Self.hyperparameters, Self.hyperparameters)
      above.logs[index] += 1e-5
      below.logs[index] -= 1e-5
      let rise = try #require(evidence.value(at: above)).value - #require(evidence.value(at: below)).value
      #expect(abs(gradient[index] - rise / 2e-5) < 1e-7, "\(index)")
    }
  }

  /// A feature that the values do not hang on gets a far smaller weight than one that they do.
  @Test func theFitFindsWhichFeatureMatters() {
    var random = SplitMix64(seed: 11)
    let rows = (0..<60).map { _ in [random.uniform(), Double(random.integer(below: 3)), random.uniform()] }
    let values = standardizedLosses(rows.map { sin(6 * $0[0]) })
    let evidence = Evidence(Self.features, columns: columns(rows), values: values)
    let fitted = evidence.maximize(from: .init(weights: 3), steps: 60)
    #expect(fitted.logs[0] > fitted.logs[1] + 3 && fitted.logs[0] > fitted.logs[2] + 3)
  }

  /// What is assumed of a trial in progress narrows the process there and leaves its mean.
  @Test func aRowWithoutAValueChangesNoMean() {
    var process = Self.process(Self.rows, refactored: true)
    process.setValues(Self.values)
    let before = process.posterior([[0.2, 1, 0.5]])
    process.append([0.2, 1, 0.5])
    let with = process.posterior([[0.2, 1, 0.5]])
    #expect(with.means == before.means)
    // A normal of variance v seen once with noise n keeps v n / (v + n).
    let (variance, noise) = (before.variances[0], Self.hyperparameters.noise)
    #expect(abs(with.variances[0] - variance * noise / (variance + noise)) < 1e-12)
    process.truncate(to: Self.rows.count)
    let after = process.posterior([[0.2, 1, 0.5]])
    #expect(after.means == before.means && after.variances == before.variances)
  }

  /// Figures of mpmath at 50 digits: σ (φ(z) + z Φ(z)).
  @Test(arguments: [
    (0.7, 0.3, -1.405127010875354), (0.5, 1.0, -0.9189385332046727), (0.2, 0.1, -10.17227115259707),
    (-1.4, 0.1, -189.6186326941207), (-1.6, 0.1, -229.8173180211031), (-9.5, 0.1, -5012.432163893244),
    (-99.5, 0.1, -500017.0370371842),
  ]) func expectedImprovementIsItsClosedForm(
    _ least: Double, deviation: Double, logarithm: Double
  ) {
    let value = logExpectedImprovement(mean: 0.5, deviation: deviation, least: least)
    #expect(abs(value - logarithm) < 1e-9 * max(1, abs(logarithm)), "\(value)")
  }

  @Test func warpedLossesKeepTheGoodHalfAndRankTheRest() {
    let values = standardizedLosses([3, 1, .infinity, 2, 1e9, 5, 4])
    // In order of loss: 1 and 2 lie below the median of the finite, and keep their distances.
    #expect(abs((values[0] - values[3]) - (values[3] - values[1])) < 1e-12)
    #expect(values[1] < values[3] && values[3] < values[0])
    // 4 is the median of all seven, failure and all, so that its quantile is that of the median of the finite.
    #expect(abs(values[6] - values[0]) < 1e-12)
    #expect(values[6] < values[5] && values[5] < values[4] && values[4] < values[2])
    #expect(abs(values.reduce(0, +)) < 1e-12)
    // The worst of seven is the quantile of 13/14, 1.4652 (a printed table of the normal), beside the median at 0.
    #expect(abs(values[2] - values[0] - 1.4652) < 1e-4)
  }

  private func columns(_ rows: [[Double]]) -> [Double] {
    Self.features.indices.flatMap { feature in rows.map { $0[feature] } }
  }

  /// The third parameter changes the cost a hundredfold, and nothing else.
  @Test("what costs more for nothing is avoided where costs are told")
  func costs() throws {
    let space = try grid(3)
    func costToTheBest(_ name: AlgorithmEntry, _ seed: UInt64) throws -> Double {
      var study = Study(space, try name.algorithm(), seed: seed)
      var spent = 0.0
      while study.bestLoss != 0 {
        let asked = study.ask()
        let trial = try #require(asked)
        let cost = pow(10, trial.point[2] / 3)
        // The first ten are drawn evenly, and cost the same with both.
        if trial.number >= 10 { spent += cost }
        let (x, y) = (trial.point[0] - 3, trial.point[1] - 3)
        try study.tell(trial.number, loss: x * x + 2 * y * y, cost: cost)
      }
      return spent
    }
    let plain = try (0..<40).reduce(0.0) { $0 + (try costToTheBest(.gp, $1)) }
    let aware = try (0..<40).reduce(0.0) { $0 + (try costToTheBest(.costAwareGP, $1)) }
    #expect(aware < 0.75 * plain, "\(aware) \(plain)")
  }
}
