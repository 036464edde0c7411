/// Kendall's τ-b: concordant pairs less discordant ones, divided by the geometric mean of the
/// numbers of pairs that are not tied in each sample; 0 where one is constant.
package func kendallTau(_ one: [Double], _ other: [Double]) -> Double {
  var (sum, first, second) = (0.0, 0.0, 0.0)
  for index in one.indices {
    for before in 0..<index {
      let (left, right) = (sign(one[index], one[before]), sign(other[index], other[before]))
      sum += left * right
      first += left * left
      second += right * right
    }
  }
  return first > 0 && second > 0 ? sum / (first * second).squareRoot() : 0
}

private func sign(_ one: Double, _ other: Double) -> Double { one > other ? 1 : one < other ? -1 : 0 }
