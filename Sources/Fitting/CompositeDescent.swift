import CVectorMath
import Foundation

/// Newton's method for Huber charges whose kinks matter: residuals are linearised, their charges are not (composite
/// functions; Fletcher 1987, chapter 14).
///
/// Where delta is narrow beside the residuals' spread, a handful of runs lie within it, every step carries others across,
/// and the Hessian at hand says little of the next point. The model here charges each linearised residual in full, adds
/// the curvature of the residuals themselves, and is minimised by Newton's method with exact line searches (Madsen and
/// Nielsen 1990).
struct CompositeDescent {
  private let minimiser: Minimiser
  private let problem: FitProblem
  private let rows: Minimiser.Rows
  private let charge: wt_charge
  private let weights: [Double]
  private let observations: [Double]
  private let count: Int
  private let algebra: SmallSymmetric

  private var delta: Double { charge.scale }

  init(_ minimiser: Minimiser, _ charge: wt_charge, _ rows: Minimiser.Rows) {
    self.minimiser = minimiser
    self.charge = charge
    self.rows = rows
    problem = minimiser.problem
    (weights, observations) = rows.unpadded(problem)
    count = problem.parameterCount
    algebra = SmallSymmetric(count: count)
  }

  /// A point from which Newton's method on the charge itself has little left to do.
  func descend(from start: [Double]) -> [Double] {
    guard var here = model(at: start) else { return start }
    let spread = zip(here.lines.residuals, weights).reduce(0) { $0 + abs($1.0) * $1.1 } / weights.reduce(0, +)
    var damping = 0.1 * delta / (delta + spread)
    for _ in 0..<200 {
      let (step, predicted) = here.minimum(damping, self)
      guard predicted > 1e-14 * here.value else { break }
      var there = moved(here, step)
      if let missed = there, here.value - missed.value < 0.75 * predicted {
        // The runs on a kink leave it by the bend of the curve: aim again from where they came to lie.
        let bend = zip(missed.lines.residuals, zip(here.lines.residuals, here.lines.slopes)).map {
          $0 - $1.0 - dot($1.1, zip(missed.lines.point, here.lines.point).map { $0 - $1 })
        }
        if let again = moved(here, here.minimum(damping, self, bend: bend).step), again.value < missed.value {
          there = again
        }
      }
      guard let there, there.value < here.value else {
        damping *= 8
        if damping > 1e6 { break }
        continue
      }
      let ratio = (here.value - there.value) / predicted
      here = there
      if ratio > 0.75 { damping /= 8 } else if ratio < 0.25 { damping *= 4 }
    }
    return here.lines.point
  }

  /// The model at the end of a step, which is shortened whole where it is too long for a coordinate.
  private func moved(_ here: Model, _ step: [Double]) -> Model? {
    let excess = zip(step, problem.domains).reduce(1) { max($0, abs($1.0) / $1.1.longestStep) }
    return model(at: zip(here.lines.point, step).map { $0 + $1 / excess })
  }

  private func model(at point: [Double]) -> Model? {
    guard let lines = Linearisation(problem, at: point, observations: observations, weights: weights) else {
      return nil
    }
    var gradient = [Double](repeating: 0, count: count)
    var hessian = [Double](repeating: 0, count: count * count)
    let value = minimiser.evaluator.evaluate(point, charge, rows, gradient: &gradient, hessian: &hessian)
    guard value.isFinite, (gradient + hessian).allSatisfy(\.isFinite) else { return nil }
    // What the linearised charges account for is taken off: the curvature of the residuals themselves is left.
    var squares = [Double](repeating: 0, count: count)
    for (row, weight) in weights.enumerated() where weight > 0 {
      let slopes = lines.slopes[row]
      let inside = weight * curvature(lines.residuals[row])
      for a in 0..<count {
        squares[a] += weight * slopes[a] * slopes[a]
        if inside > 0 { for b in 0..<count { hessian[a * count + b] -= inside * slopes[a] * slopes[b] } }
      }
    }
    return Model(lines: lines, value: value, curvature: hessian, squares: squares)
  }

  private func side(_ r: Double) -> Double { r > 0 ? charge.over : 1 }
  private func curvature(_ r: Double) -> Double { abs(r) <= delta ? side(r) : 0 }
  private func slope(_ r: Double) -> Double { side(r) * min(max(r, -delta), delta) }
  private func value(_ r: Double) -> Double {
    side(r) * (abs(r) <= delta ? r * r / 2 : delta * (abs(r) - delta / 2))
  }

  /// The charges of linearised residuals, plus a quadratic.
  private struct Model {
    let lines: Linearisation
    /// The sum of charges at the point.
    let value: Double
    /// Row-major, symmetric.
    let curvature: [Double]
    /// The curvature that least squares of the residuals would have along each coordinate.
    let squares: [Double]

