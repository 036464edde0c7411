import COpenBLAS
import Foundation

/// The last part of a least-absolute-deviations fit: from vertex to vertex.
///
/// The optimum of `Σ w |r|` passes through as many runs as there are parameters. Each pivot releases the run whose
/// multiplier is out of bounds and follows the edge to the next (Barrodale and Roberts 1973), on the formula linearized
/// anew at each vertex, until the multipliers show that no edge leads down.
struct VertexDescent {
  private let problem: FitProblem
  private let weights: [Double]
  private let observations: [Double]
  /// The charge of a positive residual.
  private let over: Double

  init(_ problem: FitProblem, _ rows: Minimizer.Rows) {
    self.problem = problem
    (weights, observations) = rows.unpadded(problem)
    over = if case .asymmetricAbsolute(let over) = problem.objective.kind { over } else { 1 }
  }

  /// A vertex near a point from which no edge leads down; nil if none is found.
  ///
  /// The gradient norm is that of the gradient minus the multipliers, clamped to their bounds.
  func descend(from start: [Double]) -> Minimum? {
    guard var place = place(at: start), var active = firstVertex(place) else { return nil }
    guard var vertex = restored(place, active) else { return nil }
    place = vertex
    var best: (place: Linearization, value: Double)?
    for pivot in 0..<500 {
      let value = objective(place)
      if let best, value >= best.value * (1 - 1e-15) { return result(best.place, best.value, 0, pivot, false) }
      best = (place, value)
      guard let multipliers = multipliers(place, active) else { return nil }
      let excess = active.indices.map { k in
        let (low, high) = (-weights[active[k]], over * weights[active[k]])
        return max(multipliers[k] - high, low - multipliers[k], 0)
      }
      guard let leaving = excess.indices.max(by: { excess[$0] < excess[$1] }), excess[leaving] > 1e-9 else {
        return result(place, value, left(place, active, multipliers), pivot, true)
      }
      guard let next = edge(place, active, leaving, multipliers[leaving]) else {
        return result(place, value, excess[leaving], pivot, false)
      }
      active[leaving] = next.entering
      guard let moved = self.place(at: next.point), let landed = restored(moved, active) else {
        return result(place, value, excess[leaving], pivot, false)
      }
      vertex = landed
      place = vertex
    }
    return nil
  }

  private func result(_ place: Linearization, _ value: Double, _ norm: Double, _ pivots: Int, _ converged: Bool)
    -> Minimum
  {
    Minimum(point: place.point, charge: value, gradientNorm: norm, converged: converged, iterations: pivots)
  }

  private func objective(_ place: Linearization) -> Double {
    zip(place.residuals, weights).reduce(0) { $0 + $1.1 * ($1.0 > 0 ? over * $1.0 : -$1.0) }
  }

  private func place(at point: [Double]) -> Linearization? {
    Linearization(problem, at: point, observations: observations, weights: weights)
  }

  /// The runs nearest to the curve whose slopes are independent, by elimination.
  private func firstVertex(_ place: Linearization) -> [Int]? {
    let order = place.residuals.indices.filter { weights[$0] > 0 }.sorted {
      (abs(place.residuals[$0]), $0) < (abs(place.residuals[$1]), $1)
    }
    let count = problem.parameterCount
    let scale = (0..<count).map { a in order.reduce(0) { max($0, abs(place.slopes[$1][a])) } }
    var basis: [[Double]] = []
    var chosen: [Int] = []
    for row in order {
      var rest = zip(place.slopes[row], scale).map { $1 > 0 ? $0 / $1 : 0 }
      let length = norm(rest)
      for direction in basis {
        let along = zip(rest, direction).reduce(0) { $0 + $1.0 * $1.1 }
        rest = zip(rest, direction).map { $0 - along * $1 }
      }
      guard norm(rest) > 1e-6 * length else { continue }
      let left = norm(rest)
      basis.append(rest.map { $0 / left })
      chosen.append(row)
      if chosen.count == count { return chosen }
    }
    return nil
  }

