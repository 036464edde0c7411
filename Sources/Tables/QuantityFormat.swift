import Documents

/// A count with `digits` significant digits: `7.05B`, `70M`, `512`.
package func formatCount(_ count: Double, digits: Int = 3) -> String { NumberText.count(count, digits) }

/// `300B tokens`.
package func formatTokens(_ tokens: Double, digits: Int = 3) -> String {
  formatCount(tokens, digits: digits) + " tokens"
}

/// `7.05B params`.
package func formatParams(_ params: Double, digits: Int = 3) -> String {
  formatCount(params, digits: digits) + " params"
}

/// `1.23e23 FLOP`.
package func formatFLOPs(_ flops: Double, digits: Int = 3) -> String {
  NumberText.rounded(flops, digits) + " FLOP"
}

/// `989 TFLOP/s`, `2.25 PFLOP/s`.
package func formatFLOPRate(_ rate: Double, digits: Int = 3) -> String {
  NumberText.scaled(rate, ["", "k", "M", "G", "T", "P", "E", "Z"].map { " \($0)FLOP/s" }, digits)
}

/// `$1.25M`, `$12.30`; cents below a thousand dollars, then `digits` significant digits.
package func formatUSD(_ usd: Double, digits: Int = 3) -> String {
  let sign = usd < 0 ? "-" : ""
  let amount = abs(usd)
  if amount < 999.995 { return "\(sign)$\(NumberText.fixed(amount, amount == amount.rounded() ? 0 : 2))" }
  return "\(sign)$\(formatCount(amount, digits: digits))"
}

/// `12.3k GPU-hours`.
package func formatGPUHours(_ hours: Double, digits: Int = 3) -> String {
  formatCount(hours, digits: digits) + " GPU-hours"
}

/// A time in seconds in the largest unit that it has two of, except that less than two minutes is in seconds or
/// milliseconds: `12.3 days`, `36 hours`, `90 min`, `45 s`, `350 ms`.
package func formatDuration(_ seconds: Double, digits: Int = 3) -> String {
  let (unit, name) =
    switch abs(seconds) {
    case ..<1: (1e-3, "ms")
    case ..<120: (1, "s")
    case ..<7200: (60, "min")
    case ..<172_800: (3600, "hours")
    default: (86_400.0, "days")
    }
  return "\(NumberText.rounded(seconds / unit, digits)) \(name)"
}

/// `80 GB`, in powers of a thousand.
package func formatBytes(_ bytes: Double, digits: Int = 3) -> String {
  NumberText.scaled(bytes, ["", "k", "M", "G", "T", "P"].map { " \($0)B" }, digits)
}
