import Foundation

/// The extrapolation of learning curves that fall as a power of the training, a + b t^−c.
enum LearningCurve {
  struct Report: Sendable, Hashable {
    let fidelity: Double
    let loss: Double
  }

  /// The exponents that are considered, with equal prior weights.
  private static let exponents = (0..<16).map { 0.1 * pow(20, Double($0) / 15) }
  private static let leastReports = 4

  /// The loss that a curve is expected to end at.
  ///
  /// For each exponent, a and b ≥ 0 are fitted by least squares, and the predictions are averaged
  /// with weights by the quality of the fits. A curve that does not fall ends at its mean.
  ///
  /// - Returns: nil for fewer than four reports.
  static func end(of reports: some BidirectionalCollection<Report>, at end: Double) -> Double? {
    guard reports.count >= leastReports, reports.allSatisfy({ $0.fidelity > 0 && $0.loss.isFinite }) else { return nil }
    let count = Double(reports.count)
    let mean = reports.reduce(0) { $0 + $1.loss } / count
    let total = reports.reduce(0) { $0 + ($1.loss - mean) * ($1.loss - mean) }
    guard total > 0 else { return mean }
    var (sum, weights) = (0.0, 0.0)
    for exponent in exponents {
      let places = reports.map { pow($0.fidelity / end, -exponent) }
      let middle = places.reduce(0, +) / count
      let spread = places.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
      let product = zip(places, reports).reduce(0) { $0 + ($1.0 - middle) * ($1.1.loss - mean) }
      let slope = max(0, product / spread)
      let squares = max(total - slope * (2 * product - slope * spread), 1e-12 * total)
      // The likelihood with a, b and the variance integrated out, up to a factor that all exponents share.
      let weight = pow(squares / total, -(count - 2) / 2)
      sum += weight * (mean + slope * (1 - middle))
      weights += weight
    }
    return sum / weights
  }

  /// The chance that a curve ends below a loss, by the errors of the same extrapolation for other
  /// curves.
  ///
  /// - Parameters:
  ///   - bound: the loss.
  ///   - others: finished curves.
  ///   - end: the fidelity of the end.
  /// - Returns: nil where the curve or all others are too short to tell.
  static func chance(_ curve: [Report], endsBelow bound: Double, others: some Sequence<[Report]>, at end: Double)
    -> Double?
  {
    guard let last = curve.last, let expected = Self.end(of: curve, at: end) else { return nil }
    var (below, count) = (0, 0)
    for other in others {
      guard let final = other.last, let guess = Self.end(of: other.prefix { $0.fidelity <= last.fidelity }, at: end)
      else { continue }
      count += 1
      if expected + (final.loss - guess) < bound { below += 1 }
    }
    // Half a case is added, so that a few cases never exclude anything.
    return count == 0 ? nil : (Double(below) + 0.5) / Double(count + 1)
  }
}
