import Fitting
import Foundation
import Planning
import ScalingLaws
import Tables
import Testing

/// Losses of known laws, so that the best mixture is known as well.
@Suite struct DataMixtureTests {
  /// Two domains: each loss falls with its own share.
  private static func twoLosses(_ share: Double) -> [Double] {
    [1.5 + 0.9 * exp(-2.4 * share), 2.2 + 0.3 * exp(1.7 * share)]
  }

  private func fit(
    _ mixtures: [[Double]], noise: Double = 0, resamples: Int = 0, _ losses: ([Double]) -> [Double]
  ) throws -> MixtureFit {
    let domains = mixtures[0].indices.map { "mix_\($0)" }
    let names = losses(mixtures[0]).indices.map { "loss_\($0)" }
    let rows = mixtures.enumerated().map { row, mixture in
      let values = losses(mixture).enumerated().map { $1 * (1 + noise * sin(Double(7 * row + 3 * $0))) }
      return (mixture + values).map { "\($0)" }.joined(separator: ",")
    }
    let text = ((domains + names).joined(separator: ",") + "\n") + rows.joined(separator: "\n") + "\n"
    var settings = FitProtocol(threads: 2)
    settings.resamples = resamples
    return try MixtureFit(try RunTable(Table.parse(text, name: "mix.csv")), settings)
  }

  private let shares = stride(from: 0.1, through: 0.9, by: 0.1).map { [$0, 1 - $0] }

  /// Where the two slopes balance: `w1 k1 t1 exp(t1 r) = −w2 k2 t2 exp(t2 r)`.
  @Test(arguments: [1.0, 2.0, 0.5])
  func theBestShareOfTwoDomainsIsThatOfTheClosedForm(_ weight: Double) throws {
    let fit = try fit(shares) { Self.twoLosses($0[0]) }
    var constraints = DataMixtureConstraints()
    constraints.weights = ["loss_0": weight]
    let plan = try planDataMixture(fit, constraints: constraints)
    let best = log(0.3 * 1.7 / (weight * 0.9 * 2.4)) / (-2.4 - 1.7)
    #expect(abs(plan.shares[0].proportion.value - best) < 1e-6)
    #expect(abs(plan.shares[0].proportion.value + plan.shares[1].proportion.value - 1) < 1e-12)
    #expect(plan.distance == 0 && plan.mean.value <= plan.bestTried.mean)
    let losses = Self.twoLosses(best)
    #expect(abs(plan.mean.value - (weight * losses[0] + losses[1]) / (weight + 1)) < 1e-9)
  }

  @Test func boundsHoldAndBind() throws {
    let fit = try fit(shares) { Self.twoLosses($0[0]) }
    var constraints = DataMixtureConstraints()
    constraints.most = ["mix_0": 0.2]
    let capped = try planDataMixture(fit, constraints: constraints)
    #expect(abs(capped.shares[0].proportion.value - 0.2) < 1e-9)
    constraints.most = ["mix_2": 0.2]
    #expect(throws: PlanError.self) { try planDataMixture(fit, constraints: constraints) }
    constraints.most = ["mix_0": 0.2, "mix_1": 0.2]
    #expect(throws: PlanError.self) { try planDataMixture(fit, constraints: constraints) }
  }

  /// One loss that falls with one domain is lowest where all data is of it, which lies outside what was tried; within the
  /// tried ones it is lowest at the tried mixture that has most of it.
  @Test func theBestMixtureOutsideTheTriedOnesIsSaidToBe() throws {
    let tried = [
      [0.1, 0.2, 0.7], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.3, 0.5, 0.2], [0.2, 0.7, 0.1],
      [0.4, 0.3, 0.3],
    ]
    let fit = try fit(tried) { [1.2 + 0.8 * exp(-2 * $0[0] + 0.5 * $0[1])] }
    let plan = try planDataMixture(fit)
    #expect(abs(plan.shares[0].proportion.value - 1) < 1e-6)
    #expect(abs(plan.distance - 0.4) < 1e-3)
    #expect(plan.warnings.contains { $0.contains("mix_0") && $0.contains("40") })
    var constraints = DataMixtureConstraints()
    constraints.withinTried = true
    let within = try planDataMixture(fit, constraints: constraints)
    #expect(zip(within.shares, [0.6, 0.1, 0.3]).allSatisfy { abs($0.proportion.value - $1) < 1e-6 })
    #expect(within.distance == 0)
  }

  @Test func intervalsComeFromDrawsOfAllLossesTogether() throws {
    let fit = try fit(shares + shares, noise: 0.01, resamples: 100) { Self.twoLosses($0[0]) }
    let plan = try planDataMixture(fit)
    #expect(plan.drawCount == 100)
    let interval = try #require(plan.shares[0].proportion.interval)
    #expect(
      interval.lowerBound < plan.shares[0].proportion.value && plan.shares[0].proportion.value < interval.upperBound)
    #expect(interval.upperBound - interval.lowerBound > 1e-3)
    let other = try #require(plan.shares[1].proportion.interval)
    #expect(abs(other.lowerBound + interval.upperBound - 1) < 1e-9)
  }
}
