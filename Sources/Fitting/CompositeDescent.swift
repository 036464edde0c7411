import CVectorMath
import Formulas

/// Newton's method for Huber charges whose kinks matter: residuals are linearized, their charges are not (composite
/// functions; Fletcher 1987, chapter 14).
///
/// Where delta is narrow compared with the residuals' spread, only a few runs lie within it, every step carries others
/// across, and the Hessian at one point says little about the next. This model charges each linearized residual in
/// full, adds the curvature of the residuals themselves, and is minimized by Newton's method with exact line searches
/// (Madsen and Nielsen 1990).
final class CompositeDescent {
  private let evaluator: Evaluator
  private let rows: Evaluator.Rows
  private let charge: wt_charge
  /// The charge of a known residual.
  private var residualCharge: wt_charge
  private let count: Int
  private let rowCount: Int
  private let weights: UnsafePointer<Double>
  private let algebra: SmallSymmetric

  /// Columns of the padded rows.
  private let memory: AlignedDoubles
  private let residuals: UnsafeMutablePointer<Double>
  private let trial: UnsafeMutablePointer<Double>
  private let rates: UnsafeMutablePointer<Double>
  private let slopesOfCharges: UnsafeMutablePointer<Double>
  private let curvatures: UnsafeMutablePointer<Double>
  private let work: UnsafeMutablePointer<Double>
  private let zeros: UnsafePointer<Double>
  private let jacobian: UnsafeMutablePointer<UnsafePointer<Double>?>

  init(_ minimizer: Minimizer, _ charge: wt_charge, _ rows: Evaluator.Rows) {
    evaluator = minimizer.evaluator
    self.charge = charge
    self.rows = rows
    let problem = minimizer.problem
    residualCharge = charge
    residualCharge.logarithmic = 0
    count = problem.parameterCount
    rowCount = problem.bound.paddedRowCount
    weights = rows.weights ?? UnsafePointer(problem.paddedWeights.start)
    algebra = SmallSymmetric(count: count)
    memory = AlignedDoubles(count: max(1, 7 * rowCount))
    residuals = memory.start
    trial = residuals + rowCount
    rates = trial + rowCount
    slopesOfCharges = rates + rowCount
    curvatures = slopesOfCharges + rowCount
    work = curvatures + rowCount
    zeros = UnsafePointer(work + rowCount)
    jacobian = .allocate(capacity: max(1, count))
  }

  deinit { jacobian.deallocate() }

  /// A point from which Newton's method on the charge itself needs few steps.
  func descend(from start: [Double], steps: Int = 200) -> [Double] {
    guard var here = model(at: start) else { return start }
    var spread = 0.0
    var weight = 0.0
    for row in 0..<rowCount {
      spread += weights[row] * abs(here.residuals[row])
      weight += weights[row]
    }
    let delta = charge.scale
    var damping = 0.1 * delta / (delta + spread / weight)
    // Down a valley that never ends the charge falls ever more slowly, so it is not followed there.
    var stations = [here.value]
    for _ in 0..<steps {
      let (step, predicted) = minimum(of: here, damping)
      guard predicted > 1e-14 * here.value else { break }
      var there = moved(here, step)
      if let missed = there, here.value - missed.value < 0.75 * predicted {
        // The runs on a kink leave it because the curve bends: aim again from their new position.
        let (step, _) = minimum(of: here, damping, bentTo: missed)
        if let again = moved(here, step), again.value < missed.value { there = again }
      }
      guard let there, there.value < here.value else {
        damping *= 8
        if damping > 1e6 { break }
        continue
      }
      let ratio = (here.value - there.value) / predicted
      here = there
      stations.append(here.value)
      let last = stations.count - 1
      if last >= 25, stations[last - 25] - here.value < 1e-8 * here.value { break }
      if ratio > 0.75 { damping /= 8 } else if ratio < 0.25 { damping *= 4 }
    }
    return here.point
  }

