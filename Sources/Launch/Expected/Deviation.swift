import Foundation
import RunStore

/// How a run's losses have left what was expected of them, and what that is likely to come from.
public struct Deviation: Sendable {
  public enum Side: Sendable, Hashable {
    case above, below
    /// The loss is no number any more.
    case diverged
  }

  public enum Cause: Sendable, Hashable {
    /// The trainer's learning rate is not the schedule's.
    case otherRate(step: Double, given: Double, meant: Double)
    /// Steps hold another number of tokens.
    case otherBatch(tokens: Double, meant: Double)
    /// Training became unstable, and the loss is no number.
    case diverged
    /// All losses are this multiple of the expected, 1/ln 2 or ln 2: another unit.
    case bitsForNats(factor: Double)
    case natsForBits(factor: Double)
    /// The loss was where it should be, and left at once.
    case jump(step: Double, from: Double, to: Double)
    /// The distance was the same from the first: other data, tokenizer or model.
    case otherData
    /// The loss no longer falls, where so many nats per token were expected since a step.
    case stalled(since: Double, expectedFall: Double)
    /// It falls behind ever further.
    case fallsBehind
    /// It is lower than it should be: held-out text among the training data, repeated text, masked tokens that count.
    case leak
  }

  public let side: Side
  /// Since when.
  public let step: Double
  /// The last, in nats per token, and what was expected of it.
  public let loss: Double
  public let expected: ExpectedCurve.Point
  /// The loss where the run ends if it stays as far from the expected losses as it is.
  public let endLoss: Double
  /// What was expected at the end.
  public let expectedEnd: ExpectedCurve.Point
  /// The likely first.
  public let causes: [Cause]

  /// In a few words.
  public var summary: String {
    switch side {
    case .diverged: "no finite loss since step \(plain(step))"
    case .above: "above what was expected since step \(plain(step))"
    case .below: "below what was expected since step \(plain(step))"
    }
  }
}

extension ExpectedCurve {
  /// How the measurements of a run, by rising step, have left this curve; nil where the last of them have not.
  ///
  /// One value outside may be chance. So the median of the last values has to lie outside, three at least and those of the last
  /// hundredth of the run, and the very last too, on the same side.
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