  private func norm(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Newton's method to where the active runs lie on the curve.
  private func restored(_ start: Linearization, _ active: [Int]) -> Linearization? {
    var current = start
    for _ in 0..<20 {
      let gap = active.reduce(0) { max($0, abs(current.residuals[$1])) }
      if gap <= 1e-15 { return current }
      guard let step = solve(current, active, active.map { -current.residuals[$0] }, transposed: false) else {
        return nil
      }
      guard let next = place(at: zip(current.point, step).map { $0 + $1 }) else { return nil }
      let nextGap = active.reduce(0) { max($0, abs(next.residuals[$1])) }
      if nextGap >= gap { return gap <= 1e-12 ? current : nil }
      current = next
    }
    return current
  }

  /// The forces of the active runs' charges that balance the others'.
  private func multipliers(_ place: Linearization, _ active: [Int]) -> [Double]? {
    solve(place, active, pull(place, active).map { -$0 }, transposed: true)
  }

  /// The gradient of the other runs' charges.
  private func pull(_ place: Linearization, _ active: [Int]) -> [Double] {
    var sum = [Double](repeating: 0, count: problem.parameterCount)
    for row in place.residuals.indices where weights[row] > 0 && !active.contains(row) {
      let charge = weights[row] * (place.residuals[row] > 0 ? over : -1)
      for a in sum.indices { sum[a] += charge * place.slopes[row][a] }
    }
    return sum
  }

  private func left(_ place: Linearization, _ active: [Int], _ multipliers: [Double]) -> Double {
    var sum = pull(place, active)
    for (row, multiplier) in zip(active, multipliers) {
      let kept = min(max(multiplier, -weights[row]), over * weights[row])
      for a in sum.indices { sum[a] += kept * place.slopes[row][a] }
    }
    return norm(sum)
  }

  /// Moves along the edge on which one active run is released until the objective rises; the run met there enters.
  private func edge(
    _ place: Linearization, _ active: [Int], _ leaving: Int, _ multiplier: Double
  ) -> (point: [Double], entering: Int)? {
    let sign: Double = multiplier > 0 ? 1 : -1
    let right = active.indices.map { $0 == leaving ? sign : 0 }
    guard let direction = solve(place, active, right, transposed: false) else { return nil }
    let weight = weights[active[leaving]]
    var slope = sign > 0 ? over * weight - multiplier : weight + multiplier
    var breaks: [(t: Double, row: Int, rise: Double)] = []
    for row in place.residuals.indices where weights[row] > 0 && !active.contains(row) {
      let rate = zip(place.slopes[row], direction).reduce(0) { $0 + $1.0 * $1.1 }
      let t = -place.residuals[row] / rate
      if t > 0, t.isFinite { breaks.append((t, row, weights[row] * (1 + over) * abs(rate))) }
    }
    breaks.sort { ($0.t, $0.row) < ($1.t, $1.row) }
    for (t, row, rise) in breaks {
      slope += rise
      if slope >= 0 { return (zip(place.point, direction).map { $0 + t * $1 }, row) }
    }
    return nil
  }

  /// Solves with the active runs' slopes as matrix rows, or as its columns.
  private func solve(_ place: Linearization, _ active: [Int], _ right: [Double], transposed: Bool) -> [Double]? {
    let n = CInt(active.count)
    var matrix = active.flatMap { place.slopes[$0] }
    var x = right
    var pivots = [CInt](repeating: 0, count: active.count)
    // Row-major rows read as column-major are the transpose.
    guard LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, &matrix, n, &pivots) == 0 else { return nil }
    let form = CChar(bitPattern: UInt8(ascii: transposed ? "N" : "T"))
    guard LAPACKE_dgetrs(LAPACK_COL_MAJOR, form, n, 1, &matrix, n, &pivots, &x, n) == 0 else { return nil }
    return x.allSatisfy(\.isFinite) ? x : nil
  }
}
