import COpenBLAS
import Foundation

/// The precision with which the runs determine the parameters, near the optimum.
public struct Covariance: Sendable, Equatable {
  /// By the parameters, row-major; nil if some direction is not determined at all.
  public let matrix: [[Double]]?
  /// The ratio of the largest to the smallest eigenvalue of the information matrix, scaled to a unit diagonal.
  public let conditionNumber: Double
  /// The direction of the smallest eigenvalue: each parameter's share, in scaled coordinates, of unit length.
  public let flattest: [Double]
  /// All eigenvalues of that matrix in ascending order, and the direction of each; empty if there are none.
  public let eigenvalues: [Double]
  public let directions: [[Double]]

  /// The square roots of the diagonal.
  public var standardErrors: [Double]? { matrix.map { rows in rows.indices.map { rows[$0][$0].squareRoot() } } }

  /// Pearson's correlations of the estimates.
  public var correlations: [[Double]]? {
    guard let matrix, let errors = standardErrors else { return nil }
    return matrix.indices.map { a in matrix.indices.map { matrix[a][$0] / (errors[a] * errors[$0]) } }
  }

  /// Above this condition number, the estimates of some parameters are rounding noise.
  public static let singular = 1e13
}

extension Covariance {
  fileprivate init(matrix: [[Double]]?, _ spectrum: Spectrum) {
    self.matrix = matrix
    conditionNumber = spectrum.conditionNumber
    flattest = spectrum.flattest
    eigenvalues = spectrum.values
    directions = spectrum.directions
  }
}

extension FitProblem {
  /// The covariance of the parameters at an optimum.
  ///
  /// For least squares `s² (JᵀWJ)⁻¹`, s² the residual variance; for robust objectives the sandwich `A⁻¹ B A⁻¹` of Huber
  /// (1967), where the curvature of a charge narrower than the residuals' spread is a density at 0 and is estimated
  /// with a Gaussian kernel, as Powell (1991) does for absolute deviations.
  public func covariance(at parameters: [Double]) -> Covariance {
    let count = parameterCount
    let slopes = residualSlopes(at: parameters)
    let residuals = residuals(at: parameters)
    let rows = residuals.indices.filter { weights[$0] > 0 && residuals[$0].isFinite }
    let (first, second) = chargeDerivatives(residuals, rows)
    var bread = [Double](repeating: 0, count: count * count)
    var filling = bread
    for (row, (slope, curve)) in zip(rows, zip(first, second)) {
      let w = weights[row]
      for a in 0..<count {
        for b in 0..<count {
          let product = slopes[a][row] * slopes[b][row]
          bread[a * count + b] += w * curve * product
          filling[a * count + b] += w * w * slope * slope * product
        }
      }
    }
    let spectrum = Spectrum(bread, count)
    guard spectrum.conditionNumber < Covariance.singular, let inverse = spectrum.inverse else {
      return Covariance(matrix: nil, spectrum)
    }
    var matrix = inverse
    if objective.kind == .leastSquares {
      let freedom = Double(max(1, rows.count - count))
      let variance = rows.reduce(0) { $0 + weights[$1] * residuals[$1] * residuals[$1] } / freedom
      matrix = inverse.map { $0 * variance }
    } else {
      matrix = multiplied(multiplied(inverse, filling, count), inverse, count)
    }
    let nested = (0..<count).map { a in (0..<count).map { matrix[a * count + $0] } }
    return Covariance(matrix: nested.allSatisfy { $0.allSatisfy(\.isFinite) } ? nested : nil, spectrum)
  }

  /// The derivatives of each run's residual by the parameters: one column for each parameter.
  func residualSlopes(at parameters: [Double]) -> [[Double]] {
    let jacobian = bound.jacobian(parameters: parameters)
    guard objective.residual == .log else { return jacobian }
    let values = bound.values(parameters: parameters)
    return jacobian.map { column in zip(column, values).map { $0 / $1 } }
  }

