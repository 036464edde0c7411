import Glibc

/// `count` for people, with `digits` significant digits: `7.05B`, `70.0M`, `512`. Beyond 1e15 in scientific notation.
public func formatCount(_ count: Double, digits: Int = 3) -> String {
  scaled(count, steps: [(1, ""), (1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T")], digits: digits)
}

/// `300B tokens`.
public func formatTokens(_ tokens: Double, digits: Int = 3) -> String {
  formatCount(tokens, digits: digits) + " tokens"
}

/// `7.05B params`.
public func formatParams(_ params: Double, digits: Int = 3) -> String {
  formatCount(params, digits: digits) + " params"
}

/// `1.00e+23 FLOP`.
public func formatFLOPs(_ flops: Double, digits: Int = 3) -> String {
  scientific(flops, digits: digits) + " FLOP"
}

/// `$1.25M`, `$12.30`; cents below a thousand dollars, then `digits` significant digits.
public func formatUSD(_ usd: Double, digits: Int = 3) -> String {
  let sign = usd < 0 ? "-" : ""
  let amount = abs(usd)
  if amount < 999.995 { return "\(sign)$\(fixed(amount, decimals: amount == amount.rounded() ? 0 : 2))" }
  return "\(sign)$\(formatCount(amount, digits: digits))"
}

/// `12.3k GPU-hours`.
public func formatGPUHours(_ hours: Double, digits: Int = 3) -> String {
  formatCount(hours, digits: digits) + " GPU-hours"
}

/// A time in seconds in the largest unit that it has two of, save that anything under a minute is in seconds or
/// milliseconds: `12.3 days`, `36.0 hours`, `90.0 min`, `45.0 s`, `350 ms`.
public func formatDuration(_ seconds: Double, digits: Int = 3) -> String {
  let magnitude = abs(seconds)
  let (unit, name) =
    switch magnitude {
    case ..<1: (1e-3, "ms")
    case ..<120: (1, "s")
    case ..<7200: (60, "min")
    case ..<172_800: (3600, "hours")
    default: (86_400.0, "days")
    }
  return "\(significant(seconds / unit, digits: digits)) \(name)"
}

/// `80.0 GB`, in powers of a thousand.
public func formatBytes(_ bytes: Double, digits: Int = 3) -> String {
  scaled(
    bytes, steps: [(1, " B"), (1e3, " kB"), (1e6, " MB"), (1e9, " GB"), (1e12, " TB"), (1e15, " PB")], digits: digits)
}

/// `number` with `digits` significant digits and no exponent where it has at most 15 digits before the point: `1.23`,
/// `0.00123`, `1234`; else in scientific notation.
public func significant(_ number: Double, digits: Int = 3) -> String {
  guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
  let exponent = decimalExponent(number, digits: digits)
  guard exponent >= -5, exponent < 15 else { return scientific(number, digits: digits) }
  return fixed(number, decimals: max(0, digits - 1 - exponent))
}

/// Writes `number` in the largest of the steps that it reaches after rounding; what exceeds them all is scientific.
func scaled(_ number: Double, steps: [(scale: Double, suffix: String)], digits: Int) -> String {
  guard number.isFinite else { return "\(number)" + steps[0].suffix }
  // 999.9996 is 1,000 with three digits, so the step is chosen by the rounded number.
  let rounded = abs(Double(scientific(number, digits: digits)) ?? number)
  let step = steps.last { rounded >= $0.scale } ?? steps[0]
  guard rounded < 1000 * step.scale else { return scientific(number, digits: digits) + steps[0].suffix }
  if step.scale == 1, number == number.rounded() { return fixed(number, decimals: 0) + step.suffix }
  return significant(number / step.scale, digits: digits) + step.suffix
}

/// The exponent of ten of `number` once it is rounded to `digits` significant digits.
private func decimalExponent(_ number: Double, digits: Int) -> Int {
  let text = scientific(number, digits: digits)
  return text.lastIndex(of: "e").flatMap { Int(text[text.index(after: $0)...]) } ?? 0
}

private func scientific(_ number: Double, digits: Int) -> String {
  printed("%.*e", [CInt(clamping: max(0, digits - 1)), number])
}

private func fixed(_ number: Double, decimals: Int) -> String {
  printed("%.*f", [CInt(clamping: decimals), number])
}

/// Formats as C does; 400 characters hold any double, and what exceeds them is cut.
private func printed(_ format: String, _ arguments: [any CVarArg]) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  let length = withVaList(arguments) { vsnprintf(&buffer, buffer.count, format, $0) }
  let written = buffer.prefix(min(max(0, Int(length)), buffer.count - 1))
  return String(decoding: written.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
