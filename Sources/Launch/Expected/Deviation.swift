import Foundation
import RunStore
import Tables

/// How a run's losses have left what was expected of them, and what that is likely to come from.
public struct Deviation: Sendable, Hashable {
  public enum Side: Sendable, Hashable {
    case above, below
    /// The loss is no number any more.
    case diverged
  }

  public let side: Side
  /// Since when.
  public let step: Double
  /// The last, and what was expected of it.
  public let loss: Double
  public let expected: ExpectedCurve.Point
  /// Where the run ends if it stays as far from the expected losses as it is: the loss, and what was foretold there.
  public let end: (loss: Double, expected: ExpectedCurve.Point)
  /// The likely first, each with what to look at.
  public let causes: [String]

  /// In a few words.
  public var summary: String {
    switch side {
    case .diverged: "no finite loss since step \(plain(step))"
    case .above, .below: "\(side == .above ? "above" : "below") what was expected since step \(plain(step))"
    }
  }

  public static func == (a: Deviation, b: Deviation) -> Bool { a.summary == b.summary && a.causes == b.causes }

  public func hash(into hasher: inout Hasher) { hasher.combine(summary) }
}

extension ExpectedCurve {
  /// How the measurements of a run, by rising step, have left this curve; nil where the last of them have not.
  ///
  /// One value outside may be chance. So the middle of the last values has to lie outside, three at least and those of the last
  /// hundredth of the run, and the very last too, on the same side.
  func deviation(of measurements: [JobMeasurement]) -> Deviation? {
    let losses = measurements.filter { $0.metric == metric }
    guard let last = losses.last, let end = points.last else { return nil }
    let record = RunRecord(measurements, losses: losses, curve: self)
    if !last.value.isFinite {
      let firstBad = losses.reversed().prefix { !$0.value.isFinite }.last ?? last
      return Deviation(
        side: .diverged, step: firstBad.step, loss: .nan, expected: expected(at: firstBad.step) ?? end,
        end: (.nan, end), causes: record.causes(of: .diverged))
    }
    let window = record.last
    guard window.count >= RunRecord.fewest, let newest = window.last else { return nil }
    let side: Deviation.Side
    if newest.ratio > newest.high, window.middle(\.ratio) > window.middle(\.high) {
      side = .above
    } else if newest.ratio < newest.low, window.middle(\.ratio) < window.middle(\.low) {
      side = .below
    } else {
      return nil
    }
    let outside = record.entries.suffix(while: { side == .above ? $0.ratio > $0.high : $0.ratio < $0.low })
    return Deviation(
      side: side, step: outside.first?.step ?? newest.step, loss: newest.loss, expected: newest.expected,
      end: (end.loss * exp(window.middle(\.ratio)), end), causes: record.causes(of: side))
  }
}

