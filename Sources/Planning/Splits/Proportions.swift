/// Shares of a whole: numbers within bounds that sum to 1.
struct Proportions {
  let lower: [Double]
  let upper: [Double]

  /// Unconstrained proportions of the given number of parts.
  init(count: Int) {
    lower = [Double](repeating: 0, count: count)
    upper = [Double](repeating: 1, count: count)
  }

  /// - Precondition: there are numbers within the bounds that sum to 1.
  init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  /// The nearest proportions to a point: all coordinates shifted by one number and clamped to their bounds, the shift
  /// found by bisection.
  func projection(_ point: [Double]) -> [Double] {
    func shifted(_ shift: Double) -> [Double] {
      point.indices.map { min(max(point[$0] - shift, lower[$0]), upper[$0]) }
    }
    // At one end every coordinate is at its upper bound, at the other at its lower.
    var low = point.indices.map { point[$0] - upper[$0] }.min() ?? 0
    var high = point.indices.map { point[$0] - lower[$0] }.max() ?? 0
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if shifted(middle).reduce(0, +) > 1 { low = middle } else { high = middle }
    }
    return shifted((low + high) / 2)
  }

  /// The minimum of a smooth convex function, by projected gradients with momentum (Beck and Teboulle 2009) that
  /// restarts when it overshoots (O'Donoghue and Candès 2015).
  func minimum(
    from start: [Double], of f: ([Double]) -> (value: Double, gradient: [Double])
  ) -> [Double] {
    var best = projection(start)
    var value = f(best).value
    var ahead = best
    var momentum = 1.0
    var step = 1.0
    for _ in 0..<Self.mostSteps {
      let here = f(ahead)
      var next = best
      var nextValue = Double.infinity
      // Halved until the function lies below its quadratic bound.
      for _ in 0..<60 {
        next = projection(zip(ahead, here.gradient).map { $0 - step * $1 })
        nextValue = f(next).value
        var (slope, square) = (0.0, 0.0)
        for index in next.indices {
          let move = next[index] - ahead[index]
          slope += here.gradient[index] * move
          square += move * move
        }
        if nextValue <= here.value + slope + square / (2 * step) + 1e-15 * abs(here.value) { break }
        step /= 2
      }
      let move = zip(next, best).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if nextValue > value {
        // Momentum has carried it uphill; without momentum this is convergence.
        if momentum == 1 { return best }
        (ahead, momentum) = (best, 1)
        continue
      }
      let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      ahead = zip(next, best).map { $0 + (momentum - 1) / following * ($0 - $1) }
      (best, value, momentum) = (next, nextValue, following)
      if move < Self.shortestMove { break }
      step *= 1.5
    }
    return best
  }

  private static let mostSteps = 20_000
  private static let shortestMove = 1e-10
}
