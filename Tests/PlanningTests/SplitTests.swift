import Fitting
import Formulas
import Foundation
import Planning
import ScalingLaws
import Testing

/// The split of one budget among priced variables, against closed forms.
@Suite struct SplitTests {
  private func law(_ formula: String, _ parameters: [String], _ values: [Double], draws: [[Double]] = []) throws
    -> FittedLaw
  {
    let variables = try Formula(formula).names.filter { !parameters.contains($0) }
    let law = Law(
      name: "made", title: "made", formula: try Formula(formula),
      variables: variables.map { Law.Variable($0, column: $0) },
      parameters: parameters.map { .positive($0, 0.1...10) }, citation: "made")
    return try FittedLaw(law: law, parameters: values, draws: draws, provenance: "made")
  }

  private func priced(_ prices: [(String, Double)], budget: Double = 20_000) -> SplitRequest {
    SplitRequest(budget: budget, resources: prices.map { .init($0.0, price: $0.1) })
  }

  /// Cobb and Douglas: each gets the share of its exponent, whatever the prices.
  @Test func `powers of a product share the budget by their exponents`() throws {
    let fitted = try law(
      "E + K*x^(-a)*y^(-b)*z^(-c)", ["E", "K", "a", "b", "c"], [1, 50, 0.1, 0.3, 0.4],
      draws: [[1, 50, 0.1, 0.3, 0.4], [1, 50, 0.2, 0.2, 0.4]])
    let split = try planSplit(fitted, priced([("x", 0.5), ("y", 0.01), ("z", 3)]))
    let known = [0.125, 0.375, 0.5].map { $0 * 20_000 }
    for (share, money) in zip(split.shares, known) {
      #expect(abs(share.money.value / money - 1) < 1e-5)
      #expect(share.boughtShare == 1)
    }
    let loss = 1 + 50 * pow(known[0] / 0.5, -0.1) * pow(known[1] / 0.01, -0.3) * pow(known[2] / 3, -0.4)
    #expect(abs(split.loss.value / loss - 1) < 1e-12)
    #expect(abs(split.spent - 20_000) < 1e-6)
    // The second draw would give x twice the share; its own split bounds the interval.
    let ends = try #require(split.shares[0].money.interval)
    #expect(ends.lowerBound < 2800 && ends.upperBound > 4700)
  }

  /// A/x^a + B/y^a: x/y = (A q/(B p))^(1/(1 + a)) at prices p and q.
  @Test(arguments: [(0.5, 0.01), (1e-6, 2.0), (7, 7)]) func `a sum of like powers has its closed form`(
    _ p: Double, _ q: Double
  ) throws {
    let fitted = try law("E + A/x^a + B/y^a", ["E", "A", "B", "a"], [0.4, 30, 80, 0.35])
    let split = try planSplit(fitted, priced([("x", p), ("y", q)], budget: 5000))
    let ratio = pow(30 * q / (80 * p), 1 / 1.35)
    let y = 5000 / (p * ratio + q)
    #expect(abs(split.shares[1].amount.value / y - 1) < 1e-5)
    #expect(abs(split.shares[0].amount.value / (ratio * y) - 1) < 1e-5)
    // At an inner optimum a dollar brings the same everywhere.
    let gains = try split.shares.map { try #require($0.gain) }
    #expect(abs(gains[0] / gains[1] - 1) < 1e-4)
    #expect(split.alternatives.isEmpty || split.alternatives.allSatisfy { $0.loss > split.loss.value })
  }

  private func substitutes(draws: [[Double]] = []) throws -> FittedLaw {
    try law(
      "B/(D + (a + r*s)^b) + E", ["B", "D", "r", "b", "E"], [20, 5, 0.1, 0.4, 1], draws: draws)
  }

  @Test func `only the cheaper of perfect substitutes is bought`() throws {
    let draws = [0.005, 0.05, 0.1, 0.2].map { [20, 5, $0, 0.4, 1] }
    let split = try planSplit(try substitutes(draws: draws), priced([("a", 0.5), ("s", 0.01)]))
    #expect(split.shares.map(\.isBought) == [false, true])
    #expect(abs(split.shares[1].amount.value - 2e6) < 1)
    #expect(split.shares.map(\.boughtShare) == [0.25, 0.75])
    #expect(split.reasons.contains { $0.contains("'a' is not bought") })
    #expect(split.alternatives.map(\.words) == ["only a"])
  }

  @Test func `a set-up is paid if it is worthwhile, and a limit is respected`() throws {
    var request = priced([("a", 0.5), ("s", 0.01)], budget: 1000)
    // 2000 annotated examples, or what 10,000 distilled and 1800 annotated are worth.
    request.resources[1].most = 10_000
    request.resources[1].setUp = 100
    let paid = try planSplit(try substitutes(), request)
    #expect(abs(paid.shares[0].amount.value - 1600) < 1e-6 && paid.shares[1].amount.value == 10_000)
    #expect(abs(paid.shares[1].money.value - 200) < 1e-6 && abs(paid.spent - 1000) < 1e-6)
    request.resources[1].setUp = 450
    let unpaid = try planSplit(try substitutes(), request)
    #expect(abs(unpaid.shares[0].amount.value - 2000) < 1e-6 && unpaid.shares[1].amount.value == 0)
    #expect(unpaid.reasons.contains { $0.contains("its set-up of $450") })
    request.resources[0].most = 100
    let limited = try planSplit(try substitutes(), request)
    #expect(limited.spent < 1000 && limited.reasons.contains { $0.contains("are left") }, "\(limited.reasons)")
  }

  @Test func `money that would raise the loss is not spent`() throws {
    let fitted = try law("E + (x - c)^2", ["E", "c"], [1, 100])
    let split = try planSplit(fitted, priced([("x", 1)], budget: 1000))
    #expect(abs(split.shares[0].amount.value - 100) < 1e-3 && abs(split.loss.value - 1) < 1e-9)
  }

  @Test(arguments: [
    ([("x", 1.0)], 100.0, "neither a price nor a value"), ([("x", -1), ("y", 1)], 100, "price of 'x'"),
    ([("x", 1), ("q", 1)], 100, "no variable 'q'"), ([("x", 1), ("y", 1)], -5, "the budget"),
    ([("x", 1), ("x", 1)], 100, "priced twice"), ([], 100, "nothing has a price"),
  ])
  func `requests that do not fit are rejected`(_ prices: [(String, Double)], _ budget: Double, _ words: String) throws {
    let fitted = try law("E + A/x^a + B/y^a", ["E", "A", "B", "a"], [0.4, 30, 80, 0.35])
    let error = try #require(throws: PlanError.self) { try planSplit(fitted, priced(prices, budget: budget)) }
    #expect(error.description.contains(words), "\(error)")
  }
}
