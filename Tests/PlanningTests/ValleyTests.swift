import Foundation
import Planning
import ScalingLaws
import Testing

@Suite struct ValleyTests {
  @Test func rowsAreTheLawItself() throws {
    let fitted = try published("besiroglu2024")
    let p = fitted.parameters
    let valley = try costOfMissing(fitted, flops: 1e23)
    #expect(valley.rows.map(\.factor) == [0.25, 0.5, 2, 4])
    let (best, lowest) = (29446133734.8849, 2.03205187731793)
    for row in valley.rows {
      let params = best * row.factor
      let loss = chinchillaLoss(p, params: params, tokens: 1e23 / 6 / params)
      #expect(isClose(row.loss, loss))
      #expect(isClose(row.excess, loss - lowest, within: 1e-9))
      // B/D^beta is what the optimum's loss leaves in addition to E and A/N^alpha.
      let tokens = pow(p[2] / (lowest - p[0] - p[1] / pow(params, p[3])), 1 / p[4])
      #expect(isClose(row.matchingFLOPs, 6 * params * tokens, within: 1e-9))
      #expect(isClose(row.extraCompute, 6 * params * tokens / 1e23 - 1, within: 1e-7))
    }
  }

  @Test func theSizesWithinToleranceLoseExactlyIt() throws {
    let fitted = try published("hoffmann2022")
    let valley = try costOfMissing(fitted, flops: 1e21)
    for params in [valley.sizes.lowerBound, valley.sizes.upperBound] {
      let loss = chinchillaLoss(fitted.parameters, params: params, tokens: 1e21 / 6 / params)
      #expect(isClose(loss, 2.29549104008491 * 1.005))
    }
    #expect(valley.sizes.contains(2216954892.61693))
  }

  /// At a hundredth of the optimal size A/N^alpha alone exceeds what the optimum loses in all.
  @Test func aSizeTooSmallNeverCatchesUp() throws {
    let valley = try costOfMissing(try published("besiroglu2024"), flops: 1e23, factors: [0.01])
    #expect(valley.rows.count == 1)
    #expect(valley.rows[0].matchingFLOPs == nil && valley.rows[0].extraCompute == nil)
  }

  @Test func aSweepIsAPlanForEachBudget() throws {
    let fitted = try lawWithDraws()
    let budgets = [1e20, 1e21, 1e22]
    let rows = try sweepBudgets(fitted, budgets: budgets)
    #expect(rows.map(\.budget) == budgets)
    for row in rows {
      let plan = try planOptimum(fitted, for: .flops(row.budget))
      #expect(row.params == plan.params && row.tokens == plan.tokens && row.loss == plan.loss)
    }
  }
}
