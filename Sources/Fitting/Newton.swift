import CVectorMath
import Formulas
import Foundation

/// Where a minimisation ended.
struct Minimum {
  /// Free coordinates.
  var point: [Double]
  /// The sum of charges there.
  var charge: Double
  /// The Euclidean norm of the gradient by the free coordinates.
  var gradientNorm: Double
  var converged: Bool
  var iterations: Int
}

/// Newton's method with the exact Hessian, made global by Marquardt's damping.
///
/// Robust objectives are approached through wider ones (a homotopy in the scale): a Huber charge of 1e-3 has next to no
/// curvature far from its optimum, and one with a corner has none at all.
final class Minimiser {
  private let evaluator: Evaluator
  private let count: Int
  private let algebra: SmallSymmetric
  private let projection: VariableProjection?
  private let memory: AlignedDoubles
  /// Where the descent stands, where it tries to go, and the derivatives at both; swapped when it goes.
  private var here: State
  private var there: State
  private let step: UnsafeMutablePointer<Double>
  private let scaling: UnsafeMutablePointer<Double>
  private let scaledGradient: UnsafeMutablePointer<Double>
  private let scaledHessian: UnsafeMutablePointer<Double>

  private struct State {
    let point: UnsafeMutablePointer<Double>
    let gradient: UnsafeMutablePointer<Double>
    let hessian: UnsafeMutablePointer<Double>

    init(_ memory: UnsafeMutablePointer<Double>, _ count: Int) {
      point = memory
      gradient = point + count
      hessian = gradient + count
    }
  }

  init(_ problem: FitProblem) {
    evaluator = Evaluator(problem)
    count = problem.parameterCount
    algebra = SmallSymmetric(count: count)
    projection = VariableProjection(evaluator)
    let state = count * (count + 2)
    memory = AlignedDoubles(count: max(1, 2 * state + count * (count + 3)))
    here = State(memory.start, count)
    there = State(memory.start + state, count)
    step = memory.start + 2 * state
    scaling = step + count
    scaledGradient = scaling + count
    scaledHessian = scaledGradient + count
  }

  var problem: FitProblem { evaluator.problem }

  /// The rows that an evaluation counts; the problem's own where nil.
  struct Rows {
    var weights: UnsafePointer<Double>?
    var observations: UnsafePointer<Double>?
  }

