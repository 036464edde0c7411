import Formulas

/// Variable projection (Golub and Pereyra 1973; Kaufman 1975): descends least squares of the loss over the parameters
/// in which the formula is not linear, with the linear ones solved for at every step.
///
/// The valleys of scaling laws are long and curved in all parameters together and short in these few, so this brings
/// any start near an optimum in a few steps. Least squares is not the objective yet; Newton's method continues from
/// there.
final class VariableProjection {
  private let evaluator: Evaluator
  private let domains: [ParameterDomain]
  private let count: Int
  private let linear: [Int]
  private let searched: [Int]
  private let memory: AlignedDoubles
  private let parameters: UnsafeMutablePointer<Double>
  private let best: UnsafeMutablePointer<Double>
  private let gradient: UnsafeMutablePointer<Double>
  private let matrix: UnsafeMutablePointer<Double>
  private let reducedMatrix: UnsafeMutablePointer<Double>
  private let reducedRight: UnsafeMutablePointer<Double>
  private let solution: UnsafeMutablePointer<Double>
  private let scaling: UnsafeMutablePointer<Double>
  private let kept: UnsafeMutablePointer<Double>
  private var algebra: [SmallSymmetric]

  /// Nil if the formula is not linear in any parameter.
  init?(_ evaluator: Evaluator) {
    let problem = evaluator.problem
    linear = problem.bound.compiled.linearParameters
    guard !linear.isEmpty else { return nil }
    self.evaluator = evaluator
    domains = problem.domains
    count = domains.count
    searched = domains.indices.filter { [linear] in !linear.contains($0) }
    memory = AlignedDoubles(count: 7 * count + 2 * count * count)
    parameters = memory.start
    best = parameters + count
    gradient = best + count
    reducedRight = gradient + count
    solution = reducedRight + count
    scaling = solution + count
    kept = scaling + count
    matrix = kept + count
    reducedMatrix = matrix + count * count
    algebra = (0...count).map { SmallSymmetric(count: $0) }
  }

  /// The amount of effort before stopping.
  enum Patience {
    /// To the neighborhood of an optimum.
    case near
    /// Down the whole of a long curved valley.
    case far

    var steps: Int { self == .near ? 30 : 300 }
    /// The relative gain below which no further step is taken.
    var gain: Double { self == .near ? 1e-2 : 1e-9 }
  }

  /// A point near an optimum of least squares, from a start; both in free coordinates.
  func descend(from start: [Double], weights: UnsafePointer<Double>?, _ patience: Patience) -> [Double] {
    for a in 0..<count { parameters[a] = domains[a].natural(start[a]).value }
    var damping = 1e-3
    var value = Double.infinity
    for _ in 0..<patience.steps {
      solveLinear(weights)
      let next = evaluator.squares(parameters, weights: weights, gradient: gradient, matrix: matrix)
      let gain = value - next
      if next.isFinite, gain > 0 {
        for a in 0..<count { best[a] = parameters[a] }
        value = next
        damping = max(damping / 10, 1e-9)
        if gain < patience.gain * next { break }
      } else {
        if !value.isFinite { return start }
        damping = max(damping * 20, 1e-2)
        if damping > 1e6 { break }
        for a in 0..<count { parameters[a] = best[a] }
        _ = evaluator.squares(parameters, weights: weights, gradient: gradient, matrix: matrix)
      }
      step(damping)
    }
    return (0..<count).map { domains[$0].free(best[$0]) }
  }

  /// Solves for the linear parameters at the others' values; those that would leave their domain stay just inside it.
  private func solveLinear(_ weights: UnsafePointer<Double>?) {
    // From 0, not from their current values, which may differ by more orders of magnitude than a double has digits.
    for a in linear {
      kept[a] = parameters[a]
      parameters[a] = 0
    }
    if solveFromZero(weights) { return }
    for a in linear { parameters[a] = kept[a] }
  }

  private func solveFromZero(_ weights: UnsafePointer<Double>?) -> Bool {
    guard evaluator.squares(parameters, weights: weights, gradient: gradient, matrix: matrix).isFinite else {
      return false
    }
    var active = linear
    while !active.isEmpty {
      let n = active.count
      reduce(active, damping: 1e-13, damped: active)
      guard algebra[n].solveDefinite(reducedMatrix, shift: 1e-13, reducedRight, solution) else { return false }
      guard let worst = (0..<n).first(where: { !domains[active[$0]].contains(moved(active, $0)) }) else {
        for k in 0..<n { parameters[active[k]] = moved(active, k) }
        return true
      }
      hold(active[worst])
      active.remove(at: worst)
    }
    return true
  }

  private func moved(_ active: [Int], _ k: Int) -> Double { parameters[active[k]] + solution[k] * scaling[k] }

  /// Moves a parameter that would leave its domain to a small share of the loss, and updates the gradient.
  private func hold(_ a: Int) {
    let typical = max(matrix[a * count + a], 1e-300).squareRoot()
    let all = problemSize.squareRoot()
    let share = (domains[a].lower ?? 0) + 1e-3 * all / typical
    let target = domains[a].contains(share) ? share : domains[a].start(at: 0.5)
    let change = target - parameters[a]
    for b in 0..<count { gradient[b] += change * (b <= a ? matrix[a * count + b] : matrix[b * count + a]) }
    parameters[a] = target
  }

  /// The sum of squares of the observations themselves on the scale of the residuals.
  private lazy var problemSize: Double = {
    let problem = evaluator.problem
    return zip(problem.observed, problem.weights).reduce(0) {
      $0 + $1.1 * (problem.objective.residual == .log ? 1 : $1.0 * $1.0)
    }
  }()

  /// A Gauss–Newton step of all parameters, damped in the searched ones only.
  private func step(_ damping: Double) {
    let all = Array(0..<count)
    reduce(all, damping: damping, damped: searched)
    guard algebra[count].solveDefinite(reducedMatrix, shift: 1e-13, reducedRight, solution) else { return }
    var shorten = 1.0
    for a in searched {
      let domain = domains[a]
      let u = domain.free(parameters[a])
      let first = domain.natural(u).first
      solution[a] = first == 0 ? 0 : solution[a] * scaling[a] / first
      // Far from the data's scale a Gauss–Newton step says little, so it is at most the width of the start range. A
      // step too long is shortened as a whole, which keeps its direction.
      let width = domain.startRange.upperBound - domain.startRange.lowerBound
      let longest = min(domain.longestStep, max(width, abs(u)) / 2)
      if abs(solution[a]) * shorten > longest { shorten = longest / abs(solution[a]) }
    }
    for a in searched {
      let domain = domains[a]
      parameters[a] = domain.natural(domain.free(parameters[a]) + shorten * solution[a]).value
    }
  }

  /// The rows and columns of the normal equations for some parameters, scaled to a unit diagonal.
  private func reduce(_ chosen: [Int], damping: Double, damped: [Int]) {
    let n = chosen.count
    for (k, a) in chosen.enumerated() {
      scaling[k] = 1 / max(matrix[a * count + a], 1e-300).squareRoot()
      reducedRight[k] = -gradient[a] * scaling[k]
    }
    for (k, a) in chosen.enumerated() {
      for (l, b) in chosen.enumerated().prefix(k + 1) {
        let value = (b <= a ? matrix[a * count + b] : matrix[b * count + a]) * scaling[k] * scaling[l]
        reducedMatrix[k * n + l] = k == l && damped.contains(a) ? value + damping : value
      }
    }
  }
}
