import Foundation

/// The block length of a circular block bootstrap of a series' mean: 1 for uncorrelated values.
///
/// Politis and White 2004, corrected by Patton, Politis and White 2009: `(2 g²/D)^(1/3) n^(1/3)` with `D = 4/3 s²`,
/// where s, the spectral density at 0, and g, its second moment of lags, are sums over autocovariances under a flat-top
/// window that reaches to twice the last lag of any correlation.
package func circularBlockLength(of series: [Double]) -> Int {
  let count = series.count
  guard count >= 10 else { return 1 }
  let mean = series.reduce(0, +) / Double(count)
  let values = series.map { $0 - mean }
  func covariance(_ lag: Int) -> Double {
    (lag..<count).reduce(0) { $0 + values[$1] * values[$1 - lag] } / Double(count)
  }
  let variance = covariance(0)
  guard variance > 0, variance.isFinite else { return 1 }
  let run = max(5, Int(log10(Double(count)).squareRoot().rounded(.up)))
  let farthest = min(count - 1, Int(Double(count).squareRoot().rounded(.up)) + run)
  // Correlations below this are noise.
  let least = 2 * (log10(Double(count)) / Double(count)).squareRoot()
  var covariances = [variance]
  var quiet = 0
  var reach = farthest
  for lag in 1...farthest {
    covariances.append(covariance(lag))
    quiet = abs(covariances[lag]) < least * variance ? quiet + 1 : 0
    if quiet == run {
      // The last lag before the quiet ones, doubled for the window.
      reach = 2 * max(1, lag - run)
      break
    }
  }
  reach = min(reach, farthest)
  var (density, moment) = (variance, 0.0)
  for lag in 1...reach {
    if lag >= covariances.count { covariances.append(covariance(lag)) }
    let window = min(1, 2 * (1 - Double(lag) / Double(reach)))
    density += 2 * window * covariances[lag]
    moment += 2 * window * Double(lag) * covariances[lag]
  }
  let length = pow(2 * moment * moment / (4 / 3 * density * density), 1 / 3) * pow(Double(count), 1 / 3)
  let longest = min(3 * Double(count).squareRoot(), Double(count) / 3).rounded(.up)
  guard length.isFinite else { return Int(longest) }
  return Int(max(1, min(length, longest)).rounded(.up))
}
