/// Kendall's τ-b: pairs in the same order less those in the other, by the geometric mean of the pairs that are not tied in
/// each; 0 where one is constant.
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
