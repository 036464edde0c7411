import CGSL
import Foundation

/// The quantile of sorted numbers, by linear interpolation (Hyndman and Fan 1996, type 7); NaN if there are none.
package func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
  guard let last = sorted.indices.last else { return .nan }
  let position = min(max(fraction, 0), 1) * Double(last)
  let below = Int(position.rounded(.down))
  let above = min(below + 1, last)
  return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
}

/// The percentile interval of bootstrap draws (Efron and Tibshirani 1993, section 13.3); nil with fewer than two draws.
package func percentileInterval(_ draws: [Double], level: Double) -> ClosedRange<Double>? {
  let sorted = draws.filter(\.isFinite).sorted()
  guard sorted.count > 1 else { return nil }
  let tail = (1 - level) / 2
  return quantile(sorted, tail)...max(quantile(sorted, tail), quantile(sorted, 1 - tail))
}

/// The bias-corrected and accelerated interval of bootstrap draws (Efron and Tibshirani 1993, section 14.3).
///
/// - Parameters:
///   - estimate: the quantity at the optimum of all runs.
///   - jackknife: the quantity at the optimum without each run in turn; without it the acceleration is 0.
/// - Returns: nil if all draws lie on one side of the estimate, or are fewer than two.
package func bcaInterval(
  _ draws: [Double], estimate: Double, jackknife: [Double], level: Double
) -> ClosedRange<Double>? {
  let sorted = draws.filter(\.isFinite).sorted()
  guard sorted.count > 1 else { return nil }
  let below = sorted.reduce(0.0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) }
  guard below > 0, below < Double(sorted.count) else { return nil }
  let bias = gsl_cdf_ugaussian_Pinv(below / Double(sorted.count))
  let left = jackknife.filter(\.isFinite)
  let mean = left.reduce(0, +) / Double(max(1, left.count))
  let cubes = left.reduce(0) { $0 + pow(mean - $1, 3) }
  let squares = left.reduce(0) { $0 + pow(mean - $1, 2) }
  let acceleration = squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0
  func adjusted(_ tail: Double) -> Double {
    let z = bias + gsl_cdf_ugaussian_Pinv(tail)
    return gsl_cdf_ugaussian_P(bias + z / (1 - acceleration * z))
  }
  let tail = (1 - level) / 2
  let shares = (adjusted(tail), adjusted(1 - tail))
  guard shares.0.isFinite, shares.1.isFinite else { return nil }
  let low = quantile(sorted, shares.0)
  return low...max(low, quantile(sorted, shares.1))
}

/// The mean; NaN if there are no values.
package func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The sample standard deviation; NaN for fewer than two values.
package func standardDeviation(_ values: [Double]) -> Double {
  let finite = values.filter(\.isFinite)
  guard finite.count > 1 else { return .nan }
  let mean = finite.reduce(0, +) / Double(finite.count)
  return (finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count - 1)).squareRoot()
}

/// The quantile of Student's t distribution with `freedom` degrees of freedom.
package func studentQuantile(_ fraction: Double, freedom: Double) -> Double { gsl_cdf_tdist_Pinv(fraction, freedom) }

/// The standard normal quantile.
package func standardNormalQuantile(_ fraction: Double) -> Double { gsl_cdf_ugaussian_Pinv(fraction) }

/// The losses of single runs: predictions of draws, each with a residual drawn from the fit's own.
///
/// - Parameters:
///   - predictions: the mean losses, one for each draw.
///   - logResiduals: log prediction − log observation, one for each run.
/// - Returns: empty if either is empty.
package func singleRuns(_ predictions: [Double], logResiduals: [Double], seed: UInt64) -> [Double] {
  guard !predictions.isEmpty, !logResiduals.isEmpty else { return [] }
  let random = Random(seed: seed)
  // Enough for stable tails even with few draws.
  return (0..<max(predictions.count, 10_000)).map { index in
    predictions[index % predictions.count] * exp(-logResiduals[random.integer(below: logResiduals.count)])
  }
}

/// The interval for the loss of one run: the percentiles of ``singleRuns(_:logResiduals:seed:)``; nil if there are
/// none.
package func predictionInterval(
  _ predictions: [Double], logResiduals: [Double], level: Double, seed: UInt64
) -> ClosedRange<Double>? {
  percentileInterval(singleRuns(predictions, logResiduals: logResiduals, seed: seed), level: level)
}
