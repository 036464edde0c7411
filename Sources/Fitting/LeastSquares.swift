import CGSL

/// The parameters that minimize a sum of squares, for a model that is a function rather than a formula.
public struct LeastSquares: Sendable {
  public let parameters: [Double]
  /// The inverse of JᵀJ at the solution, row by row: the covariance of the parameters if residuals have variance 1.
  public let covariance: [Double]
  public let sumOfSquares: Double
  /// Whether the steps or the gradient became small before the iterations ran out.
  public let converged: Bool

  /// Minimizes the sum of the squares of residuals by GSL's trust-region method (Levenberg–Marquardt with the Jacobian
  /// by finite differences).
  ///
  /// - Parameters:
  ///   - start: the initial parameters, which should be of order one.
  ///   - count: number of residuals, at least as many as parameters.
  ///   - residuals: fills in the residuals at given parameters. A residual that is not finite ends the search
  ///     there, as not converged.
  /// - Returns: nil if there are fewer residuals than parameters, or some are not finite at the start.
  public init?(
    from start: [Double], residuals count: Int,
    maxIterations: Int = 200, _ residuals: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    gsl_set_error_handler_off()
    let n = start.count
    guard n > 0, count >= n else { return nil }
    let solution = withoutActuallyEscaping(residuals) { residuals in
      Self.solve(from: start, count: count, maxIterations: maxIterations, Residuals(count: count, fill: residuals))
    }
    guard let solution else { return nil }
    self = solution
  }

  private init(parameters: [Double], covariance: [Double], sumOfSquares: Double, converged: Bool) {
    self.parameters = parameters
    self.covariance = covariance
    self.sumOfSquares = sumOfSquares
    self.converged = converged
  }

  /// The argument of GSL's callback.
  private final class Residuals {
    private let fill: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void
    private var buffer: [Double]

    init(count: Int, fill: @escaping (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void) {
      self.fill = fill
      buffer = [Double](repeating: 0, count: count)
    }

    func values(at parameters: UnsafeBufferPointer<Double>) -> [Double] {
      buffer.withUnsafeMutableBufferPointer { fill(parameters, $0) }
      return buffer
    }
  }

  private static func solve(
    from start: [Double], count: Int, maxIterations: Int, _ residuals: Residuals
  ) -> LeastSquares? {
    let n = start.count
    var options = gsl_multifit_nlinear_default_parameters()
    guard let workspace = gsl_multifit_nlinear_alloc(windtunnel_multifit_trust(), &options, count, n) else {
      return nil
    }
    defer { gsl_multifit_nlinear_free(workspace) }
    guard let point = gsl_vector_alloc(n), let covariance = gsl_matrix_alloc(n, n) else { return nil }
    defer {
      gsl_vector_free(point)
      gsl_matrix_free(covariance)
    }
    for (index, value) in start.enumerated() { gsl_vector_set(point, index, value) }

    var system = gsl_multifit_nlinear_fdf()
    system.n = count
    system.p = n
    system.f = { x, context, f in
      guard let x, let context, let f, x.pointee.stride == 1, let from = x.pointee.data, let to = f.pointee.data else {
        return CInt(GSL_EFAULT)
      }
      let residuals = Unmanaged<Residuals>.fromOpaque(context).takeUnretainedValue()
      let values = residuals.values(at: UnsafeBufferPointer(start: from, count: x.pointee.size))
      // A column of the Jacobian, which GSL has filled in by differences, is not contiguous.
      for (index, value) in values.enumerated() { to[index * f.pointee.stride] = value }
      return values.allSatisfy(\.isFinite) ? CInt(GSL_SUCCESS) : CInt(GSL_EBADFUNC)
    }
    system.params = Unmanaged.passUnretained(residuals).toOpaque()
    return withExtendedLifetime(residuals) {
      guard gsl_multifit_nlinear_init(point, &system, workspace) == CInt(GSL_SUCCESS) else { return nil }
      var reason: CInt = 0
      let status = gsl_multifit_nlinear_driver(maxIterations, 1e-9, 1e-9, 0, nil, nil, &reason, workspace)
      guard let solution = gsl_multifit_nlinear_position(workspace),
        let last = gsl_multifit_nlinear_residual(workspace),
        let jacobian = gsl_multifit_nlinear_jac(workspace)
      else { return nil }
      gsl_multifit_nlinear_covar(jacobian, 0, covariance)
      let indices = 0..<n
      return LeastSquares(
        parameters: indices.map { gsl_vector_get(solution, $0) },
        covariance: indices.flatMap { row in indices.map { gsl_matrix_get(covariance, row, $0) } },
        sumOfSquares: (0..<count).reduce(0) { $0 + gsl_vector_get(last, $1) * gsl_vector_get(last, $1) },
        converged: status == CInt(GSL_SUCCESS))
    }
  }
}