    /// The model's minimum under damping: the step there, and how far it promises to lower the charges.
    ///
    /// - Parameter bend: what residuals are known to differ by from linear ones (a second-order correction).
    func minimum(
      _ damping: Double, _ owner: CompositeDescent, bend: [Double]? = nil
    ) -> (step: [Double], predicted: Double) {
      let count = owner.count
      var quadratic = curvature
      for a in 0..<count { quadratic[a * count + a] += damping * squares[a] }
      var step = [Double](repeating: 0, count: count)
      var residuals = bend.map { zip(lines.residuals, $0).map { $0 + $1 } } ?? lines.residuals
      for _ in 0..<60 {
        var gradient = product(quadratic, step)
        var hessian = quadratic
        for (row, weight) in owner.weights.enumerated() where weight > 0 {
          let slopes = lines.slopes[row]
          let pull = weight * owner.slope(residuals[row])
          let inside = weight * owner.curvature(residuals[row])
          for a in 0..<count {
            gradient[a] += pull * slopes[a]
            if inside > 0 { for b in 0..<count { hessian[a * count + b] += inside * slopes[a] * slopes[b] } }
          }
        }
        let direction = owner.newton(hessian, gradient)
        let fall = dot(gradient, direction)
        guard fall < 0, -fall > 1e-16 * value else { break }
        let rates = lines.slopes.map { dot($0, direction) }
        let length = owner.lineMinimum(
          residuals, rates, fall: fall, bend: dot(product(quadratic, direction), direction))
        for a in 0..<count { step[a] += length * direction[a] }
        for row in residuals.indices { residuals[row] += length * rates[row] }
      }
      let charges = zip(residuals, owner.weights).reduce(0) { $0 + ($1.1 > 0 ? $1.1 * owner.value($1.0) : 0) }
      return (step, value - charges - dot(product(curvature, step), step) / 2)
    }
  }

  /// The step of Newton's method, in coordinates scaled to unit curvature.
  private func newton(_ hessian: [Double], _ gradient: [Double]) -> [Double] {
    let largest = (0..<count).reduce(1e-300) { max($0, abs(hessian[$1 * count + $1])) }
    let scale = (0..<count).map { 1 / max(abs(hessian[$0 * count + $0]), 1e-14 * largest).squareRoot() }
    let scaled = hessian.indices.map { hessian[$0] * scale[$0 / count] * scale[$0 % count] }
    let right = gradient.indices.map { -gradient[$0] * scale[$0] }
    var step = [Double](repeating: 0, count: count)
    if !algebra.solveDefinite(scaled, shift: 0, right, &step) {
      _ = algebra.solveMagnitude(scaled, shift: 1e-6, right, &step)
    }
    return zip(step, scale).map { $0 * $1 }
  }

  /// Where the model is lowest along a direction: its slope is a broken line, followed from break to break until it
  /// crosses 0.
  ///
  /// - Parameters:
  ///   - rates: how fast each linearised residual changes.
  ///   - fall: the model's slope at the start, below 0.
  ///   - bend: the quadratic's curvature along the direction.
  private func lineMinimum(_ residuals: [Double], _ rates: [Double], fall: Double, bend: Double) -> Double {
    var breaks: [(t: Double, change: Double)] = []
    var curvature = bend
    for (row, weight) in weights.enumerated() where weight > 0 && rates[row] != 0 {
      let (r, rate) = (residuals[row], rates[row])
      let square = weight * rate * rate
      curvature += square * self.curvature(r)
      let sign: Double = rate > 0 ? 1 : -1
      let (entering, leaving) = rate > 0 ? (1, charge.over) : (charge.over, 1)
      for (edge, change) in [(-sign * delta, entering), (0, leaving - entering), (sign * delta, -leaving)] {
        let t = (edge - r) / rate
        if t > 0, t.isFinite, change != 0 { breaks.append((t, change * square)) }
      }
    }
    breaks.sort { $0.t < $1.t }
    var (t, slope) = (0.0, fall)
    for next in breaks {
      let reached = slope + curvature * (next.t - t)
      if reached >= 0 { break }
      (t, slope) = (next.t, reached)
      curvature += next.change
    }
    // Beyond the last break a model that still falls promises more than can be believed.
    return curvature > 0 ? min(t - slope / curvature, max(10, 10 * t)) : max(1, 2 * t)
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for k in a.indices { sum += a[k] * b[k] }
  return sum
}

/// A square matrix, row-major, times a vector.
private func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
  let count = x.count
  return (0..<count).map { a in
    var sum = 0.0
    for b in 0..<count { sum += matrix[a * count + b] * x[b] }
    return sum
  }
}
