import Foundation

/// The learning rate along a run, known at some of its steps and straight between them, 0 before the first.
public struct LearningRateSchedule: Sendable {
  /// The sum of the learning rate over all steps up to each of the steps given.
  public var sums: [Double] { Array(allSums.dropFirst(before)) }

  /// The rates and their sums, at the points before the first step given and at all steps given.
  private let rates: [Double]
  private let allSums: [Double]
  private let before: Int

  /// - Parameters:
  ///   - steps: rising, 0 or more.
  ///   - rates: one a step, 0 or more.
  ///   - warmup: the steps in which the rate rose evenly from 0 to that of the first step given, where that is later;
  ///     from there to the first step given it was the same.
  public init(steps: [Double], rates: [Double], warmup: Double = 0) {
    let (first, rate) = (steps.first ?? 0, rates.first ?? 0)
    let rise = min(warmup, first)
    // An even rise is no single change: each part of it is followed by a rate of its own.
    let parts = rise > 0 ? Self.riseParts : 1
    let shares = rate > 0 ? (0...parts).map { Double($0) / Double(parts) } : []
    before = shares.count
    let allSteps = shares.map { $0 * rise } + steps
    self.rates = shares.map { $0 * rate } + rates
    var sum = 0.0
    var sums: [Double] = []
    for index in allSteps.indices {
      if index > 0 {
        sum += (self.rates[index] + self.rates[index - 1]) / 2 * (allSteps[index] - allSteps[index - 1])
      }
      sums.append(sum)
    }
    allSums = sums
  }

  private static let riseParts = 32

  /// Changes of the rate before a step, taken together.
  public struct Piece: Sendable, Hashable {
    /// The sum of the changes, negative where the rate falls.
    public var change = 0.0
    /// The rate after them, their mean by change.
    public var rate = 1.0
    /// The sum of the rate since, likewise.
    public var since = 0.0
  }

  /// The changes before each of some of the steps, in at most a number of pieces, nearest first; nil where the rate turns
  /// too often for that.
  ///
  /// The effect of a change falls as a power of the rate summed since, so changes are taken together whose distances
  /// are within a ratio, and whose rates are within a factor of 2; the smallest ratio that needs no more pieces is used.
  ///
  /// - Parameter indices: places among the steps given.
  public func pieces(at indices: [Int], atMost count: Int) -> [[Piece]]? {
    // A few places tell the ratio; all of them are gone through once or twice.
    let spacing = max(1, indices.count / 16)
    let some = indices.indices.filter { (indices.count - 1 - $0).isMultiple(of: spacing) }.map { indices[$0] }
    var ratio = 0.05
    while ratio < 1e9 {
      if some.allSatisfy({ pieces(at: $0, ratio: ratio).count <= count }) {
        let all = indices.map { pieces(at: $0, ratio: ratio) }
        if all.allSatisfy({ $0.count <= count }) { return all }
      }
      ratio *= 1.2
    }
    return nil
  }

  private func pieces(at index: Int, ratio: Double) -> [Piece] {
    var pieces: [Piece] = []
    var nearest = 0.0
    for k in stride(from: before + index, to: 0, by: -1) {
      let change = rates[k] - rates[k - 1]
      guard change != 0 else { continue }
      let since = allSums[before + index] - (allSums[k] + allSums[k - 1]) / 2
      let farthest = allSums[before + index] - allSums[k - 1]
      // The rate that is divided by must not be 0, where a schedule ends.
      let rate = max(rates[k], 1e-9 * rates[k - 1])
      guard let last = pieces.last, farthest <= nearest * (1 + ratio), (last.change > 0) == (change > 0),
        max(rate, last.rate) <= 2 * min(rate, last.rate)
      else {
        nearest = allSums[before + index] - allSums[k]
        pieces.append(Piece(change: change, rate: rate, since: since))
        continue
      }
      let sum = last.change + change
      pieces[pieces.count - 1] = Piece(
        change: sum, rate: (last.change * last.rate + change * rate) / sum,
        since: (last.change * last.since + change * since) / sum)
    }
    return pieces
  }
}