  /// Minimises from anywhere.
  func minimise(from start: [Double], rows: Rows = Rows()) -> Minimum {
    let objective = problem.objective
    let near = projection?.descend(from: start, weights: rows.weights) ?? start
    var end = Minimum(point: near, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    var iterations = 0
    for scale in stages(objective) {
      end = descend(from: end.point, objective.charge(scale: scale), rows, limit: 60, tolerance: 1e-3)
      iterations += end.iterations
      if !end.charge.isFinite { return end }
    }
    end = finish(from: end.point, rows)
    end.iterations += iterations
    return end
  }

  /// Minimises from near an optimum, without the detour through wider objectives unless it fails.
  func refine(from start: [Double], rows: Rows = Rows()) -> Minimum {
    let end = finish(from: start, rows)
    return end.converged ? end : minimise(from: start, rows: rows)
  }

  /// The last digits: undamped Newton steps for as long as the gradient shrinks.
  ///
  /// A descent stops where the objective shows no difference; the gradient still does.
  func polish(_ end: Minimum, rows: Rows = Rows()) -> Minimum {
    guard !problem.objective.kind.hasCorner, end.converged else { return end }
    let charge = problem.objective.charge(scale: 0)
    for a in 0..<count { here.point[a] = end.point[a] }
    var best = end
    best.charge = evaluate(here, charge, rows)
    best.gradientNorm = gradientNorm(here)
    for _ in 0..<5 {
      guard solve(0) == true else { break }
      for a in 0..<count { there.point[a] = here.point[a] + step[a] }
      let value = evaluate(there, charge, rows)
      let norm = gradientNorm(there)
      guard norm < best.gradientNorm, value <= best.charge * (1 + 1e-12) else { break }
      swap(&here, &there)
      best.point = (0..<count).map { here.point[$0] }
      best.charge = value
      best.gradientNorm = norm
    }
    return best
  }

  private func gradientNorm(_ state: State) -> Double {
    var square = 0.0
    for a in 0..<count { square += state.gradient[a] * state.gradient[a] }
    return square.squareRoot()
  }

  /// The widths on the way to an objective.
  private func stages(_ objective: Objective) -> [Double] {
    switch objective.kind {
    case .leastSquares: []
    case .huber(let target), .cauchy(let target), .softL1(let target):
      [0.1, 0.01].filter { $0 > 3 * target }
    case .absolute, .asymmetricAbsolute, .huberLikelihood: [0.1, 0.01]
    }
  }

  /// The last stretch, on the objective itself.
  private func finish(from start: [Double], _ rows: Rows) -> Minimum {
    let objective = problem.objective
    if case .huberLikelihood(let delta) = objective.kind { return finishLikelihood(from: start, delta: delta, rows) }
    guard objective.kind.hasCorner else {
      return descend(from: start, objective.charge(scale: 0), rows, limit: 200, tolerance: 1e-24)
    }
    let smooth = sharpen(from: start, to: 1e-5, rows)
    return VertexDescent(problem, rows).descend(from: smooth.point) ?? sharpen(from: smooth.point, to: 1e-10, rows)
  }

  /// Narrows Huber's delta towards a corner, step by step.
  private func sharpen(from start: [Double], to target: Double, _ rows: Rows) -> Minimum {
    var end = Minimum(point: start, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    var iterations = 0
    var scale = max(target, 1e-3)
    while true {
      let last = scale <= target
      end = descend(
        from: end.point, problem.objective.charge(scale: scale), rows, limit: 60, tolerance: last ? 1e-22 : 1e-10)
      iterations += end.iterations
      if last || !end.charge.isFinite { break }
      scale = max(target, scale / 4)
    }
    // Sums of |r|, not of delta |r|.
    end.charge /= scale
    end.gradientNorm /= scale
    end.iterations = iterations
    return end
  }

  /// Alternates between the parameters, for a scale, and the scale, for the residuals.
  ///
  /// The published delta of 1e-3 is a thousandth of a standard deviation, next to a corner: the optimum of absolute
  /// deviations is the place to begin.
  private func finishLikelihood(from start: [Double], delta: Double, _ rows: Rows) -> Minimum {
    var end = sharpen(from: start, to: 1e-5, rows)
    if delta < 0.1, let vertex = VertexDescent(problem, rows).descend(from: end.point) { end = vertex }
    var last = 0.0
    for _ in 0..<50 {
      let (residuals, weights) = residualsAndWeights(at: end.point, rows)
      let sigma = max(problem.objective.huberScale(residuals: residuals, weights: weights, delta: delta), 1e-12 / delta)
      let next = descend(
        from: end.point, problem.objective.charge(scale: delta * sigma), rows, limit: 60, tolerance: 1e-22)
      guard next.charge.isFinite else { break }
      end = next
      // By the parameters the likelihood's slope is the charges' over the square of the scale.
      end.gradientNorm /= sigma * sigma
      if abs(sigma - last) <= 1e-12 * sigma { break }
      last = sigma
    }
    let (residuals, weights) = residualsAndWeights(at: end.point, rows)
    end.charge = problem.objective.value(residuals: residuals, weights: weights).value
    return end
  }

  private func residualsAndWeights(at point: [Double], _ rows: Rows) -> ([Double], [Double]) {
    let parameters = zip(problem.domains, point).map { $0.natural($1).value }
    let predictions = problem.bound.values(parameters: parameters)
    let observations = rows.observations ?? UnsafePointer(problem.scaledObservations.start)
    let weights = rows.weights ?? UnsafePointer(problem.paddedWeights.start)
    let residuals = predictions.enumerated().map { row, prediction in
      (problem.objective.residual == .log ? log(prediction) : prediction) - observations[row]
    }
    return (residuals, predictions.indices.map { weights[$0] })
  }

  /// Descends one charge until Newton's decrement is below `tolerance` of it, or nothing moves any more.
  private func descend(
    from start: [Double], _ charge: wt_charge, _ rows: Rows, limit: Int, tolerance: Double
  ) -> Minimum {
    for a in 0..<count { here.point[a] = start[a] }
    var value = evaluate(here, charge, rows)
    guard value.isFinite else {
      return Minimum(point: start, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    }
    var damping = 0.0
    var converged = false
    var iterations = 0
    while iterations < limit {
      iterations += 1
      guard let definite = solve(damping) else { break }
      let predicted = predictedDecrease()
      let newton = definite && damping <= 1e-3
      if longestMove() < 1e-15 || (newton && predicted <= tolerance * value) {
        converged = true
        break
      }
      for a in 0..<count { there.point[a] = here.point[a] + step[a] }
      let next = evaluate(there, charge, rows)
      // Where the arithmetic cannot show a decrease any more, the optimum is reached.
      let atRest = newton && predicted <= 1e-13 * value
      if next < value || (atRest && next <= value) {
        let ratio = (value - next) / max(predicted, .leastNormalMagnitude)
        swap(&here, &there)
        value = next
        if ratio > 0.75 {
          damping = damping < 1e-8 ? 0 : damping / 16
        } else if ratio < 0.25 {
          damping = max(damping * 4, 1e-3)
        }
      } else if atRest {
        converged = true
        break
      } else {
        damping = max(damping * 8, 1e-2)
        if damping > 1e15 { break }
      }
    }
    return Minimum(
      point: (0..<count).map { here.point[$0] }, charge: value, gradientNorm: gradientNorm(here), converged: converged,
      iterations: iterations)
  }

  private func evaluate(_ state: State, _ charge: wt_charge, _ rows: Rows) -> Double {
    let value = evaluator.evaluate(
      state.point, charge, weights: rows.weights, observations: rows.observations, gradient: state.gradient,
      hessian: state.hessian)
    for a in 0..<count where !state.gradient[a].isFinite { return .infinity }
    return value.isFinite ? value : .infinity
  }

  /// Sets ``step`` to the damped Newton step, in coordinates scaled to unit curvature. Returns whether the damped Hessian
  /// was positive definite; nil if there is no step.
  private func solve(_ damping: Double) -> Bool? {
    var largest = 0.0
    for a in 0..<count { largest = max(largest, abs(here.hessian[a * count + a])) }
    guard largest.isFinite else { return nil }
    if largest == 0 { largest = 1 }
    for a in 0..<count {
      scaling[a] = 1 / max(abs(here.hessian[a * count + a]), 1e-12 * largest).squareRoot()
      scaledGradient[a] = -here.gradient[a] * scaling[a]
    }
    for a in 0..<count {
      for b in 0..<count { scaledHessian[a * count + b] = here.hessian[a * count + b] * scaling[a] * scaling[b] }
    }
    let definite = algebra.solveDefinite(scaledHessian, shift: damping, scaledGradient, step)
    if !definite { algebra.solveMagnitude(scaledHessian, shift: damping, scaledGradient, step) }
    // A step too long for its coordinate is shortened whole, which keeps its direction.
    var shorten = 1.0
    for a in 0..<count {
      step[a] *= scaling[a]
      guard step[a].isFinite else { return nil }
      if abs(step[a]) * shorten > problem.domains[a].longestStep {
        shorten = problem.domains[a].longestStep / abs(step[a])
      }
    }
    if shorten < 1 { for a in 0..<count { step[a] *= shorten } }
    return definite
  }

  private func longestMove() -> Double {
    var longest = 0.0
    for a in 0..<count { longest = max(longest, abs(step[a]) / (1 + abs(here.point[a]))) }
    return longest
  }

  /// What the quadratic model promises for ``step``.
  private func predictedDecrease() -> Double {
    var slope = 0.0
    var curve = 0.0
    for a in 0..<count {
      slope += here.gradient[a] * step[a]
      var row = 0.0
      for b in 0..<count { row += here.hessian[a * count + b] * step[b] }
      curve += step[a] * row
    }
    return -slope - curve / 2
  }
}
