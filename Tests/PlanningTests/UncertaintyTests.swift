import Fitting
import Foundation
import Planning
import ScalingLaws
import Testing

/// Besiroglu's law with draws that scale A by 1.00, 1.01 … 2.00 and leave the rest alone.
///
/// With N* ∝ A^(1/(alpha+beta)), its quantiles are known.
func lawWithDraws(residuals: [Double] = [], ranges: [String: ClosedRange<Double>] = [:]) throws -> FittedLaw {
  let found = try LawCatalog().preset("besiroglu2024")
  let draws = (0...100).map { index -> [Double] in
    var values = found.preset.values
    values[1] *= 1 + Double(index) / 100
    return values
  }
  return try FittedLaw(
    law: found.law, parameters: found.preset.values, draws: draws, ranges: ranges, logResiduals: residuals,
    provenance: "a test")
}

@Suite struct UncertaintyTests {
  @Test func intervalsAreTheQuantilesOfTheDrawsOwnOptima() throws {
    let plan = try planOptimum(try lawWithDraws(), for: .flops(1e23))
    let power = 1 / (0.3478 + 0.3658)
    // 5 % and 95 % of 1.00 … 2.00 are 1.05 and 1.95.
    let (low, high) = (29446133734.8849 * pow(1.05, power), 29446133734.8849 * pow(1.95, power))
    let params = try #require(plan.params?.interval)
    #expect(isClose(params.lowerBound, low))
    #expect(isClose(params.upperBound, high))
    let tokens = try #require(plan.tokens?.interval)
    #expect(isClose(tokens.lowerBound, 1e23 / 6 / high))
    #expect(isClose(tokens.upperBound, 1e23 / 6 / low))
    let ratio = try #require(plan.tokensPerParam?.interval)
    #expect(isClose(ratio.upperBound, 1e23 / 6 / low / low))
    let exponent = try #require(plan.exponents?.params.interval)
    #expect(isClose(exponent.lowerBound, 0.5126121076233184) && isClose(exponent.upperBound, 0.5126121076233184))
  }

  @Test func theLossIntervalIsOfThePlannedRun() throws {
    let fitted = try lawWithDraws()
    let plan = try planOptimum(fitted, for: .flops(1e23), options: PlanOptions(level: 0.5))
    let (params, tokens) = (29446133734.8849, 566005262922.569)
    var values = fitted.parameters
    values[1] = 482.01 * 1.25
    #expect(isClose(plan.loss.interval?.lowerBound, chinchillaLoss(values, params: params, tokens: tokens)))
    values[1] = 482.01 * 1.75
    #expect(isClose(plan.loss.interval?.upperBound, chinchillaLoss(values, params: params, tokens: tokens)))
  }

  @Test func aHigherLevelNeverNarrowsAnInterval() throws {
    let fitted = try lawWithDraws(residuals: [-0.01, 0, 0.01])
    var last: Plan?
    for level in [0.5, 0.8, 0.9, 0.99] {
      let plan = try planOptimum(fitted, for: .flops(1e22), options: PlanOptions(level: level))
      for interval in [plan.params?.interval, plan.tokens?.interval, plan.loss.interval, plan.predictionInterval] {
        #expect(interval != nil)
      }
      if let last, let inner = last.params?.interval, let outer = plan.params?.interval {
        #expect(outer.lowerBound <= inner.lowerBound && inner.upperBound <= outer.upperBound)
      }
      last = plan
    }
  }

  @Test func withoutDrawsThereIsNoIntervalAndAWarning() throws {
    let plan = try planOptimum(try published("besiroglu2024"), for: .flops(1e22))
    #expect(plan.params?.interval == nil && plan.loss.interval == nil && plan.predictionInterval == nil)
    #expect(plan.robust == nil)
    #expect(plan.warnings.contains { $0.contains("no number here has an interval") })
  }

