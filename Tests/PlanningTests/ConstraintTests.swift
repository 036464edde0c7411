import Foundation
import Planning
import ScalingLaws
import Testing

/// The loss of Chinchilla's law, written out.
func chinchillaLoss(_ p: [Double], params: Double, tokens: Double) -> Double {
  p[0] + p[1] / pow(params, p[3]) + p[2] / pow(tokens, p[4])
}

@Suite struct ConstraintTests {
  /// Hoffmann's law at 1e23 FLOP wants 918.4B tokens.
  @Test func aCapAboveTheOptimumChangesNothing() throws {
    let fitted = try published("hoffmann2022")
    let free = try planOptimum(fitted, for: .flops(1e23))
    let capped = try planOptimum(fitted, for: .flops(1e23), constraints: PlanConstraints(maxTokens: 1e12))
    #expect(capped.params == free.params && capped.tokens == free.tokens && capped.loss == free.loss)
  }

  @Test func aCapBelowTheOptimumPutsTheRestIntoTheSize() throws {
    for fitted in [
      try published("hoffmann2022"), try chinchillaByFormula(try published("hoffmann2022").parameters),
    ] {
      let plan = try planOptimum(fitted, for: .flops(1e23), constraints: PlanConstraints(maxTokens: 3e11))
      #expect(isClose(plan.tokens?.value, 3e11))
      #expect(isClose(plan.params?.value, 1e23 / 6 / 3e11))
      #expect(isClose(plan.flops.value, 1e23))
      #expect(plan.reasons.contains { $0.contains("The cap of 300B tokens binds") })
    }
  }

  /// E + A/N^alpha + N/s: the size itself costs beyond its best, N^(1+alpha) = s alpha A.
  @Test func aCapLeavesBudgetUnspentWhereALargerModelGainsNothing() throws {
    let fitted = try customLaw("E + A/N^alpha + N/1e12 + B/D^beta", [1.8, 400, 400, 0.34, 0.28])
    let plan = try planOptimum(fitted, for: .flops(1e24), constraints: PlanConstraints(maxTokens: 1e9))
    let best = pow(1e12 * 0.34 * 400, 1 / 1.34)
    #expect(best < 1e24 / 6e9)
    #expect(isClose(plan.params?.value, best, within: 1e-9))
    #expect(isClose(plan.tokens?.value, 1e9))
    #expect(plan.flops.value < 1e23)
    #expect(plan.warnings.contains { $0.contains("unused") })
  }

  @Test func aFixedSizeGetsTheTokensThatTheBudgetLeaves() throws {
    let fitted = try published("besiroglu2024")
    let plan = try planOptimum(fitted, for: .flops(1e22), constraints: PlanConstraints(fixedParams: 7e9))
    #expect(isClose(plan.tokens?.value, 1e22 / 42e9))
    #expect(
      isClose(plan.loss.value, chinchillaLoss(fitted.parameters, params: 7e9, tokens: 1e22 / 42e9)))
    let capped = try planOptimum(
      fitted, for: .flops(1e22), constraints: PlanConstraints(maxTokens: 1e11, fixedParams: 7e9))
    #expect(isClose(capped.flops.value, 42e9 * 1e11))
  }

  @Test func fixedTokensGetTheSizeThatTheBudgetLeaves() throws {
    let plan = try planOptimum(
      try published("besiroglu2024"), for: .flops(1e22), constraints: PlanConstraints(fixedTokens: 1e11))
    #expect(isClose(plan.params?.value, 1e22 / 6e11))
  }

  @Test func fixedSizeAndTokensMustFitTheBudget() throws {
    let fitted = try published("besiroglu2024")
    let constraints = PlanConstraints(fixedParams: 1e9, fixedTokens: 1e10)
    let plan = try planOptimum(fitted, for: .flops(6e19), constraints: constraints)
    #expect(isClose(plan.loss.value, chinchillaLoss(fitted.parameters, params: 1e9, tokens: 1e10)))
    #expect(throws: PlanError.self) { try planOptimum(fitted, for: .flops(5.9e19), constraints: constraints) }
  }
}

@Suite struct TargetLossTests {
  @Test(arguments: [1e19, 1e21, 5.76e23])
  func theCheapestRunToABudgetsLossIsThatBudgetsOptimum(_ flops: Double) throws {
    for fitted in [
      try published("hoffmann2022"), try chinchillaByFormula(try published("besiroglu2024").parameters),
      try published("kaplan-nd/kaplan2020"),
    ] {
      let optimum = try planOptimum(fitted, for: .flops(flops))
      let plan = try planOptimum(fitted, for: .loss(optimum.loss.value))
      #expect(isClose(plan.flops.value, flops, within: 1e-9))
      #expect(isClose(plan.params?.value, try #require(optimum.params).value, within: 1e-9))
      #expect(isClose(plan.loss.value, optimum.loss.value))
    }
  }

