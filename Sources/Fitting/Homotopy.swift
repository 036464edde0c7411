import CVectorMath
import Foundation

/// The path from a start to the optimum of an objective, through easier objectives.
extension Minimizer {
  /// Minimizes from anywhere.
  ///
  /// - Parameter enough: a charge that need not be lowered further.
  func minimize(from start: [Double], rows: Rows = Rows(), enough: Double = -.infinity) -> Minimum {
    let end = minimize(from: start, rows, .near)
    guard !end.converged, projection != nil, end.charge > enough else { return end }
    let further = minimize(from: start, rows, .far)
    return further.converged || further.charge < end.charge ? further : end
  }

  /// Minimizes from one start among many, and gives up if it takes many steps.
  func minimizeBriefly(from start: [Double]) -> Minimum {
    isBrief = true
    defer { isBrief = false }
    return minimize(from: start, Rows(), .near)
  }

  private func minimize(from start: [Double], _ rows: Rows, _ patience: VariableProjection.Patience) -> Minimum {
    let objective = problem.objective
    let near = projection?.descend(from: start, weights: rows.weights, patience) ?? start
    var end = Minimum(point: near, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    var iterations = 0
    for scale in stages(objective) {
      end = descend(from: end.point, objective.charge(scale: scale), rows, limit: 60, .rough)
      iterations += end.iterations
      if !end.charge.isFinite { return end }
    }
    end = finish(from: end.point, rows)
    end.iterations += iterations
    return end
  }

  /// Minimizes from near an optimum, without the detour through wider objectives unless it fails.
  func refine(from start: [Double], rows: Rows = Rows()) -> Minimum {
    let end = refineOnRowsOfWeight(from: start, rows) ?? finish(from: start, rows, .refit)
    return end.converged ? end : minimize(from: start, rows: rows)
  }

  /// Minimizes from near an optimum, and stays in its basin.
  ///
  /// - Parameter enough: a charge below which a long path is not followed.
  func settle(from start: [Double], enough: Double) -> Minimum { finish(from: start, Rows(), .refit, enough: enough) }

  /// Takes a few steps from near an optimum; a corner is rounded a little.
  ///
  /// - Parameter known: the charges at the start, of ``pullCharge``.
  func approach(from start: [Double], rows: Rows, known: Sum? = nil) -> Minimum {
    let charge = pullCharge
    var end = descend(from: start, charge, rows, limit: 8, .pull(runs: problem.observed.count), known: known)
    if !end.converged, isKinked(charge) {
      end.point = CompositeDescent(self, charge, rows).descend(from: end.point, steps: 40)
    }
    return end
  }

  /// The part of the charges at a point that the rows of nonzero weight contribute.
  func pullSums(at point: [Double], of rows: Rows) -> Sum? {
    guard let chosen = evaluator.choose(rows) else { return nil }
    defer { evaluator.chooseAll() }
    return sum(at: point, pullCharge, chosen)
  }

  /// The charge that measures a run's pull.
  private var pullCharge: wt_charge { problem.objective.charge(scale: problem.objective.kind.hasCorner ? 1e-5 : 0) }

  /// The same refinement over fewer rows, if a smooth objective's weights leave some out.
  private func refineOnRowsOfWeight(from start: [Double], _ rows: Rows) -> Minimum? {
    guard rows.weights != nil, !problem.objective.kind.hasCorner, let chosen = evaluator.choose(rows) else {
      return nil
    }
    defer { evaluator.chooseAll() }
    return descend(from: start, problem.objective.charge(scale: 0), chosen, limit: 40, .refit)
  }

  /// The widths on the path to an objective.
  private func stages(_ objective: Objective) -> [Double] {
    switch objective.kind {
    case .leastSquares: []
    case .huber(let target), .cauchy(let target), .softL1(let target):
      [0.1, 0.01].filter { $0 > 3 * target }
    case .absolute, .asymmetricAbsolute, .huberLikelihood: [0.1, 0.01]
    }
  }

  /// Charges narrower than the residuals' spread have kinks that stop Newton's method; then the kinks are followed.
  private func descendAcrossKinks(
    from start: [Double], _ charge: wt_charge, _ rows: Rows, _ accuracy: Accuracy, enough: Double = -.infinity
  ) -> Minimum {
    let end = descend(from: start, charge, rows, limit: isBrief ? 100 : 40, accuracy)
    if isBrief || end.charge <= enough { return end }
    guard !end.converged, end.charge.isFinite else { return end }
    let followed = isKinked(charge) ? CompositeDescent(self, charge, rows).descend(from: end.point) : end.point
    return descend(from: followed, charge, rows, limit: 200, accuracy)
  }

  private func isKinked(_ charge: wt_charge) -> Bool {
    charge.kind == WT_HUBER.rawValue && problem.observed.count <= Self.mostFollowed
  }

  /// With more runs than this, no single run is a kink worth following.
  private static let mostFollowed = 20_000

  /// The last part, on the objective itself.
  private func finish(
    from start: [Double], _ rows: Rows, _ accuracy: Accuracy = .full, enough: Double = -.infinity
  ) -> Minimum {
    let objective = problem.objective
    if case .huberLikelihood(let delta) = objective.kind { return finishLikelihood(from: start, delta: delta, rows) }
    guard objective.kind.hasCorner else {
      return descendAcrossKinks(from: start, objective.charge(scale: 0), rows, accuracy, enough: enough)
    }
    let smooth = sharpen(from: start, 1e-3, to: 1e-5, rows)
    let vertex =
      problem.observed.count <= Self.mostFollowed ? VertexDescent(problem, rows).descend(from: smooth.point) : nil
    if let vertex, vertex.converged { return vertex }
    // The optimum is not a vertex if the curve's own bend holds it, and pivots may cycle if runs coincide.
    var sharp = sharpen(from: smooth.point, 1e-5, to: 1e-9, rows)
    let (residuals, weights) = residualsAndWeights(at: sharp.point, rows)
    sharp.charge = objective.value(residuals: residuals, weights: weights).value
    guard var vertex, vertex.charge <= sharp.charge * (1 + 1e-9) else { return sharp }
    vertex.converged = sharp.converged
    return vertex
  }

  /// Narrows Huber's delta towards a corner, step by step.
  private func sharpen(from start: [Double], _ width: Double, to target: Double, _ rows: Rows) -> Minimum {
    var end = Minimum(point: start, charge: .infinity, gradientNorm: .infinity, converged: false, iterations: 0)
    var iterations = 0
    var scale = width
    while true {
      let last = scale <= target
      end = descendAcrossKinks(
        from: end.point, problem.objective.charge(scale: scale), rows, last ? .full : .refit)
      iterations += end.iterations
      if last || !end.charge.isFinite { break }
      scale = max(target, scale / 100)
    }
    // Sums of |r|, not of delta |r|.
    end.charge /= scale
    end.gradientNorm /= scale
    end.iterations = iterations
    return end
  }

  /// Alternates between the parameters, at a fixed scale, and the scale, at fixed residuals.
  ///
  /// The published delta of 1e-3 is a thousandth of a standard deviation, next to a corner: the optimum of absolute
  /// deviations is a good starting point.
  private func finishLikelihood(from start: [Double], delta: Double, _ rows: Rows) -> Minimum {
    var end = sharpen(from: start, 1e-3, to: 1e-5, rows)
    if delta < 0.1, problem.observed.count <= Self.mostFollowed,
      let vertex = VertexDescent(problem, rows).descend(from: end.point)
    {
      end = vertex
    }
    var last = 0.0
    for _ in 0..<50 {
      let (residuals, weights) = residualsAndWeights(at: end.point, rows)
      let sigma = max(problem.objective.huberScale(residuals: residuals, weights: weights, delta: delta), 1e-12 / delta)
      let next = descendAcrossKinks(from: end.point, problem.objective.charge(scale: delta * sigma), rows, .full)
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
}