  /// Residuals of ±1 % alone, half each: a run falls on either side of the mean.
  @Test func thePredictionIntervalAddsTheScatterOfRuns() throws {
    let found = try LawCatalog().preset("besiroglu2024")
    let fitted = try FittedLaw(
      law: found.law, parameters: found.preset.values, draws: [found.preset.values], logResiduals: [-0.01, 0.01],
      provenance: "a test")
    let plan = try planOptimum(fitted, for: .flops(1e23))
    #expect(isClose(plan.predictionInterval?.lowerBound, 2.03205187731793 * exp(-0.01)))
    #expect(isClose(plan.predictionInterval?.upperBound, 2.03205187731793 * exp(0.01)))
    #expect(isClose(plan.loss.interval?.upperBound, 2.03205187731793))
  }

  /// Where draws differ in A alone, the mean loss over them is the law at the mean A.
  @Test func theRobustChoiceMinimizesTheMeanLossOverTheDraws() throws {
    let plan = try planOptimum(try lawWithDraws(), for: .flops(1e23))
    let robust = try #require(plan.robust)
    #expect(isClose(robust.params, 29446133734.8849 * pow(1.5, 1 / (0.3478 + 0.3658)), within: 1e-9))
    #expect(isClose(robust.tokens, 1e23 / 6 / robust.params))
    #expect(robust.gain > 0)
    #expect(plan.reasons.contains { $0.contains("least regret") })
    #expect(isClose(plan.params?.value, 29446133734.8849))
  }

  @Test func drawsThatCannotReachATargetLeaveTheIntervalOpen() throws {
    let found = try LawCatalog().preset("besiroglu2024")
    var unable = found.preset.values
    unable[0] = 2.5
    let draws = [[Double]](repeating: found.preset.values, count: 50) + [[Double]](repeating: unable, count: 50)
    let fitted = try FittedLaw(
      law: found.law, parameters: found.preset.values, draws: draws, provenance: "a test")
    let plan = try planOptimum(fitted, for: .loss(2.2))
    #expect(plan.flops.interval == nil && plan.params?.interval == nil)
    #expect(plan.warnings.contains { $0.contains("50 of 100 draws cannot reach the target") })
  }

  @Test func everyDrawKeepsToTheTarget() throws {
    let plan = try planOptimum(try lawWithDraws(), for: .loss(2.2))
    // At the optimum of each draw, B/D^beta = (L − E) alpha/(alpha + beta), so D does not depend on A.
    let tokens = pow(2085.43 * (0.3478 + 0.3658) / (0.3478 * (2.2 - 1.8172)), 1 / 0.3658)
    #expect(isClose(plan.tokens?.interval?.lowerBound, tokens, within: 1e-9))
    #expect(isClose(plan.tokens?.interval?.upperBound, tokens, within: 1e-9))
  }

  @Test func extrapolationIsMeasuredInTimesTheLargestRun() throws {
    let ranges = ["params": 4e7...1.6e10, "tokens": 1e9...1e12, "flops": 1e18...1e20]
    let plan = try planOptimum(try lawWithDraws(ranges: ranges), for: .flops(1e24))
    #expect(
      plan.warnings.contains {
        $0.contains("compute is 1.0e+04 times") || $0.contains("compute is 10000 times")
      })
    #expect(plan.warnings.contains { $0.contains("1,000-fold") })
    let near = try planOptimum(try lawWithDraws(ranges: ranges), for: .flops(1e20))
    #expect(!near.warnings.contains { $0.contains("times the largest") })
  }

  @Test func theSameSeedGivesTheSamePlan() throws {
    let residuals = (0..<50).map { sin(Double($0)) / 100 }
    let fitted = try lawWithDraws(residuals: residuals)
    let plans = try [1, 1, 2].map { try planOptimum(fitted, for: .flops(1e22), options: PlanOptions(seed: $0)) }
    #expect(try PlanDocument(plans[0]).json() == PlanDocument(plans[1]).json())
    #expect(plans[0].predictionInterval != plans[2].predictionInterval)
  }
}
