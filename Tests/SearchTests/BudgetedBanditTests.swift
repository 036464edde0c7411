import Fitting
import Foundation
import Testing

@testable import Search
@testable import Studies

@Suite struct BudgetedBanditTests {
  /// Exponential consumptions of mean m: in time with the chance 1 − e^(−τ/m), consuming m (1 − e^(−τ/m)) on average.
  @Test("the censored bandit comes to the best arm and limit, whose worth is known in closed form")
  func censored() throws {
    let (means, rewards, limits, price) = ([1.0, 4, 0.5], [0.6, 0.9, 0.35], [0.5, 1, 2, 4, 8], 0.08)
    func worth(_ choice: CensoredBandit.Choice) -> Double {
      let inTime = 1 - exp(-limits[choice.limit] / means[choice.arm])
      return rewards[choice.arm] * inTime - price * means[choice.arm] * inTime
    }
    let all = means.indices.flatMap { arm in limits.indices.map { CensoredBandit.Choice(arm: arm, limit: $0) } }
    let best = try #require(all.max { worth($0) < worth($1) })
    let even = all.reduce(0) { $0 + worth(best) - worth($1) } / Double(all.count)
    var random = SplitMix64(seed: 5)
    var bandit = try CensoredBandit(arms: 3, limits: limits, price: price)
    var regrets: [Double] = []
    for _ in 0..<20_000 {
      let choice = bandit.next()
      let consumption = -means[choice.arm] * log(1 - random.uniform())
      let isRewarded = random.uniform() < rewards[choice.arm]
      let isInTime = consumption <= limits[choice.limit]
      bandit.tell(
        choice, consumption: isInTime ? consumption : .infinity, reward: isInTime ? (isRewarded ? 1 : 0) : nil)
      regrets.append(worth(best) - worth(choice))
    }
    let late = regrets.suffix(5000).reduce(0, +) / 5000
    #expect(late < 0.1 * even, "\(late), evenly \(even)")
    let mean = try #require(bandit.mean(best))
    #expect(abs(mean - worth(best)) < 0.02)
  }

  /// The best mixture of arms that consumes what there is: of 0.9 for 1, 0.4 for 0.2, and 0.05 for −0.5, at 0.3 a round.
  @Test("the knapsack bandit keeps to its budget and earns most of the best mixture's reward")
  func knapsack() throws {
    let (rewards, consumptions, rounds) = ([0.9, 0.4, 0.05], [1.0, 0.2, -0.5], 40_000)
    // x of the first and 1 − x of the third: 1.5 x − 0.5 = 0.3, so x = 8/15 and 0.5033 a round; x of the first with the
    // second: 0.8 x + 0.2 = 0.3, so x = 1/8 and 0.4625.
    let best = 0.9 * 8 / 15 + 0.05 * 7 / 15
    var random = SplitMix64(seed: 2)
    var bandit = try KnapsackBandit(arms: 3, budgets: [0.3 * Double(rounds)], rounds: rounds)
    var earned = 0.0
    for _ in 0..<rounds {
      let arm = bandit.next(&random)
      let reward = arm.map { random.uniform() < rewards[$0] ? 1.0 : 0 } ?? 0
      bandit.tell(arm, reward: reward, consumptions: [arm.map { consumptions[$0] } ?? 0])
      earned += reward
      #expect(bandit.budgets[0] >= 0)
    }
    let share = earned / Double(rounds) / best
    #expect(share > 0.85 && share < 1.02, "\(share)")
  }

  @Test func badInputIsRefused() {
    #expect(throws: SearchError.self) { try CensoredBandit(arms: 1, limits: [2, 1], price: 0) }
    #expect(throws: SearchError.self) { try CensoredBandit(arms: 0, limits: [1], price: 0) }
    #expect(throws: SearchError.self) { try KnapsackBandit(arms: 2, budgets: [0], rounds: 10) }
  }
}
