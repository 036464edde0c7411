import Foundation
import Planning
import ScalingLaws
import Testing

/// Data against compute in value-based reinforcement learning.
@Suite struct UpdatesToDataTests {
  private func data(draws: [[Double]] = []) throws -> FittedLaw {
    let (law, preset) = try LawCatalog().preset("rybkin2025")
    return try FittedLaw(law: law, parameters: preset.values, draws: draws, provenance: "published")
  }

  private func batch(_ size: Double, _ exponent: Double) throws -> FittedLaw {
    try FittedLaw(law: LawCatalog().law("rl-batch"), parameters: [size, exponent], provenance: "given")
  }

  /// The cost of a ratio, written out from Rybkin et al. 2025 with their gym constants.
  private func cost(_ sigma: Double, _ price: Double) -> Double {
    let steps = 2.17e5 * (1 + pow(sigma / 2.29, -0.70))
    return 10 * 1e6 * 512 * pow(sigma, 0.7) * steps + price * steps
  }

  @Test(arguments: [1e9, 1e10, 1e12]) func `no ratio of a fine grid costs less than the plan's`(_ price: Double) throws
  {
    let plan = try UpdatesToDataPlan(
      data: data(), batch: batch(512, 0.3), params: 1e6, price: price, mostSteps: nil, level: 0.9)
    #expect(abs(plan.cost.value / cost(plan.sigma.value, price) - 1) < 1e-12)
    let grid = stride(from: -20.0, through: 20, by: 0.01).map { exp($0) }
    let best = try #require(grid.min { cost($0, price) < cost($1, price) })
    #expect(abs(log(plan.sigma.value / best)) <= 0.0101)
    #expect(plan.cost.value <= cost(best, price))
    #expect(!plan.isLimitedBySteps && plan.sigma.interval == nil)
  }

  @Test func `more expensive data needs more updates and fewer steps`() throws {
    let plans = try [1e8, 1e10, 1e12].map {
      try UpdatesToDataPlan(data: data(), batch: batch(512, 0.3), params: 1e6, price: $0, mostSteps: nil, level: 0.9)
    }
    #expect(plans[0].sigma.value < plans[1].sigma.value && plans[1].sigma.value < plans[2].sigma.value)
    #expect(plans[0].steps.value > plans[1].steps.value && plans[1].steps.value > plans[2].steps.value)
  }

  @Test func `a limit on steps is met by the ratio that needs exactly as many`() throws {
    let plan = try UpdatesToDataPlan(
      data: data(), batch: batch(512, 0.3), params: 1e6, price: 0, mostSteps: 3e5, level: 0.9)
    #expect(plan.isLimitedBySteps)
    #expect(abs(plan.steps.value / 3e5 - 1) < 1e-12)
    #expect(abs(plan.sigma.value / (2.29 * pow(3e5 / 2.17e5 - 1, -1 / 0.70)) - 1) < 1e-12)
  }

  @Test func `the draws give the intervals`() throws {
    let draws = (0..<101).map { [2.17e5 * (0.9 + 0.002 * Double($0)), 2.29, 0.70] }
    let plan = try UpdatesToDataPlan(
      data: data(draws: draws), batch: batch(512, 0.3), params: 1e6, price: 1e10, mostSteps: nil, level: 0.9)
    // The ratio does not hang on D_min; the steps are proportional to it.
    let ends = try #require(plan.steps.interval)
    #expect(
      abs(ends.lowerBound / plan.steps.value - 0.91) < 1e-9 && abs(ends.upperBound / plan.steps.value - 1.09) < 1e-9)
    let ratio = try #require(plan.sigma.interval)
    #expect(ratio.upperBound / ratio.lowerBound - 1 < 1e-12)
  }

  @Test func `requests without a plan are rejected with a message`() throws {
    func words(_ price: Double, _ most: Double?, _ data: FittedLaw, _ exponent: Double = 0.3) throws -> String {
      let batches = try batch(512, exponent)
      let error = #expect(throws: PlanError.self) {
        try UpdatesToDataPlan(data: data, batch: batches, params: 1e6, price: price, mostSteps: most, level: 0.9)
      }
      return error?.description ?? ""
    }
    // With a batch that does not fall, 0.70 is below 1 and compute only rises with the ratio.
    #expect(try words(0, nil, data(), 0).contains("price the data"))
    #expect(try words(0, 2e5, data()).contains("at least 217000"))
    #expect(try words(1e9, nil, published("besiroglu2024")).contains("rl-data"))
  }
}
