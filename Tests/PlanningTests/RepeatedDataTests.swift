import Planning
import Testing

/// Plans of the data-constrained law.
@Suite struct RepeatedDataTests {
  /// Muennighoff et al. 2023 allocate 1e22 FLOP on 25B distinct tokens on a grid; the optimum itself is a fine grid's.
  @Test func theAllocationIsThePublishedOne() throws {
    let law = try published("muennighoff2023")
    let plan = try planOptimum(law, for: .flops(1e22), constraints: PlanConstraints(fixed: ["U": 25e9]))
    #expect(isClose(plan.params?.value, 7.02236e9, within: 1e-3))
    #expect(isClose(plan.tokens?.value, 2.37336955e11, within: 1e-3))
    #expect(isClose(plan.epochs?.value, 9.4935, within: 1e-3))
    #expect(isClose(plan.params?.value, 7_026_163_533, within: 1e-6))
    let grid = try planOptimum(
      law, for: .flops(6 * 7.02236e9 * 2.37336955e11),
      constraints: PlanConstraints(fixedParams: 7.02236e9, fixed: ["unique_tokens": 25e9]))
    #expect(plan.loss.value < grid.loss.value && grid.loss.value - plan.loss.value < 1e-7)
    #expect(plan.reasons.contains { $0.contains("9.49 epochs") && $0.contains("25B") })
  }

  @Test func moreDistinctTokensThanThePlanNeedsAreNotRepeated() throws {
    let plan = try planOptimum(
      try published("muennighoff2023"), for: .flops(1e20), constraints: PlanConstraints(fixed: ["U": 1e12]))
    #expect(try #require(plan.epochs).value < 1)
    let closed = try planOptimum(
      try chinchillaByFormula(
        Array(try published("muennighoff2023").parameters.prefix(5))), for: .flops(1e20))
    #expect(isClose(plan.params?.value, try #require(closed.params).value, within: 1e-8))
  }

  @Test func onlyLawsOfDistinctTokensHaveEpochs() throws {
    #expect(try planOptimum(try published("besiroglu2024"), for: .flops(1e21)).epochs == nil)
  }
}