/// A run's losses beside what was expected.
struct RunRecord {
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
  }

  let entries: [Entry]
  private let curve: ExpectedCurve
  private let measurements: [JobMeasurement]
  private let rates: [JobMeasurement]

  init(_ measurements: [JobMeasurement], losses: [JobMeasurement], curve: ExpectedCurve) {
    self.curve = curve
    self.measurements = measurements
    rates = measurements.filter { $0.metric == "learning_rate" && $0.value.isFinite }
    entries = losses.compactMap { one in
      guard one.value > 0, one.value.isFinite, let expected = curve.expected(at: one.step) else { return nil }
      return Entry(
        step: one.step, loss: one.value, expected: expected, ratio: log(one.value / expected.loss),
        low: log(expected.low / expected.loss), high: log(expected.high / expected.loss))
    }
  }

  /// Those by which the run is judged now.
  var last: [Entry] {
    let from = (entries.last?.step ?? 0) - (curve.points.last?.step ?? 0) / 100
    let recent = entries.suffix(while: { $0.step >= from })
    return recent.count >= Self.fewest ? recent : Array(entries.suffix(Self.fewest))
  }

  func causes(of side: Deviation.Side) -> [String] {
    var causes = [otherRate, otherBatch].compactMap { $0 }
    if side == .diverged {
      causes.append(
        "training became unstable: lower the peak learning rate or lengthen the warm-up, clip gradients, look at the data "
          + "of those steps, and go on from a checkpoint before them")
      return causes
    }
    let factor = exp(entries.middle(\.ratio))
    let isSteady = entries.count > 2 * Self.fewest && entries.allSatisfy { abs($0.ratio - log(factor)) < Self.steady }
    for (value, name) in [(1 / M_LN2, "bits where nats"), (M_LN2, "nats where bits")]
    where isSteady && abs(factor / value - 1) < 0.03 {
      causes.append("all losses are \(format(factor, significant: 3)) times the expected: \(name) were expected")
    }
    if let jump { causes.append(jump) }
    if isSteady {
      causes.append(
        "the distance has been the same from the first: the data, the tokenizer or the model are other than those of the "
          + "runs behind the curve, or losses are averaged otherwise")
    } else if side == .above {
      causes.append(stalled ?? Self.behind)
    }
    if side == .below {
      causes.append(
        "lower losses than expected are seldom good luck: is held-out text among the training data, does text repeat, or do "
          + "masked tokens count?")
    }
    return causes
  }

  /// Ratios that differ by less are taken for the same.
  private static let steady = 0.02
  private static let behind =
    "it falls behind the longer it trains: the learning rate is too high or too low for this model, data is poorer than "
    + "that of the runs behind the curve, or gradients are clipped or noisy more than theirs"

  /// The trainer's learning rate is not the schedule's.
  private var otherRate: String? {
    let pairs = rates.suffix(10).compactMap { rate in
      curve.expected(at: rate.step).map { (step: rate.step, given: rate.value, meant: $0.learningRate) }
    }
    guard let last = pairs.last, last.meant > 0,
      pairs.allSatisfy({ abs($0.given - $0.meant) > 0.05 * max($0.given, $0.meant) })
    else { return nil }
    return "the trainer's learning rate at step \(plain(last.step)) is \(format(last.given, significant: 3)) where the "
      + "schedule has \(format(last.meant, significant: 3)): look at its peak, warm-up and number of steps"
  }

  /// Steps hold another number of tokens.
  private var otherBatch: String? {
    guard let last = measurements.last(where: { $0.metric == "tokens" && $0.step > 0 && $0.value > 0 }) else {
      return nil
    }
    let given = last.value / last.step
    guard abs(given / curve.tokensPerStep - 1) > 0.02 else { return nil }
    return
      "a step has \(plain(given.rounded())) tokens where the job has \(plain(curve.tokensPerStep)): look at the batch, "
      + "the sequence and the number of devices"
  }

  /// It was where it should be, and left at once.
  private var jump: String? {
    guard
      let outside = entries.indices.last(where: { !$0.isInside(entries) }).map({ last in
        entries[...last].lastIndex { $0.low <= $0.ratio && $0.ratio <= $0.high }.map { $0 + 1 } ?? 0
      }), outside >= Self.fewest, outside < entries.count
    else { return nil }
    let before = entries[(outside - Self.fewest)..<outside].map(\.ratio)
    let rise = entries[outside].ratio - (before.max() ?? 0)
    let usual = zip(before, before.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    guard rise > max(4 * usual, Self.steady) else { return nil }
    return
      "the loss jumped at step \(plain(entries[outside].step)) from \(format(entries[outside - 1].loss, significant: 4)) to "
      + "\(format(entries[outside].loss, significant: 4)): an unstable step; lower the peak learning rate, clip gradients, look "
      + "at the data there, or go on from a checkpoint before it"
  }

  /// The loss no longer falls where it should.
  private var stalled: String? {
    let third = entries.suffix(max(2 * Self.fewest, entries.count / 3))
    guard third.count >= 2 * Self.fewest, let first = third.first, let last = third.last else { return nil }
    let (fall, meant) = (first.loss - last.loss, first.expected.loss - last.expected.loss)
    guard meant > 0, fall < 0.2 * meant else { return nil }
    return
      "the loss has not fallen since step \(plain(first.step)), where \(format(meant, significant: 2)) were expected: is the "
      + "learning rate far too high or almost 0, does the same data come again and again, are weights frozen?"
  }
}

extension Int {
  fileprivate func isInside(_ entries: [RunRecord.Entry]) -> Bool {
    (entries[self].low...entries[self].high).contains(entries[self].ratio)
  }
}

/// Few digits, for sentences.
private func format(_ value: Double, significant: Int) -> String { String(format: "%.\(significant)g", value) }

extension Array {
  /// The longest end of which all members are as asked.
  fileprivate func suffix(while isMember: (Element) -> Bool) -> [Element] {
    guard let last = lastIndex(where: { !isMember($0) }) else { return self }
    return Array(self[(last + 1)...])
  }

  /// The median of what is asked; NaN of nothing.
  fileprivate func middle(_ value: (Element) -> Double) -> Double {
    let sorted = map(value).sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
