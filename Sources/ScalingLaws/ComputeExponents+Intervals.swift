import Foundation

extension ComputeExponents.Interval {
  /// The central interval of draws that holds `level` of them, by linear interpolation between order statistics; nil
  /// with fewer than twenty finite draws.
  init?(of draws: [Double], level: Double) {
    let sorted = draws.filter(\.isFinite).sorted()
    guard sorted.count >= 20 else { return nil }
    func quantile(_ p: Double) -> Double {
      let position = p * Double(sorted.count - 1)
      let below = min(Int(position), sorted.count - 2)
      return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
    lower = quantile((1 - level) / 2)
    upper = quantile((1 + level) / 2)
  }
}

extension ComputeExponents.PowerLaw {
  /// A line with the standard errors of its regression, or those of its draws where the regression's are not given.
  init(_ line: PowerLine, exponentError: Double?, logCoefficientError: Double?, draws: [PowerLine], level: Double) {
    exponent = ComputeExponents.Estimate(
      value: line.exponent, error: exponentError, draws: draws.map(\.exponent), level: level)
    logCoefficient = ComputeExponents.Estimate(
      value: line.logCoefficient, error: logCoefficientError, draws: draws.map(\.logCoefficient), level: level)
  }

  init(_ fit: LogLogLine, draws: [PowerLine], level: Double) {
    self.init(
      fit.line, exponentError: fit.exponentError, logCoefficientError: fit.logCoefficientError, draws: draws,
      level: level)
  }
}

extension ComputeExponents.Estimate {
  init(value: Double, error: Double?, draws: [Double], level: Double) {
    self.value = value
    standardError = error ?? standardDeviation(draws)
    interval = ComputeExponents.Interval(of: draws, level: level)
  }
}

/// Nil with fewer than twenty values, as few say little of a spread.
private func standardDeviation(_ values: [Double]) -> Double? {
  guard values.count >= 20 else { return nil }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}
