import Formulas
import Foundation

/// Where a parameter may lie when the others are fitted anew at each of its values: its profile likelihood.
public struct ProfileInterval: Sendable, Equatable {
  /// The ends at which the profile reaches its level; nil where it never does, so that the parameter is free that way.
  public let lower: Double?
  public let upper: Double?
  /// All parameters at the ends, or as far out as the profile was followed.
  public let ends: [[Double]]
}

extension FitProblem {
  /// The profile interval of a parameter.
  ///
  /// The objective may rise by `z² τ / 2`, with τ the ratio of the mean squared slope of the charges to their mean curvature:
  /// the residual variance for least squares, and what makes Wald's and the profile's interval agree for robust objectives.
  ///
  /// - Parameters:
  ///   - width: how far to step at first, in the free coordinate: about a standard error.
  /// - Returns: nil where the objective is not determined well enough to say.
  public func profileInterval(
    of index: Int, around optimum: Optimum, level: Double, width: Double
  ) -> ProfileInterval? {
    let z = standardNormalQuantile((1 + level) / 2)
    guard let scale = chargeScale(at: optimum.parameters), width.isFinite, width > 0 else { return nil }
    let rise = z * z * scale / 2
    guard let held = try? bound.holding(domains[index].name) else { return nil }
    let below = follow(index, held, optimum, rise, -width)
    let above = follow(index, held, optimum, rise, width)
    let ends = [below, above].map { end in end.parameters }
    func edge(_ end: ProfileEnd) -> Double? { end.isReached ? end.parameters[index] : nil }
    return ProfileInterval(lower: edge(below), upper: edge(above), ends: ends)
  }

  private struct ProfileEnd {
    var parameters: [Double]
    var isReached: Bool
  }

  /// Steps away from the optimum until the objective has risen, and then to where it has risen by just that much.
  private func follow(
    _ index: Int, _ held: BoundFormula, _ optimum: Optimum, _ rise: Double, _ width: Double
  ) -> ProfileEnd {
    let centre = domains[index].free(optimum.parameters[index])
    let farthest = domains[index].longestStep.isFinite ? 14 : 30 * max(abs(width), abs(centre), 1)
    var inside = (distance: 0.0, excess: 0.0, parameters: optimum.parameters)
    var outside: (distance: Double, excess: Double)?
    var distance = abs(width)
    for _ in 0..<24 {
      let place = domains[index].natural(centre + (width < 0 ? -distance : distance)).value
      guard
        let (parameters, value) = fitted(held, index, at: place, from: inside.parameters, enough: optimum.value + rise)
      else {
        return ProfileEnd(parameters: inside.parameters, isReached: false)
      }
      let excess = value - optimum.value
      if excess > rise {
        outside = (distance, excess)
        if excess < 1.02 * rise { return ProfileEnd(parameters: parameters, isReached: true) }
      } else {
        inside = (distance, max(0, excess), parameters)
        if excess > 0.98 * rise { return ProfileEnd(parameters: parameters, isReached: true) }
      }
      guard let outside else {
        if distance >= farthest { return ProfileEnd(parameters: parameters, isReached: false) }
        distance = min(farthest, 2 * distance)
        continue
      }
      // A profile may have a cliff, where another optimum takes over: its place is enough.
      if outside.distance - inside.distance <= 0.01 * outside.distance {
        return ProfileEnd(parameters: inside.parameters, isReached: true)
      }
      // The root of the excess is nearly a straight line.
      let (low, high) = (inside.excess.squareRoot(), outside.excess.squareRoot())
      let share = min(max((rise.squareRoot() - low) / (high - low), 0.05), 0.95)
      distance = inside.distance + share * (outside.distance - inside.distance)
    }
    return ProfileEnd(parameters: inside.parameters, isReached: outside != nil)
  }

  /// The best of the other parameters, and the objective there.
  ///
  /// - Parameter enough: an objective that need not be lowered further: the profile is known to be below it.
  private func fitted(
    _ held: BoundFormula, _ index: Int, at value: Double, from start: [Double], enough: Double
  ) -> (parameters: [Double], value: Double)? {
    guard parameterCount > 1 else {
      let objective = self.value(at: [value])
      return objective.isFinite ? ([value], objective) : nil
    }
    var others = domains
    others.remove(at: index)
    let problem = FitProblem(
      held.held(at: value), domains: others, observed: observed, weights: weights, objective: objective)
    var rest = start
    rest.remove(at: index)
    let minimiser = Minimiser(problem)
    let near = minimiser.settle(from: problem.free(rest))
    var parameters = problem.natural(near.point)
    var objective = problem.value(at: parameters)
    if !near.converged, !(objective <= enough) {
      parameters = problem.natural(minimiser.refine(from: problem.free(rest)).point)
      objective = problem.value(at: parameters)
    }
    guard objective.isFinite else { return nil }
    parameters.insert(value, at: index)
    return (parameters, objective)
  }

  /// τ of ``profileInterval(of:around:level:width:)``.
  private func chargeScale(at parameters: [Double]) -> Double? {
    let residuals = residuals(at: parameters)
    let rows = residuals.indices.filter { weights[$0] > 0 && residuals[$0].isFinite }
    let (first, second) = chargeDerivatives(residuals, rows)
    let squares = zip(rows, first).reduce(0) { $0 + weights[$1.0] * $1.1 * $1.1 }
    let curvature = zip(rows, second).reduce(0) { $0 + weights[$1.0] * $1.1 }
    let freedom = Double(rows.count) / Double(max(1, rows.count - parameterCount))
    let scale = squares / curvature * freedom
    return scale.isFinite && scale > 0 ? scale : nil
  }
}