  /// The first and (smoothed) second derivative of each row's charge by its residual.
  func chargeDerivatives(_ residuals: [Double], _ rows: [Int]) -> ([Double], [Double]) {
    let r = rows.map { residuals[$0] }
    let width = kernelWidth(r)
    /// The density of residuals at a corner of the charge where its slope jumps by `jump`, per unit of residual.
    func jump(_ r: Double, by jump: Double) -> Double {
      jump * exp(-r * r / (2 * width * width)) / (width * (2 * Double.pi).squareRoot())
    }
    func huber(_ delta: Double) -> ([Double], [Double]) {
      let first = r.map { min(max($0, -delta), delta) }
      return (first, r.map { delta >= width ? (abs($0) <= delta ? 1 : 0) : jump($0, by: 2 * delta) })
    }
    switch objective.kind {
    case .leastSquares: return (r, r.map { _ in 1 })
    case .huber(let delta): return huber(delta)
    case .huberLikelihood(let delta):
      return huber(delta * objective.huberScale(residuals: residuals, weights: weights, delta: delta))
    case .absolute: return (r.map { $0 > 0 ? 1 : -1 }, r.map { jump($0, by: 2) })
    case .asymmetricAbsolute(let over): return (r.map { $0 > 0 ? over : -1 }, r.map { jump($0, by: 1 + over) })
    case .cauchy(let s):
      let q = r.map { 1 + $0 * $0 / (s * s) }
      let first = zip(r, q).map { $0 / $1 }
      // The slope of a narrow charge, s²/r beyond its core, is averaged over the kernel by its own difference.
      guard s < width else { return (first, q.map { (2 - $0) / ($0 * $0) }) }
      return (first, r.map { smoothedCurvature(at: $0, width) { $0 / (1 + $0 * $0 / (s * s)) } })
    case .softL1(let s) where s < width:
      return (r.map { $0 / (1 + $0 * $0 / (s * s)).squareRoot() }, r.map { jump($0, by: 2 * s) })
    case .softL1(let s):
      let root = r.map { (1 + $0 * $0 / (s * s)).squareRoot() }
      return (zip(r, root).map { $0 / $1 }, root.map { 1 / ($0 * $0 * $0) })
    }
  }

  /// The derivative of a slope averaged over a Gaussian kernel: by parts, the mean of the slope times the kernel's own.
  private func smoothedCurvature(at r: Double, _ width: Double, _ slope: (Double) -> Double) -> Double {
    let steps = 400
    let step = 12 * width / Double(steps)
    return (0...steps).reduce(0) { sum, k in
      let u = -6 * width + Double(k) * step
      let density = exp(-u * u / (2 * width * width)) / (width * (2 * Double.pi).squareRoot())
      return sum + slope(r + u) * u / (width * width) * density * step
    }
  }

  /// Silverman's rule for a kernel's width.
  private func kernelWidth(_ residuals: [Double]) -> Double {
    guard residuals.count > 1 else { return 1 }
    let sorted = residuals.sorted()
    let spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34
    let mean = residuals.reduce(0, +) / Double(residuals.count)
    let deviation = (residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(residuals.count - 1)).squareRoot()
    let scale = spread > 0 ? min(spread, deviation) : deviation
    return max(0.9 * scale * pow(Double(residuals.count), -0.2), 1e-300)
  }
}

/// The eigenvalues of a symmetric matrix scaled to a unit diagonal, and its inverse.
struct Spectrum {
  private(set) var conditionNumber = Double.infinity
  /// The eigenvector of the smallest eigenvalue, in scaled coordinates.
  private(set) var flattest: [Double]
  /// Ascending, with the direction of each.
  private(set) var values: [Double] = []
  private(set) var directions: [[Double]] = []
  private(set) var inverse: [Double]?

  init(_ matrix: [Double], _ count: Int) {
    flattest = [Double](repeating: 0, count: count)
    let scale = (0..<count).map { matrix[$0 * count + $0] > 0 ? 1 / matrix[$0 * count + $0].squareRoot() : 0 }
    if let dead = scale.firstIndex(of: 0) {
      flattest[dead] = 1
      return
    }
    var scaled = matrix.indices.map { matrix[$0] * scale[$0 / count] * scale[$0 % count] }
    var values = [Double](repeating: 0, count: count)
    let job = CChar(bitPattern: UInt8(ascii: "V"))
    let half = CChar(bitPattern: UInt8(ascii: "L"))
    guard scaled.allSatisfy(\.isFinite),
      LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, half, CInt(count), &scaled, CInt(count), &values) == 0
    else { return }
    flattest = Array(scaled.prefix(count))
    self.values = values
    directions = (0..<count).map { Array(scaled[($0 * count)..<(($0 + 1) * count)]) }
    // Below rounding noise an eigenvalue counts as 0.
    conditionNumber = (values.last ?? 0) / max(values[0], 1e-17)
    guard values[0] > 0 else { return }
    inverse = matrix.indices.map { index in
      let (a, b) = (index / count, index % count)
      return (0..<count).reduce(0) { $0 + scaled[$1 * count + a] * scaled[$1 * count + b] / values[$1] } * scale[a]
        * scale[b]
    }
  }
}

private func multiplied(_ a: [Double], _ b: [Double], _ count: Int) -> [Double] {
  (0..<(count * count)).map { index in
    (0..<count).reduce(0) { $0 + a[(index / count) * count + $1] * b[$1 * count + index % count] }
  }
}
