import CVectorMath
import Formulas
import Foundation

/// One thread's memory to evaluate a problem, with derivatives, in free coordinates. An evaluation does not allocate.
final class Evaluator {
  let problem: FitProblem
  let count: Int

  private let workspace: BoundFormula.Workspace
  private let memory: AlignedDoubles
  private let natural: UnsafeMutablePointer<Double>
  private let first: UnsafeMutablePointer<Double>
  private let second: UnsafeMutablePointer<Double>
  private let slopes: UnsafeMutablePointer<Double>
  private let curvatures: UnsafeMutablePointer<Double>
  private let work: UnsafeMutablePointer<Double>
  private let jacobian: UnsafeMutablePointer<UnsafePointer<Double>?>
  private let pairs: [(a: Int, b: Int)]
  private var chosen: Chosen?

  /// The memory of rows that are evaluated alone.
  private final class Chosen {
    let rows: UnsafeMutablePointer<Int>
    let weights: UnsafeMutablePointer<Double>
    let observations: UnsafeMutablePointer<Double>
    private let memory: AlignedDoubles

    init(rows count: Int) {
      memory = AlignedDoubles(count: 2 * count)
      weights = memory.start
      observations = memory.start + count
      rows = .allocate(capacity: count + 1)
    }

    deinit { rows.deallocate() }
  }

  init(_ problem: FitProblem) {
    self.problem = problem
    count = problem.parameterCount
    pairs = problem.bound.compiled.hessianPairs
    workspace = BoundFormula.Workspace(problem.bound)
    let rows = BoundFormula.blockRows
    memory = AlignedDoubles(count: 3 * rows + 3 * count)
    slopes = memory.start
    curvatures = slopes + rows
    work = curvatures + rows
    natural = work + rows
    first = natural + count
    second = first + count
    jacobian = .allocate(capacity: max(1, count))
  }

  deinit { jacobian.deallocate() }

  /// The rows that an evaluation counts, and their observations; the problem's own if nil.
  struct Rows {
    /// Padded with 0.
    var weights: UnsafePointer<Double>?
    /// Padded, on the residual's scale.
    var observations: UnsafePointer<Double>?
  }

  /// Evaluates only rows of nonzero weight from now on: a resample leaves out a third of the runs.
  ///
  /// - Returns: those rows' weights and observations; nil, and nothing changes, if no row has weight.
  func choose(_ rows: Rows) -> Rows? {
    let weights = rows.weights ?? UnsafePointer(problem.paddedWeights.start)
    let observations = rows.observations ?? UnsafePointer(problem.scaledObservations.start)
    let all = problem.bound.paddedRowCount
    if chosen == nil { chosen = Chosen(rows: all) }
    guard let chosen else { return nil }
    var count = 0
    for row in 0..<problem.observed.count {
      chosen.rows[count] = row
      count += weights[row] != 0 ? 1 : 0
    }
    guard count > 0 else { return nil }
    workspace.choose(UnsafeBufferPointer(start: chosen.rows, count: count))
    for index in 0..<count {
      chosen.weights[index] = weights[chosen.rows[index]]
      chosen.observations[index] = observations[chosen.rows[index]]
    }
    for index in count..<BoundFormula.padded(count) {
      chosen.weights[index] = 0
      chosen.observations[index] = chosen.observations[count - 1]
    }
    return Rows(weights: UnsafePointer(chosen.weights), observations: UnsafePointer(chosen.observations))
  }

  /// Evaluates every row again.
  func chooseAll() { workspace.chooseAll() }

  /// The sum of charges at free coordinates, with its derivatives by them.
  ///
  /// - Parameter hessian: row-major, symmetric.
  func evaluate(
    _ u: UnsafePointer<Double>, _ charge: wt_charge, _ rows: Rows, gradient: UnsafeMutablePointer<Double>,
    hessian: UnsafeMutablePointer<Double>
  ) -> Double {
    var charge = charge
    let weights = rows.weights ?? UnsafePointer(problem.paddedWeights.start)
    let observations = rows.observations ?? UnsafePointer(problem.scaledObservations.start)
    setParameters(u)
    gradient.update(repeating: 0, count: count)
    hessian.update(repeating: 0, count: count * count)
    var sum = 0.0
    for block in 0..<workspace.blockCount {
      let range = workspace.rows(ofBlock: block)
      let rows = Int32(range.count)
      workspace.run(block: block, .hessian)
      sum += wt_charges(
        &charge, workspace.output(0), observations + range.lowerBound, weights + range.lowerBound, slopes, curvatures,
        rows)
      for a in 0..<count { jacobian[a] = workspace.output(1 + a) }
      wt_normal_sums(slopes, curvatures, jacobian, Int32(count), gradient, hessian, work, rows)
      for k in pairs.indices {
        hessian[pairs[k].a * count + pairs[k].b] += wt_dot(slopes, workspace.output(1 + count + k), rows)
      }
    }
    changeCoordinates(gradient, hessian)
    return sum
  }

