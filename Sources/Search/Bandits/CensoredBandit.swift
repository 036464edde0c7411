import Foundation

/// A bandit that chooses an arm and a limit on its consumption in every round, where the reward is
/// seen only if the consumption stays within the limit; by upper confidence bounds (after Bengs
/// and Hüllermeier 2022).
///
/// For example, arms are algorithms and limits their time-outs. A pull is worth its reward, in 0
/// ... 1, if it ends within the limit, less `price` for every unit that it consumes; a pull with a
/// larger limit also shows the outcome of every smaller one.
public struct CensoredBandit: Sendable {
  /// An arm and a limit.
  public struct Choice: Sendable, Hashable {
    /// The index of the arm.
    public let arm: Int
    /// The index of the limit.
    public let limit: Int
  }

  /// The limits, in units of consumption, rising.
  public let limits: [Double]
  /// The price of a unit of consumption, in units of reward.
  public let price: Double
  /// The numbers of pulls and the sums of their worths, by arm and limit.
  private var counts: [[Int]]
  private var sums: [[Double]]
  private var rounds = 0

  /// A bandit without pulls.
  ///
  /// - Parameters:
  ///   - arms: the number of arms.
  ///   - limits: in units of consumption, rising.
  ///   - price: of a unit of consumption, in units of reward.
  /// - Throws: ``SearchError`` without arms, or for limits that do not rise from above 0.
  public init(arms: Int, limits: [Double], price: Double) throws(SearchError) {
    guard arms > 0, let least = limits.first, least > 0, zip(limits, limits.dropFirst()).allSatisfy(<),
      limits.allSatisfy(\.isFinite), price >= 0, price.isFinite
    else {
      throw SearchError("a censored bandit needs an arm or more, rising limits above 0, and a price of 0 or more")
    }
    self.limits = limits
    self.price = price
    counts = [[Int]](repeating: [Int](repeating: 0, count: limits.count), count: arms)
    sums = counts.map { $0.map { _ in 0 } }
  }

  /// The choice of the greatest upper bound; every arm is pulled with the largest limit first.
  public func next() -> Choice {
    if let arm = counts.firstIndex(where: { $0[limits.count - 1] == 0 }) {
      return Choice(arm: arm, limit: limits.count - 1)
    }
    let all = counts.indices.flatMap { arm in limits.indices.map { Choice(arm: arm, limit: $0) } }
    return all.max { bound($0) < bound($1) } ?? Choice(arm: 0, limit: 0)
  }

  /// Records a pull.
  ///
  /// - Parameters:
  ///   - choice: the arm and the limit.
  ///   - consumption: the amount consumed; any number above the limit where the pull was cut off.
  ///   - reward: in 0 ... 1; nil where the pull was cut off.
  public mutating func tell(_ choice: Choice, consumption: Double, reward: Double?) {
    rounds += 1
    for limit in 0...choice.limit {
      let isWithin = consumption <= limits[limit]
      counts[choice.arm][limit] += 1
      sums[choice.arm][limit] += (isWithin ? reward ?? 0 : 0) - price * min(consumption, limits[limit])
    }
  }

  /// The mean worth of a choice so far; nil before its first pull.
  public func mean(_ choice: Choice) -> Double? {
    let count = counts[choice.arm][choice.limit]
    return count > 0 ? sums[choice.arm][choice.limit] / Double(count) : nil
  }

  private func bound(_ choice: Choice) -> Double {
    guard let mean = mean(choice) else { return .infinity }
    let range = 1 + price * limits[choice.limit]
    return mean + range * (log(Double(rounds)) / (2 * Double(counts[choice.arm][choice.limit]))).squareRoot()
  }
}
