import Foundation

/// The mapping of values to positions along one axis: from 0 at its lower end to 1 at its upper.
struct Projection {
  let axis: Plot.Axis
  /// The ends, on the axis's own scale: logarithms to base ten for a log axis.
  let lower: Double
  let upper: Double

  /// Shows the axis's own range, or all `values` with a margin; `edges` are shown as well, without one.
  init(_ axis: Plot.Axis, values: [Double], edges: [Double] = []) {
    self.axis = axis
    let ends: (Double, Double)
    if let range = axis.range, let low = scaled(range.lowerBound, axis.scale),
      let high = scaled(range.upperBound, axis.scale)
    {
      ends = (low, high)
    } else {
      let inner = values.compactMap { scaled($0, axis.scale) }
      let outer = edges.compactMap { scaled($0, axis.scale) }
      let low = (inner + outer).min() ?? 0
      let high = (inner + outer).max() ?? 1
      let margin = outer.isEmpty && !inner.isEmpty ? 0.04 * (high - low) : 0
      ends = (low - margin, high + margin)
    }
    (lower, upper) = widened(ends, axis.scale)
  }

  /// The position of `value`, or nil if it cannot be drawn; below 0 and above 1 it lies outside the axis, at a finite
  /// distance even for far values.
  func fraction(_ value: Double) -> Double? {
    scaled(value, axis.scale).map { min(max(($0 - lower) / (upper - lower), -1e6), 1e6) }
  }

  /// Whether a value that can be drawn lies outside the axis.
  func leavesOut(_ value: Double) -> Bool {
    guard let fraction = fraction(value) else { return false }
    return !(-1e-9...1 + 1e-9).contains(fraction)
  }
}

/// `value` on a scale, or nil if it has no position there.
func scaled(_ value: Double, _ scale: Plot.Axis.Scale) -> Double? {
  // The bound keeps differences of two values finite.
  guard value.magnitude < 1e300 else { return nil }
  switch scale {
  case .linear: return value
  case .log10: return value > 0 ? log10(value) : nil
  }
}

/// Ends far enough apart to divide by their distance.
private func widened(_ ends: (Double, Double), _ scale: Plot.Axis.Scale) -> (Double, Double) {
  let (low, high) = ends
  let size = max(low.magnitude, high.magnitude)
  if high - low > 1e-9 * size, high > low { return ends }
  switch scale {
  case .linear:
    let half = size > 1e-290 ? 0.05 * size : 1
    return (low - half, high + half)
  case .log10:
    return (low - 0.3, high + 0.3)
  }
}