  /// Half the sum of squared residuals of the loss itself (relative ones where the objective's residual is logarithmic)
  /// at natural parameters, with the gradient and the Gauss–Newton matrix (its lower half) by the natural parameters.
  func squares(
    _ parameters: UnsafePointer<Double>, weights: UnsafePointer<Double>?, gradient: UnsafeMutablePointer<Double>,
    matrix: UnsafeMutablePointer<Double>
  ) -> Double {
    let weights = weights ?? UnsafePointer(problem.paddedWeights.start)
    workspace.set(parameters: parameters)
    gradient.update(repeating: 0, count: count)
    matrix.update(repeating: 0, count: count * count)
    var sum = 0.0
    for block in 0..<workspace.blockCount {
      let range = workspace.rows(ofBlock: block)
      let rows = Int32(range.count)
      workspace.run(block: block, .gradient)
      sum += wt_squares(
        workspace.output(0), problem.plainObservations.start + range.lowerBound,
        problem.squareScale.start + range.lowerBound, weights + range.lowerBound, slopes, curvatures, rows)
      for a in 0..<count { jacobian[a] = workspace.output(1 + a) }
      wt_normal_sums(slopes, curvatures, jacobian, Int32(count), gradient, matrix, work, rows)
    }
    return sum
  }

  /// The residuals on the objective's scale at free coordinates, then their slopes by each: columns of the padded rows.
  /// Rows of weight 0 without a residual get 0.
  ///
  /// - Returns: whether all rows of nonzero weight have a residual.
  func linearize(_ u: [Double], _ rows: Rows, into columns: UnsafeMutablePointer<Double>) -> Bool {
    let weights = rows.weights ?? UnsafePointer(problem.paddedWeights.start)
    let observations = rows.observations ?? UnsafePointer(problem.scaledObservations.start)
    let isLogarithmic = problem.objective.residual == .log
    let stride = problem.bound.paddedRowCount
    setParameters(u)
    for block in 0..<workspace.blockCount {
      let range = workspace.rows(ofBlock: block)
      workspace.run(block: block, .gradient)
      let values = workspace.output(0)
      for (index, row) in range.enumerated() {
        let value = values[index]
        let residual = (isLogarithmic ? log(value) : value) - observations[row]
        guard residual.isFinite || weights[row] == 0 else { return false }
        columns[row] = residual.isFinite ? residual : 0
        work[index] = !residual.isFinite ? 0 : isLogarithmic ? 1 / value : 1
      }
      for a in 0..<count {
        let slopes = workspace.output(1 + a)
        let column = columns + (1 + a) * stride + range.lowerBound
        for index in 0..<range.count { column[index] = work[index] == 0 ? 0 : slopes[index] * first[a] * work[index] }
      }
    }
    return true
  }

  /// Each run's charge at free coordinates, padding included, into `out`.
  func charges(_ u: UnsafePointer<Double>, _ charge: wt_charge, into out: UnsafeMutablePointer<Double>) {
    var charge = charge
    setParameters(u)
    for block in 0..<workspace.blockCount {
      let range = workspace.rows(ofBlock: block)
      workspace.run(block: block, .value)
      wt_charge_rows(
        &charge, workspace.output(0), problem.scaledObservations.start + range.lowerBound, out + range.lowerBound,
        Int32(range.count))
    }
  }

  private func setParameters(_ u: UnsafePointer<Double>) {
    for a in 0..<count { (natural[a], first[a], second[a]) = problem.domains[a].natural(u[a]) }
    workspace.set(parameters: UnsafePointer(natural))
  }

  /// From derivatives by the parameters to derivatives by the free coordinates.
  private func changeCoordinates(_ gradient: UnsafeMutablePointer<Double>, _ hessian: UnsafeMutablePointer<Double>) {
    for a in 0..<count {
      for b in 0...a {
        var h = hessian[a * count + b] * first[a] * first[b]
        if a == b { h += gradient[a] * second[a] }
        hessian[a * count + b] = h
        hessian[b * count + a] = h
      }
    }
    for a in 0..<count { gradient[a] *= first[a] }
  }
}