  @Test func aFixedSizeReachesTheTargetOnTheTokensOfTheLaw() throws {
    let fitted = try published("besiroglu2024")
    let target = chinchillaLoss(fitted.parameters, params: 7e9, tokens: 4e11)
    let bySize = try planOptimum(fitted, for: .loss(target), constraints: PlanConstraints(fixedParams: 7e9))
    #expect(isClose(bySize.tokens?.value, 4e11, within: 1e-10))
    let byTokens = try planOptimum(fitted, for: .loss(target), constraints: PlanConstraints(fixedTokens: 4e11))
    #expect(isClose(byTokens.params?.value, 7e9, within: 1e-10))
  }

  /// At the cap, N = (A/(L − E − B/D^beta))^(1/alpha).
  @Test func aCapOnTokensIsPaidForInSize() throws {
    let fitted = try published("hoffmann2022")
    let (p, cap) = (fitted.parameters, 3e11)
    let plan = try planOptimum(fitted, for: .loss(2.0), constraints: PlanConstraints(maxTokens: cap))
    #expect(isClose(plan.tokens?.value, cap))
    let params = pow(p[1] / (2.0 - p[0] - p[2] / pow(cap, p[4])), 1 / p[3])
    #expect(isClose(plan.params?.value, params, within: 1e-9))
    let loose = try planOptimum(fitted, for: .loss(2.0), constraints: PlanConstraints(maxTokens: 1e13))
    #expect(isClose(loose.flops.value, try planOptimum(fitted, for: .loss(2.0)).flops.value, within: 1e-9))
  }

  @Test func aTargetThatTheLawNeverReachesIsAnError() throws {
    let fitted = try published("besiroglu2024")
    for target in [1.0, 1.8172] {
      let error = try #require(throws: PlanError.self) { try planOptimum(fitted, for: .loss(target)) }
      #expect(error.description.contains("does not go below a loss of 1.8172"))
    }
    // 1.8172 + 2085.43/1e9^0.3658 = 2.88
    let error = try #require(throws: PlanError.self) {
      try planOptimum(fitted, for: .loss(2.5), constraints: PlanConstraints(maxTokens: 1e9))
    }
    #expect(error.description.contains("on at most 1B tokens"))
    #expect(throws: PlanError.self) {
      try planOptimum(fitted, for: .loss(1.9), constraints: PlanConstraints(fixedParams: 1e9))
    }
  }
}

/// Independent 40-digit optima for Hoffmann's unrounded parameters: a model of `quality` parameters sets the loss.
@Suite struct LifetimeTests {
  @Test(arguments: [
    (7e9, 295485163080.885, 1e11, 6054714543.19387, 343972523672.823, 1.37068755578844e22, -0.749445816298),
    (13e9, 617425036838.768, 2e12, 7120312433.81349, 1295144544127.29, 8.38122525420655e22, -16.3209251101),
    (30e9, 1670827468369.7, 1e13, 13933620635.578, 4576412707897.23, 6.61268403973627e23, -26.586824425),
  ])
  func agreesWithSardana(
    _ quality: Double, _ quota: Double, _ served: Double, _ params: Double, _ tokens: Double, _ total: Double,
    _ change: Double
  ) throws {
    let fitted = try published("hoffmann2022")
    let constraints = PlanConstraints(inferenceTokens: served)
    let loss = chinchillaLoss(fitted.parameters, params: quality, tokens: quota)
    for goal in [PlanGoal.loss(loss), .flops(6 * quality * quota)] {
      let plan = try planOptimum(fitted, for: goal, constraints: constraints)
      #expect(isClose(plan.params?.value, params, within: 1e-9))
      #expect(isClose(plan.tokens?.value, tokens, within: 1e-9))
      let lifetime = try #require(plan.lifetime)
      #expect(isClose(lifetime.totalFLOPs, total, within: 1e-9))
      #expect(isClose(-100 * lifetime.saving, change, within: 1e-8))
      #expect(isClose(lifetime.trainingOnlyParams, quality, within: 1e-9))
    }
  }

  @Test func nothingServedIsTheTrainingOptimum() throws {
    let fitted = try published("hoffmann2022")
    let free = try planOptimum(fitted, for: .flops(1e22))
    let plan = try planOptimum(fitted, for: .flops(1e22), constraints: PlanConstraints(inferenceTokens: 0))
    #expect(plan.params == free.params)
    #expect(plan.lifetime == nil)
  }

  @Test func trainingBeyondTheBudgetIsSaid() throws {
    let plan = try planOptimum(
      try published("hoffmann2022"), for: .flops(6 * 13e9 * 617425036838.768),
      constraints: PlanConstraints(inferenceTokens: 2e12))
    // 6 × 7.12e9 × 1.295e12 = 5.533e22 of 4.816e22
    #expect(plan.warnings.contains { $0.contains("1.15 times the budget") })
  }
}
