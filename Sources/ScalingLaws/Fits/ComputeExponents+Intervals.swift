import Fitting

extension ComputeExponents.Interval {
  /// The central interval of draws that holds `level` of them, by linear interpolation between order statistics; nil
  /// with fewer than twenty finite draws.
  init?(of draws: [Double], level: Double) {
    let sorted = draws.filter(\.isFinite).sorted()
    guard sorted.count >= 20 else { return nil }
    lower = quantile(sorted, (1 - level) / 2)
    upper = quantile(sorted, (1 + level) / 2)
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

  init(_ fit: LeastSquaresLine, draws: [PowerLine], level: Double) {
    self.init(
      fit.line, exponentError: fit.exponentError, logCoefficientError: fit.logCoefficientError, draws: draws,
      level: level)
  }
}

extension ComputeExponents.Estimate {
  init(value: Double, error: Double?, draws: [Double], level: Double) {
    self.value = value
    // A few values say little of a spread.
    standardError = error ?? (draws.count >= 20 ? standardDeviation(draws) : nil)
    interval = ComputeExponents.Interval(of: draws, level: level)
  }
}
