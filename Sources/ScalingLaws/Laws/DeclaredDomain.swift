import Documents
import Fitting

extension ParameterDomain {
  /// The domain of a parameter from what a user says of it.
  ///
  /// - Parameters:
  ///   - lower: the lower bound; none where nil or negative infinity.
  ///   - upper: the upper bound; none where nil or infinity.
  ///   - start: the range that a search begins in; by the bounds where nil. One wider than a factor of 20 is searched in
  ///     its logarithm.
  /// - Throws: ``DocumentFault`` for bounds or a range that leave no room.
  public static func declared(
    _ name: String, lower: Double?, upper: Double?, start: [Double]?
  ) throws(DocumentFault) -> ParameterDomain {
    // An infinite bound on its own side is no bound; any other bound that is not a number is a slip.
    let lower = lower == -.infinity ? nil : lower
    let upper = upper == .infinity ? nil : upper
    for (bound, entry) in [(lower, "lower"), (upper, "upper")] where !(bound?.isFinite ?? true) {
      throw DocumentFault(entry, "the bounds should be numbers, the lower one below the upper one")
    }
    if let lower, let upper, lower >= upper {
      throw DocumentFault(
        "upper", "the bounds leave no room: the lower, \(lower), should be below the upper, \(upper)")
    }
    let range: ClosedRange<Double>
    if let start {
      guard start.count == 2, start[0] <= start[1], start.allSatisfy(\.isFinite) else {
        throw DocumentFault("start", "the start range should be two numbers, the smaller first")
      }
      guard start[0] >= lower ?? start[0], start[1] <= upper ?? start[1] else {
        throw DocumentFault("start", "the start range goes beyond its bounds")
      }
      range = start[0]...start[1]
    } else {
      switch (lower, upper) {
      case (let low?, let high?): range = low...high
      case (let low?, nil): range = low + 1e-3 * max(1, abs(low))...low + 1e3 * max(1, abs(low))
      case (nil, let high?): range = high - 1e3 * max(1, abs(high))...high - 1e-3 * max(1, abs(high))
      case (nil, nil): range = -1.5...1.5
      }
    }
    let wide = range.lowerBound > 0 && range.upperBound > 20 * range.lowerBound
    return ParameterDomain(name, lower: lower, upper: upper, startRange: range, startsLogarithmic: wide)
  }
}