  /// The charges of linearized residuals, plus a quadratic.
  private struct Model {
    let point: [Double]
    /// The residuals at the point, then their slopes by each free coordinate: columns of the padded rows.
    let columns: AlignedDoubles
    /// The sum of charges at the point.
    let value: Double
    /// Row-major, symmetric.
    let curvature: [Double]
    /// The curvature along each coordinate that least squares of the residuals would have.
    let squares: [Double]

    var residuals: UnsafeMutablePointer<Double> { columns.start }
  }

  /// The model's value after a step; a step too long for any coordinate is shortened as a whole.
  private func moved(_ here: Model, _ step: [Double]) -> Model? {
    let excess = zip(step, evaluator.problem.domains).reduce(1) { max($0, abs($1.0) / $1.1.longestStep) }
    return model(at: zip(here.point, step).map { $0 + $1 / excess })
  }

  private func model(at point: [Double]) -> Model? {
    let columns = AlignedDoubles(count: max(1, (1 + count) * rowCount))
    guard evaluator.linearize(point, rows, into: columns.start) else { return nil }
    var gradient = [Double](repeating: 0, count: count)
    var hessian = [Double](repeating: 0, count: count * count)
    let value = evaluator.evaluate(point, charge, rows, gradient: &gradient, hessian: &hessian)
    guard value.isFinite, (gradient + hessian).allSatisfy(\.isFinite) else { return nil }
    // Subtract what the linearized charges account for; the curvature of the residuals themselves remains.
    _ = sumCharges(columns.start)
    var accounted = [Double](repeating: 0, count: count * count)
    addSums(columns, &gradient, &accounted)
    for a in 0..<count {
      for b in 0...a {
        hessian[a * count + b] -= accounted[a * count + b]
        hessian[b * count + a] = hessian[a * count + b]
      }
    }
    let squares = (0..<count).map { a in
      let column = columns.start + (1 + a) * rowCount
      for row in 0..<rowCount { work[row] = weights[row] * column[row] }
      return wt_dot(work, column, Int32(rowCount))
    }
    return Model(point: point, columns: columns, value: value, curvature: hessian, squares: squares)
  }

  /// The sum of the charges of residuals, with the derivatives of each.
  private func sumCharges(_ residuals: UnsafePointer<Double>) -> Double {
    wt_charges(
      &residualCharge, residuals, zeros, weights, slopesOfCharges, curvatures, Int32(rowCount))
  }

  /// Adds the charges' derivatives by the free coordinates; of the Hessian the lower half.
  private func addSums(_ columns: AlignedDoubles, _ gradient: inout [Double], _ hessian: inout [Double]) {
    for a in 0..<count { jacobian[a] = UnsafePointer(columns.start + (1 + a) * rowCount) }
    wt_normal_sums(
      slopesOfCharges, curvatures, jacobian, Int32(count), &gradient, &hessian, work, Int32(rowCount))
  }

  /// The model's damped minimum: the step to it, and the predicted decrease of the charges.
  ///
  /// - Parameter bent: a point at which the residuals are known: their difference there from linear ones is treated as
  ///   constant (a second-order correction).
  private func minimum(of model: Model, _ damping: Double, bentTo bent: Model? = nil) -> (step: [Double], Double) {
    var quadratic = model.curvature
    for a in 0..<count { quadratic[a * count + a] += damping * model.squares[a] }
    var step = [Double](repeating: 0, count: count)
    residuals.update(from: bent?.residuals ?? model.residuals, count: rowCount)
    if let bent { add(model, zip(bent.point, model.point).map { $1 - $0 }, to: residuals) }
    for _ in 0..<60 {
      let charges = sumCharges(residuals)
      let smooth = product(quadratic, step)
      var gradient = smooth
      var hessian = quadratic
      addSums(model.columns, &gradient, &hessian)
      for a in 0..<count { for b in 0..<a { hessian[b * count + a] = hessian[a * count + b] } }
      let direction = newton(hessian, gradient)
      let fall = dot(gradient, direction)
      guard fall < 0, -fall > 1e-16 * model.value else { break }
      rates.update(repeating: 0, count: rowCount)
      add(model, direction, to: rates)
      let length = lineMinimum(
        charges: charges, fall: fall, smooth: dot(smooth, direction),
        bend: dot(product(quadratic, direction), direction))
      // A model without a minimum predicts an implausible decrease: it is followed a little way, then damped.
      let way = length ?? 10
      for a in 0..<count { step[a] += way * direction[a] }
      for row in 0..<rowCount { residuals[row] += way * rates[row] }
      if length == nil { break }
    }
    return (step, model.value - sumCharges(residuals) - dot(product(model.curvature, step), step) / 2)
  }

