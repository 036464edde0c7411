/// A number of a plan and its interval over the draws.
public struct Quantity: Sendable, Hashable {
  /// At the law's best parameters.
  public let value: Double
  /// The central range that holds the plan's level of the draws; nil without draws, or if an end is not finite.
  public let interval: ClosedRange<Double>?

  public init(value: Double, interval: ClosedRange<Double>? = nil) {
    self.value = value
    self.interval = interval
  }
}

/// The central range that holds `level` of the samples, between linearly interpolated quantiles (Hyndman and Fan 1996,
/// type 7).
///
/// A sample of +∞ counts as above all others. Nil without samples, or if an end is not finite.
func centralInterval(_ samples: [Double], level: Double) -> ClosedRange<Double>? {
  guard !samples.isEmpty, !samples.contains(where: \.isNaN) else { return nil }
  let sorted = samples.sorted()
  func quantile(_ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = min(Int(place), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    let weight = place - Double(below)
    return weight == 0 ? sorted[below] : sorted[below] + weight * (sorted[above] - sorted[below])
  }
  let (low, high) = (quantile((1 - level) / 2), quantile((1 + level) / 2))
  return low.isFinite && high.isFinite && low <= high ? low...high : nil
}
