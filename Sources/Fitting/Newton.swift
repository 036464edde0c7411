import CVectorMath
import Formulas
import Foundation

/// The result of a minimization.
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
final class Minimizer {
  let evaluator: Evaluator
  private let count: Int
  private let algebra: SmallSymmetric
  let projection: VariableProjection?
  /// Whether a search gives up after many steps; set for one search at a time.
  var isBrief = false
  private let memory: AlignedDoubles
  /// The current and the trial point of the descent, and the derivatives at both; swapped when a step is accepted.
  private var here: State
  private var there: State
  private let step: UnsafeMutablePointer<Double>
  private let scaling: UnsafeMutablePointer<Double>
  private let scaledGradient: UnsafeMutablePointer<Double>
  private let scaledHessian: UnsafeMutablePointer<Double>
  private let widths: UnsafeMutablePointer<Double>
  /// The sums of the rounding errors of the residuals and of their squares.
  private let residualRounding: (sum: Double, squares: Double)

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
    let logarithmic = problem.objective.residual == .log
    residualRounding = zip(problem.observed, problem.weights).reduce((0, 0)) { sums, run in
      guard run.1 > 0 else { return sums }
      let error = 4 * Double.ulpOfOne * (logarithmic ? 1 + abs(log(run.0)) : abs(run.0))
      return (sums.0 + run.1 * error, sums.1 + run.1 * error * error)
    }
    let state = count * (count + 2)
    memory = AlignedDoubles(count: max(1, 2 * state + count * (count + 4)))
    here = State(memory.start, count)
    there = State(memory.start + state, count)
    step = memory.start + 2 * state
    scaling = step + count
    scaledGradient = scaling + count
    scaledHessian = scaledGradient + count
    widths = scaledHessian + count * count
    for (a, domain) in problem.domains.enumerated() {
      widths[a] = max(1e-6 * (domain.startRange.upperBound - domain.startRange.lowerBound), .leastNormalMagnitude)
    }
  }

  var problem: FitProblem { evaluator.problem }

  typealias Rows = Evaluator.Rows

  /// The last digits: undamped Newton steps while the gradient shrinks.
  ///
  /// A descent stops when the objective no longer changes; the gradient still does.
  func polish(_ end: Minimum, rows: Rows = Rows()) -> Minimum {
    guard !problem.objective.kind.hasCorner, end.converged else { return end }
    let charge = problem.objective.charge(scale: 0)
    for a in 0..<count { here.point[a] = end.point[a] }
    var best = end
    best.charge = evaluate(here, charge, rows)
    best.gradientNorm = gradientNorm(here)
    for _ in 0..<5 {
      guard solve(0) == .definite else { break }
      for a in 0..<count { there.point[a] = here.point[a] + step[a] }
      let value = evaluate(there, charge, rows)
      let norm = gradientNorm(there)
      guard norm < best.gradientNorm, value <= best.charge * (1 + 1e-9) else { break }
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

  /// A criterion for the end of a descent.
  enum Accuracy {
    /// Far enough to start the next descent.
    case rough
    /// A resample's optimum: the last step is not checked.
    case refit
    /// The influence of one of many runs: the last step, a small share of a standard error, is not checked.
    case pull(runs: Int)
    case full

    var endsUnseen: Bool {
      switch self {
      case .refit, .pull: true
      case .rough, .full: false
      }
    }

    /// Newton's decrement relative to the charge.
    var tolerance: Double {
      switch self {
      case .rough: 1e-3
      case .refit: 1e-12
      // A standard error raises a charge by about its share of a run.
      case .pull(let runs): 1e-5 / Double(max(1, runs))
      case .full: 1e-24
      }
    }
  }

  /// The charges at a point; nil if they or their slopes are infinite.
  func sum(at point: [Double], _ charge: wt_charge, _ rows: Rows) -> Sum? {
    for a in 0..<count { here.point[a] = point[a] }
    let value = evaluate(here, charge, rows)
    guard value.isFinite else { return nil }
    return Sum(
      value: value, gradient: (0..<count).map { here.gradient[$0] },
      hessian: (0..<count * count).map { here.hessian[$0] })
  }

  /// Descends one charge until Newton's decrement is small, or the point no longer moves.
  ///
  /// - Parameter known: the charges at the start, if they are known.
  func descend(
    from start: [Double], _ charge: wt_charge, _ rows: Rows, limit: Int, _ accuracy: Accuracy, known: Sum? = nil
  ) -> Minimum {
    for a in 0..<count { here.point[a] = start[a] }
    var value = known?.value ?? evaluate(here, charge, rows)
    if let known {
      for a in 0..<count { here.gradient[a] = known.gradient[a] }
      for k in 0..<count * count { here.hessian[k] = known.hessian[k] }
    }
    guard value.isFinite else {
      return Minimum(point: start, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    }
    var damping = 0.0
    var converged = false
    var iterations = 0
    while iterations < limit {
      iterations += 1
      guard let curvature = solve(damping) else { break }
      let predicted = predictedDecrease()
      let newton = curvature != .saddle && damping <= 1e-6
      if newton && curvature == .definite && predicted <= accuracy.tolerance * value {
        if accuracy.endsUnseen { for a in 0..<count { here.point[a] += step[a] } }
        converged = true
        break
      }
      if longestMove() < 1e-15 {
        converged = solve(0) == .definite && predictedDecrease() <= rounding(of: value, charge)
        break
      }
      for a in 0..<count { there.point[a] = here.point[a] + step[a] }
      let next = evaluate(there, charge, rows)
      // The optimum is reached when rounding hides any further decrease.
      let shown = rounding(of: value, charge)
      let atRest = newton && predicted <= shown && (curvature == .definite || abs(next - value) <= shown)
      // Along a direction without curvature further steps would follow rounding.
      if atRest && curvature == .flat {
        converged = true
        break
      }
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
      }
    }
    return Minimum(
      point: (0..<count).map { here.point[$0] }, charge: value, gradientNorm: gradientNorm(here), converged: converged,
      iterations: iterations)
  }

  /// The effect of rounding on a sum of charges. A charge's slope is at most the root of twice the charge
  /// (Cauchy–Schwarz does the rest), and no more than Huber's delta.
  private func rounding(of value: Double, _ charge: wt_charge) -> Double {
    let bySquares = (2 * value * residualRounding.squares).squareRoot() + residualRounding.squares
    let narrow = charge.kind == WT_HUBER.rawValue
    return 1e-13 * value + (narrow ? min(bySquares, charge.scale * charge.over * residualRounding.sum) : bySquares)
  }

  private func evaluate(_ state: State, _ charge: wt_charge, _ rows: Rows) -> Double {
    let value = evaluator.evaluate(
      state.point, charge, rows, gradient: state.gradient, hessian: state.hessian)
    for a in 0..<count where !state.gradient[a].isFinite { return .infinity }
    return value.isFinite ? value : .infinity
  }

  /// The definiteness of a damped Hessian, up to rounding.
  private enum Curvature {
    case definite
    /// Definite except for directions without curvature.
    case flat
    case saddle
  }

  /// Sets ``step`` to the damped Newton step, in coordinates scaled to unit curvature; nil if there is no step.
  private func solve(_ damping: Double) -> Curvature? {
    var largest = 0.0
    for a in 0..<count { largest = max(largest, abs(here.hessian[a * count + a]) * unit(a) * unit(a)) }
    guard largest.isFinite else { return nil }
    if largest == 0 { largest = 1 }
    for a in 0..<count {
      // A coordinate without effect, such as that of a term that has vanished, must not diverge.
      scaling[a] = 1 / max(abs(here.hessian[a * count + a]), 1e-12 * largest / (unit(a) * unit(a))).squareRoot()
      scaledGradient[a] = -here.gradient[a] * scaling[a]
    }
    for a in 0..<count {
      for b in 0..<count { scaledHessian[a * count + b] = here.hessian[a * count + b] * scaling[a] * scaling[b] }
    }
    var curvature = Curvature.definite
    if !algebra.solveDefinite(scaledHessian, shift: damping, scaledGradient, step) {
      let smallest = algebra.solveMagnitude(scaledHessian, shift: damping, scaledGradient, step)
      curvature = smallest + damping > -1e-9 ? .flat : .saddle
    }
    // A step too long for its coordinate is shortened as a whole, which keeps its direction.
    var shorten = 1.0
    for a in 0..<count {
      step[a] *= scaling[a]
      guard step[a].isFinite else { return nil }
      if abs(step[a]) * shorten > problem.domains[a].longestStep {
        shorten = problem.domains[a].longestStep / abs(step[a])
      }
    }
    if shorten < 1 { for a in 0..<count { step[a] *= shorten } }
    return curvature
  }

  /// The size of a change of a coordinate, in factors of e if it is a logarithm, else in the coordinate itself.
  private func unit(_ a: Int) -> Double {
    guard problem.domains[a].longestStep == .infinity else { return 1 }
    return max(abs(here.point[a]), widths[a])
  }

  private func longestMove() -> Double {
    var longest = 0.0
    for a in 0..<count { longest = max(longest, abs(step[a]) / (1 + abs(here.point[a]))) }
    return longest
  }

  /// The decrease that the quadratic model predicts for ``step``.
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
