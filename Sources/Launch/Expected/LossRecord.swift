import Fitting
import Foundation
import RunStore

/// A run's losses beside the expected curve, and the likely causes of their distance.
struct LossRecord {
  /// The fewest values by which a run is judged.
  static let fewest = 3

  struct Entry {
    let step: Double
    let loss: Double
    let expected: ExpectedCurve.Point
    /// Logarithms of the loss and of the interval's ends over the expected loss.
    let ratio: Double
    let low: Double
    let high: Double

    var isInside: Bool { (low...high).contains(ratio) }
  }

  let entries: [Entry]
  private let curve: ExpectedCurve
  private let measurements: [JobMeasurement]

  /// Ratios that differ by less count as equal.
  private static let steady = 0.02

  init(_ measurements: [JobMeasurement], losses: [JobMeasurement], curve: ExpectedCurve) {
    (self.curve, self.measurements) = (curve, measurements)
    entries = losses.compactMap { one in
      guard one.value > 0, one.value.isFinite, let expected = curve.expected(at: one.step) else { return nil }
      return Entry(
        step: one.step, loss: one.value, expected: expected, ratio: log(one.value / expected.loss),
        low: log(expected.low / expected.loss), high: log(expected.high / expected.loss))
    }
  }

  /// The entries by which the run is judged now.
  var last: [Entry] {
    let from = (entries.last?.step ?? 0) - (curve.points.last?.step ?? 0) / 100
    let recent = entries.trailing { $0.step >= from }
    return recent.count >= Self.fewest ? recent : Array(entries.suffix(Self.fewest))
  }

  func causes(of side: Deviation.Side) -> [Deviation.Cause] {
    let settings = [otherRate, otherBatch].compactMap { $0 }
    guard side != .diverged else { return settings + [.diverged] }
    let middle = median(entries, \.ratio)
    let isSteady = entries.count > 2 * Self.fewest && entries.allSatisfy { abs($0.ratio - middle) < Self.steady }
    var causes = settings
    if isSteady {
      if abs(middle + log(M_LN2)) < Self.steady { causes.append(.bitsForNats(factor: exp(middle))) }
      if abs(middle - log(M_LN2)) < Self.steady { causes.append(.natsForBits(factor: exp(middle))) }
      causes.append(.otherData)
    } else {
      if let jump { causes.append(jump) }
      // A setting that is known to differ explains it.
      if side == .above, let own = stall ?? (settings.isEmpty ? .fallsBehind : nil) { causes.append(own) }
    }
    return side == .below ? causes + [.leak] : causes
  }

  private var otherRate: Deviation.Cause? {
    let rates = measurements.filter { $0.metric == "learning_rate" && $0.value.isFinite }.suffix(10)
    let pairs = rates.compactMap { rate in
      curve.expected(at: rate.step).map { (step: rate.step, given: rate.value, meant: $0.learningRate) }
    }
    guard let last = pairs.last, last.meant > 0,
      pairs.allSatisfy({ abs($0.given - $0.meant) > 0.05 * max($0.given, $0.meant) })
    else { return nil }
    return .otherRate(step: last.step, given: last.given, meant: last.meant)
  }

  private var otherBatch: Deviation.Cause? {
    guard let last = measurements.last(where: { $0.metric == "tokens" && $0.step > 0 && $0.value > 0 }),
      abs(last.value / last.step / curve.tokensPerStep - 1) > 0.02
    else { return nil }
    return .otherBatch(tokens: last.value / last.step, meant: curve.tokensPerStep)
  }

  private var jump: Deviation.Cause? {
    guard let last = entries.lastIndex(where: { !$0.isInside }) else { return nil }
    let first = (entries[..<last].lastIndex { $0.isInside } ?? -1) + 1
    guard first >= Self.fewest else { return nil }
    let before = entries[(first - Self.fewest)..<first].map(\.ratio)
    let rise = entries[first].ratio - (before.max() ?? 0)
    let usual = zip(before, before.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    guard rise > max(4 * usual, Self.steady) else { return nil }
    return .jump(step: entries[first].step, from: entries[first - 1].loss, to: entries[first].loss)
  }

  private var stall: Deviation.Cause? {
    let third = entries.suffix(max(2 * Self.fewest, entries.count / 3))
    guard third.count >= 2 * Self.fewest, let first = third.first, let last = third.last else { return nil }
    let (fall, meant) = (first.loss - last.loss, first.expected.loss - last.expected.loss)
    return meant > 0 && fall < 0.2 * meant ? .stalled(since: first.step, expectedFall: meant) : nil
  }
}

/// The median of a property of entries; NaN for none.
func median(_ entries: [LossRecord.Entry], _ value: (LossRecord.Entry) -> Double) -> Double {
  quantile(entries.map(value).sorted(), 0.5)
}

extension Array {
  /// The longest suffix whose members all satisfy a condition.
  func trailing(_ isMember: (Element) -> Bool) -> [Element] {
    Array(self[(lastIndex { !isMember($0) }.map { $0 + 1 } ?? 0)...])
  }
}