  /// Adds the change of the linearized residuals by a step.
  private func add(_ model: Model, _ step: [Double], to column: UnsafeMutablePointer<Double>) {
    for a in 0..<count {
      let slopes = model.columns.start + (1 + a) * rowCount
      let move = step[a]
      for row in 0..<rowCount { column[row] += move * slopes[row] }
    }
  }

  /// The step of Newton's method, in coordinates scaled to unit curvature.
  private func newton(_ hessian: [Double], _ gradient: [Double]) -> [Double] {
    let largest = (0..<count).reduce(1e-300) { max($0, abs(hessian[$1 * count + $1])) }
    let scale = (0..<count).map { 1 / max(abs(hessian[$0 * count + $0]), 1e-14 * largest).squareRoot() }
    let scaled = hessian.indices.map { hessian[$0] * scale[$0 / count] * scale[$0 % count] }
    let right = gradient.indices.map { -gradient[$0] * scale[$0] }
    var step = [Double](repeating: 0, count: count)
    if !algebra.solveDefinite(scaled, shift: 0, right, &step), !algebra.solveDefinite(scaled, shift: 1e-6, right, &step)
    {
      _ = algebra.solveMagnitude(scaled, shift: 1e-6, right, &step)
    }
    return zip(step, scale).map { $0 * $1 }
  }

  /// The lowest point of the model along ``rates``, where its slope, a broken line, crosses 0. Newton's method on it is
  /// exact once it is on the right segment; a bracket keeps it from cycling.
  ///
  /// - Parameters:
  ///   - charges: the sum of charges at the start.
  ///   - fall: the model's slope at the start, below 0.
  ///   - smooth: the quadratic's part of it.
  ///   - bend: the quadratic's curvature along the direction.
  /// - Returns: the distance to it; nil if the model falls without end.
  private func lineMinimum(charges: Double, fall: Double, smooth: Double, bend: Double) -> Double? {
    var (low, lowest) = (0.0, charges)
    var high = Double.infinity
    var t = 1.0
    for _ in 0..<60 {
      for row in 0..<rowCount { trial[row] = residuals[row] + t * rates[row] }
      let value = sumCharges(trial) + t * (smooth + t * bend / 2)
      let slope = wt_dot(slopesOfCharges, rates, Int32(rowCount)) + smooth + t * bend
      if abs(slope) <= 1e-12 * -fall { return t }
      for row in 0..<rowCount { work[row] = curvatures[row] * rates[row] }
      let curvature = wt_dot(work, rates, Int32(rowCount)) + bend
      // Where the quadratic bends down the slope may fall again beyond the minimum: then the value has risen.
      if slope < 0 && value <= lowest { (low, lowest) = (t, value) } else { high = t }
      let newton = curvature > 0 ? t - slope / curvature : .infinity
      if high.isInfinite {
        if t >= 1000 { return nil }
        t = min(max(newton, 2 * t), 4 * t)
      } else {
        if high - low <= 1e-15 * high { break }
        t = newton > low && newton < high ? newton : (low + high) / 2
      }
    }
    return low > 0 ? low : high
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
