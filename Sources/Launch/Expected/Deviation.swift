import Foundation
import RunStore

/// A departure of a run's losses from the expected curve, with its likely causes.
public struct Deviation: Sendable {
  public enum Side: Sendable, Hashable {
    case above, below
    /// The loss is no longer finite.
    case diverged
  }

  public enum Cause: Sendable, Hashable {
    /// The trainer's learning rate is not the schedule's.
    case otherRate(step: Double, given: Double, meant: Double)
    /// Steps hold another number of tokens.
    case otherBatch(tokens: Double, meant: Double)
    /// Training became unstable, and the loss is not finite.
    case diverged
    /// All losses are this multiple of the expected, 1/ln 2 or ln 2: another unit.
    case bitsForNats(factor: Double)
    case natsForBits(factor: Double)
    /// The loss was as expected, and jumped away within one step.
    case jump(step: Double, from: Double, to: Double)
    /// The distance was the same from the first: other data, tokenizer or model.
    case otherData
    /// The loss has not fallen since a step, while a fall of this many nats per token was expected.
    case stalled(since: Double, expectedFall: Double)
    /// The distance grows as training goes on.
    case fallsBehind
    /// The loss is lower than expected: held-out text among the training data, repeated text, masked tokens that count.
    case leak
  }

  public let side: Side
  /// The first step of the departure.
  public let step: Double
  /// The last loss, in nats per token, and the point that was expected there.
  public let loss: Double
  public let expected: ExpectedCurve.Point
  /// The loss where the run ends if it stays as far from the expected losses as it is.
  public let endLoss: Double
  /// The expected point at the end of the run.
  public let expectedEnd: ExpectedCurve.Point
  /// The causes, the most likely first.
  public let causes: [Cause]

  /// A short description.
  public var summary: String {
    switch side {
    case .diverged: "no finite loss since step \(plain(step))"
    case .above: "above what was expected since step \(plain(step))"
    case .below: "below what was expected since step \(plain(step))"
    }
  }
}

extension ExpectedCurve {
  /// The departure of a run's measurements, by rising step, from this curve; nil where the last of them lie in the interval.
  ///
  /// One value outside may be chance, so both the last value and the median of the last ones (at least three, and those of the
  /// last hundredth of the run) must lie outside on the same side.
  func deviation(of measurements: [JobMeasurement]) -> Deviation? {
    let losses = measurements.filter { $0.metric == metric }
    guard let last = losses.last, let end = points.last else { return nil }
    let record = LossRecord(measurements, losses: losses, curve: self)
    guard last.value.isFinite else {
      let first = losses.reversed().prefix { !$0.value.isFinite }.last ?? last
      return Deviation(
        side: .diverged, step: first.step, loss: .nan, expected: expected(at: first.step) ?? end, endLoss: .nan,
        expectedEnd: end, causes: record.causes(of: .diverged))
    }
    let window = record.last
    guard window.count >= LossRecord.fewest, let newest = window.last else { return nil }
    let side: Deviation.Side
    if newest.ratio > newest.high, median(window, \.ratio) > median(window, \.high) {
      side = .above
    } else if newest.ratio < newest.low, median(window, \.ratio) < median(window, \.low) {
      side = .below
    } else {
      return nil
    }
    let outside = record.entries.trailing { side == .above ? $0.ratio > $0.high : $0.ratio < $0.low }
    return Deviation(
      side: side, step: outside.first?.step ?? newest.step, loss: newest.loss, expected: newest.expected,
      endLoss: end.loss * exp(median(window, \.ratio)), expectedEnd: end, causes: record.causes(of: side))
  }
}
