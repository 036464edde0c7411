import Documents
import Foundation

/// A mark on an axis.
struct Tick {
  var value: Double
  /// The label; nil for the small marks between.
  var label: TickLabel?
}

/// The number at a tick: `text`, followed by an optional power as a superscript.
struct TickLabel {
  var text: String
  var exponent: Int?

  /// On one line, with superscript characters.
  var plain: String {
    text + (exponent.map { String(String($0).map { superscripts[$0] ?? $0 }) } ?? "")
  }
}

/// The ticks of an axis from its lower to its upper end, with about `wanted` labels at round values.
func ticks(_ projection: Projection, wanted: Int) -> [Tick] {
  let all =
    switch projection.axis.scale {
    case .linear: linearTicks(projection.lower, projection.upper, projection.axis.numbers, wanted: wanted)
    case .log10: logTicks(projection, wanted: wanted)
    }
  return all.filter { !projection.leavesOut($0.value) }
}

/// Multiples of 1, 2 or 5 times a power of ten between two values, about `wanted` of them.
func roundValues(_ lower: Double, _ upper: Double, wanted: Int) -> [Double] {
  let step = roundStep((upper - lower) / Double(max(1, wanted)))
  guard step > 0, step.isFinite else { return [] }
  let first = (lower / step - 1e-9).rounded(.up)
  let count = ((upper / step + 1e-9).rounded(.down) - first) + 1
  guard count >= 1, count <= 1000 else { return [] }
  // A division by the inverse keeps 0.3 from becoming 0.30000000000000004.
  let inverse = (1 / step).rounded()
  return (0..<Int(count)).map { index in
    let multiple = first + Double(index)
    return multiple == 0 ? 0 : step < 1 && inverse.isFinite ? multiple / inverse : multiple * step
  }
}

private func linearTicks(_ lower: Double, _ upper: Double, _ numbers: Plot.Axis.Numbers, wanted: Int) -> [Tick] {
  let values = roundValues(lower, upper, wanted: wanted)
  let step = values.count > 1 ? values[1] - values[0] : max(lower.magnitude, upper.magnitude)
  let size = max(lower.magnitude, upper.magnitude)
  return values.map { Tick(value: $0, label: label($0, step: step, size: size, numbers)) }
}

private func logTicks(_ projection: Projection, wanted: Int) -> [Tick] {
  let (lower, upper) = (projection.lower, projection.upper)
  let decades = upper - lower
  let numbers = projection.axis.numbers
  if decades < 0.6 {
    return linearTicks(pow(10, lower), pow(10, upper), numbers, wanted: wanted)
  }
  let powers = numbers == .powers || numbers == .automatic && (upper > 15 || lower < -3.5)
  let exponents = Int(lower.rounded(.down))...Int(upper.rounded(.up))
  let whole = (upper.rounded(.down) - lower.rounded(.up)) + 1
  if whole >= 3 {
    let stride = [1, 2, 3, 5, 10, 20, 50].first { whole / Double($0) <= Double(max(2, wanted)) } ?? 100
    return exponents.flatMap { exponent -> [Tick] in
      let isLabeled = exponent % stride == 0
      let main = Tick(value: power(1, exponent), label: isLabeled ? logLabel(1, exponent, powers: powers) : nil)
      return [main] + (stride > 1 ? [] : (2...9).map { Tick(value: power($0, exponent), label: nil) })
    }
  }
  let labeled: Set<Int> = decades > 1.2 && wanted < 7 ? [1, 3] : [1, 2, 5]
  return exponents.flatMap { exponent in
    (1...9).map { factor in
      Tick(
        value: power(factor, exponent),
        label: labeled.contains(factor) ? logLabel(factor, exponent, powers: powers) : nil)
    }
  }
}

private func logLabel(_ factor: Int, _ exponent: Int, powers: Bool) -> TickLabel {
  powers
    ? TickLabel(text: factor == 1 ? "10" : "\(factor)×10", exponent: exponent)
    : TickLabel(text: NumberText.count(power(factor, exponent)), exponent: nil)
}

private func label(_ value: Double, step: Double, size: Double, _ numbers: Plot.Axis.Numbers) -> TickLabel {
  guard value != 0 else { return TickLabel(text: "0", exponent: nil) }
  let place = Int((log10(step) + 1e-9).rounded(.down))
  let top = Int(log10(size).rounded(.down))
  let number: TickLabel
  if numbers == .powers || numbers == .automatic && !(-3..<15).contains(top) {
    let mantissa = value / pow(10, Double(top))
    let decimals = min(max(0, top - place), 12)
    number = TickLabel(text: NumberText.fixed(mantissa, decimals) + "×10", exponent: top)
  } else if numbers == .suffixes || top >= 4 {
    number = TickLabel(text: NumberText.count(value, min(max(3, top - place + 1), 12)), exponent: nil)
  } else {
    number = TickLabel(text: NumberText.fixed(value, -place), exponent: nil)
  }
  return TickLabel(text: number.text.replacing("-", with: "−"), exponent: number.exponent)
}

/// The nearest double to factor × 10^exponent, which `pow` does not always give.
private func power(_ factor: Int, _ exponent: Int) -> Double {
  Double("\(factor)e\(exponent)") ?? 0
}

private func roundStep(_ rough: Double) -> Double {
  guard rough > 0, rough.isFinite else { return 0 }
  let base = pow(10, log10(rough).rounded(.down))
  let factor = [1, 2, 5].first { $0 * base >= rough * 0.7 } ?? 10
  return factor * base
}

private let superscripts: [Character: Character] = [
  "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
]
