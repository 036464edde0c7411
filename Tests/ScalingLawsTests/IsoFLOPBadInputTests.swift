import Foundation
import ScalingLaws
import Testing

private let quick = IsoFLOPOptions(resamples: 0)

@Suite("IsoFLOP profiles, bad input")
struct IsoFLOPBadInputTests {
  /// Budgets, each with the sizes and losses of its runs.
  private func runs(_ budgets: [(flops: Double, points: [(Double, Double)])]) throws -> RunColumns {
    let rows = budgets.flatMap { budget in budget.points.map { (budget.flops, $0.0, $0.1) } }
    return try RunColumns(
      params: rows.map(\.1), tokens: rows.map { $0.0 / 6 / $0.1 }, flops: rows.map(\.0), loss: rows.map(\.2))
  }

  private func valley(_ flops: Double, _ best: Double, sign: Double = 1) -> (Double, [(Double, Double)]) {
    (flops, nineSizes(about: best).map { ($0, 3 + sign * 0.05 * pow(log($0 / best), 2)) })
  }

  @Test("columns must be valid, and the message says where they are not")
  func columns() {
    let text = errorText {
      try RunColumns(params: [1e8, 2e8], tokens: [1e9, 1e9], flops: [1e18, 1e18], loss: [3, .nan])
    }
    #expect(text.hasPrefix("run 2 (counted from 1) has loss nan"))
    #expect(
      errorText { try RunColumns(params: [1e8], tokens: [1e9], flops: [-1], loss: [3]) }.contains("flops -1.0"))
    #expect(
      errorText { try RunColumns(params: [1e8], tokens: [1e9, 2e9], flops: [1e18], loss: [3]) }
        .contains("'tokens' has 2 values where 'params' has 1"))
    #expect(errorText { try RunColumns(params: [], tokens: [], flops: [], loss: []) }.contains("there is no run"))
  }

  @Test("one budget is not enough")
  func oneBudget() throws {
    let table = try runs([valley(1e19, 3e8)])
    #expect(
      errorText { try ComputeExponents.isoFLOPProfiles(table, quick) }
        .hasPrefix("one budget has a minimum, but a line needs two"))
  }

  @Test("a budget of two sizes, with or without repeats, is left out with its reason")
  func twoSizes() throws {
    let few: [(Double, Double)] = [(1e8, 3.1), (1e8, 3.12), (2e8, 3.0), (2e8, 3.02), (2e8, 3.01)]
    let found = try ComputeExponents.isoFLOPProfiles(
      runs([valley(1e19, 3e8), valley(1e20, 9e8), (1e18, few)]), quick)
    #expect(found.points.count == 2)
    #expect(
      found.excluded.map(\.reason)
        == ["the budget of 1e18 FLOP is left out: it has 2 different sizes, but a parabola needs three"])
    #expect(found.excluded.map(\.count) == [5])
    #expect(found.size.exponent.standardError == nil)
    #expect(found.warnings.contains { $0.hasPrefix("a line through two budgets has no check") })
  }

  @Test("repeats of one size count once")
  func duplicates() throws {
    let same = (0..<6).map { (5e8, 3 + 0.01 * Double($0)) }
    let table = try runs([(1e19, same), (1e20, same)])
    let text = errorText { try ComputeExponents.isoFLOPProfiles(table, quick) }
    #expect(text.hasPrefix("no budget has a minimum") && text.contains("it has 1 different sizes"))
  }

  @Test("a budget whose parabola opens downward, or is flat, or has its minimum outside, is left out")
  func noMinimum() throws {
    let falling = (1e18, nineSizes(about: 1e8).map { ($0, 5 - 0.1 * log($0 / 1e8) + 0.01 * pow(log($0 / 1e8), 2)) })
    let flat = (3e18, nineSizes(about: 1e8).map { ($0, 3.0) })
    let found = try ComputeExponents.isoFLOPProfiles(
      runs([falling, flat, valley(1e19, 3e8), valley(1e20, 9e8), valley(1e21, 2e9, sign: -1)]), quick)
    #expect(found.points.map(\.flops).count == 2)
    #expect(found.excluded.count == 3)
    #expect(found.excluded[0].reason.contains("run larger ones"))
    #expect(found.excluded[1].reason.contains("opens downward"))
    #expect(found.excluded[2].reason.contains("opens downward (curvature -0.05)"))
  }

  @Test("options out of range are rejected")
  func options() throws {
    let table = try runs([valley(1e19, 3e8), valley(1e20, 9e8)])
    for options in [
      IsoFLOPOptions(window: .within(factor: 1)), IsoFLOPOptions(tolerance: .nan), IsoFLOPOptions(resamples: -1),
      IsoFLOPOptions(level: 1),
    ] {
      #expect(errorText { try ComputeExponents.isoFLOPProfiles(table, options) } != "no error")
    }
    let found = try ComputeExponents.isoFLOPProfiles(table, quick)
    for flops in [0, -1, .nan, .infinity] { #expect(errorText { try found.optimum(at: flops) } != "no error") }
  }

  @Test("a surface needs runs that show both of its terms")
  func surface() throws {
    let few = try runs([(1e19, [(1e8, 3), (2e8, 3), (3e8, 3)])])
    #expect(errorText { try IsoFLOPSurface(few, quick) }.contains("needs six runs"))
    let noTokens = try runs(
      [1e19, 1e20, 1e21].map { flops in
        (flops, nineSizes(about: 3e8).map { ($0, 2 + 300 * pow($0, -0.35)) })
      })
    #expect(errorText { try IsoFLOPSurface(noTokens, quick) }.contains("does not fall with tokens"))
  }

  @Test("results from few runs or a narrow range raise warnings")
  func warnings() throws {
    let few = (3e19, [1.5e8, 5e8, 1.7e9].map { ($0, 3 + 0.05 * pow(log($0 / 5e8), 2)) })
    let table = try runs([valley(1e19, 3e8), few, valley(6e19, 9e8)])
    let found = try ComputeExponents.isoFLOPProfiles(table, IsoFLOPOptions(resamples: 100))
    #expect(found.warnings.contains { $0.hasPrefix("the minima at 3e19 FLOP rest on fewer than five sizes") })
    #expect(found.warnings.contains { $0.hasPrefix("at 3e19 FLOP more than a tenth of the resamples") })
    #expect(found.warnings.contains { $0.hasPrefix("the budgets span a factor of 6") })
  }

  @Test("Akima's interpolation needs five sizes, and plausible noise")
  func interpolation() throws {
    let few: [(Double, Double)] = [(1e8, 3.1), (2e8, 3.0), (4e8, 2.9), (8e8, 3)]
    let found = try ComputeExponents.isoFLOPInterpolation(
      runs([valley(1e19, 3e8), valley(1e20, 9e8), (1e18, few)]), quick)
    #expect(found.excluded.first?.reason.contains("it has 4 different sizes") ?? false)
    let table = try runs([valley(1e19, 3e8), valley(1e20, 9e8)])
    #expect(errorText { try ComputeExponents.isoFLOPInterpolation(table, quick, noise: .nan) }.contains("noise"))
    let drawn = try ComputeExponents.isoFLOPInterpolation(table, IsoFLOPOptions(resamples: 100))
    let interval = try #require(drawn.size.exponent.interval)
    #expect(interval.lower < drawn.size.exponent.value && drawn.size.exponent.value < interval.upper)
  }
}
