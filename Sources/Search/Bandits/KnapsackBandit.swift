import Fitting

/// A bandit whose arms consume resources, or replenish them, with budgets that must last to the
/// last round: the primal–dual template of Bernasconi et al. (2023), with exponential weights over
/// the arms and gradient descent on prices.
///
/// Rewards are in 0 ... 1, consumptions in −1 ... 1. A round in which some resource might not
/// suffice is skipped.
public struct KnapsackBandit: Sendable {
  /// The amount left of every resource.
  public private(set) var budgets: [Double]
  /// The price of every resource, in units of reward.
  public private(set) var prices: [Double]

  private let rates: [Double]
  /// The highest price, at which doing nothing is better than any reward.
  private let highest: Double
  private let step: Double
  /// The last arm stands for doing nothing.
  private var weights: ExponentialWeights
  private let arms: Int

  /// A bandit before its first round.
  ///
  /// - Parameters:
  ///   - arms: the number of arms.
  ///   - budgets: the amount of every resource for all rounds.
  ///   - rounds: the number of rounds.
  ///   - replenishment: the least amount of every resource that some arm, or doing nothing, adds
  ///     in a round.
  /// - Throws: ``SearchError`` for no arms or rounds, or where budgets and replenishment are 0.
  public init(arms: Int, budgets: [Double], rounds: Int, replenishment: Double = 0) throws(SearchError) {
    let rates = budgets.map { $0 / Double(max(1, rounds)) }
    guard arms > 0, rounds > 0, replenishment >= 0, replenishment.isFinite, let least = rates.min(), least >= 0,
      least + replenishment > 0, rates.allSatisfy(\.isFinite)
    else {
      throw SearchError("a knapsack bandit needs arms, rounds, and budgets or a replenishment above 0")
    }
    self.arms = arms
    self.budgets = budgets
    self.rates = rates
    highest = 1 / (least + replenishment)
    step = highest / Double(rounds).squareRoot()
    prices = budgets.map { _ in 0 }
    weights = ExponentialWeights(choices: arms + 1)
  }

  /// The arm of the next round; nil to do nothing, which must be told too.
  public func next(_ random: inout SplitMix64) -> Int? {
    guard budgets.allSatisfy({ $0 >= 1 }) else { return nil }
    var rest = random.uniform() * weights.probabilities.reduce(0, +)
    for arm in 0..<arms {
      rest -= weights.probabilities[arm]
      if rest < 0 { return arm }
    }
    return nil
  }

  /// Records a round.
  ///
  /// - Parameters:
  ///   - arm: the chosen arm; nil where nothing was done.
  ///   - reward: in 0 ... 1.
  ///   - consumptions: of every resource, in −1 ... 1, below 0 where it was replenished.
  public mutating func tell(_ arm: Int?, reward: Double, consumptions: [Double]) {
    var worth = reward
    for index in budgets.indices {
      let used = consumptions[index]
      worth += prices[index] * (rates[index] - used)
      budgets[index] -= used
      prices[index] = min(max(prices[index] - step * (rates[index] - used), 0), highest)
    }
    let most = 1 + 2 * highest * Double(budgets.count)
    weights.charge(arm ?? arms, loss: min(max((most - worth) / (2 * most), 0), 1))
  }
}
