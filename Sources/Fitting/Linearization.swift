import Foundation

/// The residuals at a point, and their slopes by the free coordinates.
struct Linearization {
  /// Free coordinates.
  let point: [Double]
  let residuals: [Double]
  /// One row for each run.
  let slopes: [[Double]]

  /// - Parameters:
  ///   - observations: one for each run, on the residual's scale.
  /// - Returns: nil if a run of nonzero weight has no residual.
  init?(_ problem: FitProblem, at point: [Double], observations: [Double], weights: [Double]) {
    self.point = point
    let parameters = problem.natural(point)
    let values = problem.bound.values(parameters: parameters)
    let jacobian = problem.bound.jacobian(parameters: parameters)
    let first = zip(problem.domains, point).map { $0.natural($1).first }
    let logarithmic = problem.objective.residual == .log
    residuals = zip(values, observations).map { (logarithmic ? log($0) : $0) - $1 }
    slopes = values.indices.map { row in
      jacobian.indices.map { jacobian[$0][row] * first[$0] / (logarithmic ? values[row] : 1) }
    }
    guard zip(residuals, weights).allSatisfy({ $0.isFinite || $1 == 0 }) else { return nil }
  }
}

extension Evaluator.Rows {
  /// Each run's weight and observation, without padding.
  func unpadded(_ problem: FitProblem) -> (weights: [Double], observations: [Double]) {
    let count = problem.bound.rowCount
    let weights = weights ?? UnsafePointer(problem.paddedWeights.start)
    let observations = observations ?? UnsafePointer(problem.scaledObservations.start)
    return (
      Array(UnsafeBufferPointer(start: weights, count: count)),
      Array(UnsafeBufferPointer(start: observations, count: count))
    )
  }
}
