import Foundation
import Search

/// The rank test of whether one sample tends to lie below another (Mann and Whitney 1947).
struct MannWhitney {
  /// The chance that a value of the first sample is below one of the second, ties counted half.
  let superiority: Double
  /// Two-sided, by the normal approximation with ties and continuity corrected; 1 where all values
  /// are equal.
  let pValue: Double

  init(_ first: [Double], _ second: [Double]) {
    let pooled = (first + second).sorted()
    let total = Double(pooled.count)
    var wins = 0.0
    for a in first { for b in second { wins += a < b ? 1 : a == b ? 0.5 : 0 } }
    let pairs = Double(first.count * second.count)
    superiority = pairs > 0 ? wins / pairs : 0.5
    var ties = 0.0
    var start = 0
    for end in 1...max(1, pooled.count) where end >= pooled.count || pooled[end] != pooled[start] {
      let length = Double(end - start)
      ties += length * length * length - length
      start = end
    }
    let variance = pairs / 12 * (total + 1 - ties / (total * (total - 1)))
    guard total > 1, variance > 0 else {
      pValue = 1
      return
    }
    let z = max(0, abs(wins - pairs / 2) - 0.5) / variance.squareRoot()
    pValue = min(1, erfc(z / 2.0.squareRoot()))
  }
}
