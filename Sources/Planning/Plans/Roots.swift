/// A root of `f` between two points where it has opposite signs, to the last digits (Brent 1973, chapter 4).
///
/// `f` may jump: then the place of the jump is found.
///
/// - Returns: nil if the signs are the same or a value is not a number.
func root(from lower: Double, to upper: Double, of f: (Double) -> Double) -> Double? {
  var (a, b) = (lower, upper)
  var (fa, fb) = (f(a), f(b))
  if fa == 0 { return a }
  if fb == 0 { return b }
  guard (fa < 0 && fb > 0) || (fa > 0 && fb < 0) else { return nil }
  var (c, fc) = (a, fa)
  var step = b - a
  var previous = step
  for _ in 0..<300 {
    if (fb > 0) == (fc > 0) {
      (c, fc) = (a, fa)
      step = b - a
      previous = step
    }
    if abs(fc) < abs(fb) { (a, b, c, fa, fb, fc) = (b, c, b, fb, fc, fb) }
    let tolerance = 2 * Double.ulpOfOne * abs(b) + .leastNormalMagnitude
    let half = (c - b) / 2
    if abs(half) <= tolerance || fb == 0 { return b }
    if abs(previous) >= tolerance, abs(fa) > abs(fb) {
      // Inverse quadratic interpolation, or the secant if only two points differ.
      let s = fb / fa
      var (p, q) = (2 * half * s, 1 - s)
      if a != c {
        let (t, r) = (fa / fc, fb / fc)
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1))
        q = (t - 1) * (r - 1) * (s - 1)
      }
      if p > 0 { q = -q } else { p = -p }
      if 2 * p < min(3 * half * q - abs(tolerance * q), abs(previous * q)) {
        (previous, step) = (step, p / q)
      } else {
        (previous, step) = (half, half)
      }
    } else {
      (previous, step) = (half, half)
    }
    (a, fa) = (b, fb)
    b += abs(step) > tolerance ? step : (half > 0 ? tolerance : -tolerance)
    fb = f(b)
    guard !fb.isNaN else { return nil }
  }
  return b
}

/// A root of `f` in a range, searched for outward from a guess.
func root(near guess: Double, within range: ClosedRange<Double>, of f: (Double) -> Double) -> Double? {
  let center = min(max(guess, range.lowerBound), range.upperBound)
  let sign = f(center)
  if sign == 0 { return center }
  var width = 0.25
  var (low, high) = (center, center)
  while low > range.lowerBound || high < range.upperBound {
    let nextLow = max(range.lowerBound, center - width)
    if nextLow < low, f(nextLow) * sign <= 0 { return root(from: nextLow, to: low, of: f) }
    low = nextLow
    let nextHigh = min(range.upperBound, center + width)
    if nextHigh > high, f(nextHigh) * sign <= 0 { return root(from: high, to: nextHigh, of: f) }
    high = nextHigh
    width *= 2
  }
  return nil
}

/// The lowest point of a line.
enum LineMinimum {
  case lower
  case upper
  case inside(Double)
}

/// The lowest point of a line, from an even scan and then the root of the slope around its lowest point.
///
/// - Parameter guess: an estimate of the lowest point; a minimum found from there makes the scan unnecessary.
/// - Returns: nil if no value of the scan is finite.
func lowest(
  from lower: Double, to upper: Double, near guess: Double? = nil, of f: (Double) -> (value: Double, slope: Double)
) -> LineMinimum? {
  if let guess, let place = minimum(near: guess, within: lower...upper, of: f) { return place }
  let steps = 128
  let places = (0...steps).map { $0 == steps ? upper : lower + (upper - lower) * Double($0) / Double(steps) }
  let values = places.map { f($0).value }
  guard let best = values.indices.filter({ values[$0].isFinite }).min(by: { values[$0] < values[$1] }) else {
    return nil
  }
  let (left, right) = (max(0, best - 1), min(steps, best + 1))
  if best == 0, f(lower).slope >= 0 { return .lower }
  if best == steps, f(upper).slope <= 0 { return .upper }
  let place = root(from: places[left], to: places[right]) { f($0).slope }
  return .inside(place ?? narrowed(from: places[left], to: places[right]) { f($0).value })
}

/// The minimum next to a guess; nil if there is none or it needs the scan.
private func minimum(
  near guess: Double, within range: ClosedRange<Double>, of f: (Double) -> (value: Double, slope: Double)
) -> LineMinimum? {
  let step = 1e-3
  if guess <= range.lowerBound + step, f(range.lowerBound).slope >= 0 { return .lower }
  if guess >= range.upperBound - step, f(range.upperBound).slope <= 0 { return .upper }
  guard let place = root(near: guess, within: range, of: { f($0).slope }) else { return nil }
  // A root of the slope may also be a maximum.
  return f(place - step).slope < 0 && f(place + step).slope > 0 ? .inside(place) : nil
}

/// The lowest point by golden section, for lines whose slope changes sign more than once.
private func narrowed(from lower: Double, to upper: Double, of f: (Double) -> Double) -> Double {
  let ratio = (5.0.squareRoot() - 1) / 2
  var (low, high) = (lower, upper)
  for _ in 0..<80 {
    let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    if f(left) <= f(right) { high = right } else { low = left }
  }
  return (low + high) / 2
}
