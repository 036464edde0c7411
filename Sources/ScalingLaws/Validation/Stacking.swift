import COpenBLAS

/// The nonnegative weights with sum 1 under which a mixture of predictions is nearest to the observations, by
/// least squares (Breiman 1996, Stacked regressions).
///
/// Every support is solved for and the best feasible one used, so the result is the optimum.
///
/// - Parameter errors: prediction minus observation, one row for each prediction: at most ``mostStacked``, all finite.
func stackingWeights(errors: [[Double]]) -> [Double] {
  let count = min(errors.count, mostStacked)
  // The error of a mixture is the mixture of the errors, because the weights add up to 1.
  let products = (0..<count).map { a in
    (0..<count).map { b in zip(errors[a], errors[b]).reduce(0) { $0 + $1.0 * $1.1 } }
  }
  var best = (
    weights: [Double](repeating: 1 / Double(max(1, errors.count)), count: errors.count), value: Double.infinity
  )
  for support in 1..<(1 << count) {
    let members = (0..<count).filter { support >> $0 & 1 == 1 }
    guard let weights = balanced(products, members), weights.allSatisfy({ $0 >= 0 }) else { continue }
    let value = members.indices.reduce(0) { sum, i in
      sum + members.indices.reduce(0) { $0 + weights[i] * weights[$1] * products[members[i]][members[$1]] }
    }
    guard value < best.value * (1 - 1e-12) else { continue }
    var all = [Double](repeating: 0, count: errors.count)
    for (member, weight) in zip(members, weights) { all[member] = weight }
    best = (all, value)
  }
  return best.weights
}

/// The largest number of laws that are stacked at once.
let mostStacked = 10

/// The weights on some members, with sum 1, at which the squared error is stationary; nil if they are not determined.
private func balanced(_ products: [[Double]], _ members: [Int]) -> [Double]? {
  let n = members.count + 1
  let scale = members.reduce(0) { max($0, products[$1][$1]) }
  guard scale > 0 else { return members.count == 1 ? [1] : nil }
  var matrix = [Double](repeating: 0, count: n * n)
  for (i, a) in members.enumerated() {
    for (j, b) in members.enumerated() { matrix[i * n + j] = products[a][b] / scale }
    matrix[i * n + n - 1] = 1
    matrix[(n - 1) * n + i] = 1
  }
  var right = [Double](repeating: 0, count: n)
  right[n - 1] = 1
  var pivots = [CInt](repeating: 0, count: n)
  guard LAPACKE_dgesv(LAPACK_COL_MAJOR, CInt(n), 1, &matrix, CInt(n), &pivots, &right, CInt(n)) == 0 else { return nil }
  let weights = Array(right.prefix(members.count))
  return weights.allSatisfy(\.isFinite) ? weights : nil
}
