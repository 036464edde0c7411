import Formulas
import Foundation

/// The interval of a parameter when the others are refitted at each of its values: its profile likelihood.
public struct ProfileInterval: Sendable, Equatable {
  /// The ends at which the profile reaches its level; nil if it never does, so that the parameter is unbounded there.
  public let lower: Double?
  public let upper: Double?
  /// All parameters at the ends, or as far out as the profile was followed.
  public let ends: [[Double]]
}

extension ProfileInterval {
  /// The profile of a parameter from both ends.
  public init(of index: Int, _ below: ProfileEnd, _ above: ProfileEnd) {
    func edge(_ end: ProfileEnd) -> Double? { end.isReached ? end.parameters[index] : nil }
    self.init(lower: edge(below), upper: edge(above), ends: [below.parameters, above.parameters])
  }
}

/// A direction in which a profile is followed.
public enum ProfileSide: Sendable, CaseIterable {
  case below, above
}

/// The end of a profile on one side.
public struct ProfileEnd: Sendable, Equatable {
  /// All parameters there.
  public let parameters: [Double]
  /// Whether the profile reaches its level there.
  public let isReached: Bool
}

extension FitProblem {
  /// The profile interval of a parameter.
  ///
  /// The objective may rise by `z² τ / 2`, with τ the ratio of the mean squared slope of the charges to their mean
  /// curvature: the residual variance for least squares, and what makes Wald's and the profile's interval agree for
  /// robust objectives.
  ///
  /// - Parameters:
  ///   - width: how far to step at first, in the free coordinate: about a standard error.
  /// - Returns: nil if the objective does not determine it well enough.
  public func profileInterval(
    of index: Int, around optimum: Optimum, level: Double, width: Double
  ) -> ProfileInterval? {
    func end(_ side: ProfileSide) -> ProfileEnd? {
      profileEnd(of: index, side, around: optimum, level: level, width: width)
    }
    guard let below = end(.below), let above = end(.above) else { return nil }
    return ProfileInterval(of: index, below, above)
  }

  /// One end of a profile interval. Ends take long and can be found in parallel.
  public func profileEnd(
    of index: Int, _ side: ProfileSide, around optimum: Optimum, level: Double, width: Double
  ) -> ProfileEnd? {
    let z = standardNormalQuantile((1 + level) / 2)
    guard let scale = chargeScale(at: optimum.parameters), width.isFinite, width > 0 else { return nil }
    guard let held = try? bound.holding(domains[index].name) else { return nil }
    return follow(index, held, optimum, z * z * scale / 2, side == .below ? -width : width)
  }

  /// A point of the profile, with the rise of the objective there.
  private struct ProfilePoint {
    var distance: Double
    var excess: Double
    var parameters: [Double]
  }

  /// Steps away from the optimum until the objective has risen, and then finds where it has risen by exactly that much.
  private func follow(
    _ index: Int, _ held: BoundFormula, _ optimum: Optimum, _ rise: Double, _ width: Double
  ) -> ProfileEnd {
    let center = domains[index].free(optimum.parameters[index])
    let farthest = domains[index].longestStep.isFinite ? 14 : 30 * max(abs(width), abs(center), 1)
    var inside = ProfilePoint(distance: 0, excess: 0, parameters: optimum.parameters)
    var before = tangent(index, optimum).map { slopes in
      let point = zip(free(optimum.parameters), slopes).map { $0 + width * $1 }
      return ProfilePoint(distance: abs(width), excess: .nan, parameters: natural(point))
    }
    var outside: ProfilePoint?
    var distance = abs(width)
    // The number of consecutive points on the same side of the end.
    var row = 0
    for _ in 0..<24 {
      let place = domains[index].natural(center + (width < 0 ? -distance : distance)).value
      let others = [before, outside].compactMap { $0 }.map { line(through: inside, $0, at: distance) }
      guard
        let (parameters, value) = fitted(
          held, index, at: place, from: [inside.parameters] + others, optimum: optimum.value, rise: rise)
      else {
        return ProfileEnd(parameters: inside.parameters, isReached: false)
      }
      let point = ProfilePoint(distance: distance, excess: value - optimum.value, parameters: parameters)
      if abs(point.excess - rise) < 0.02 * rise { return ProfileEnd(parameters: parameters, isReached: true) }
      if point.excess > rise {
        row = row < 0 ? row - 1 : -1
        outside = point
      } else {
        row = row > 0 ? row + 1 : 1
        before = inside
        inside = point
      }
      guard let outside else {
        if distance >= farthest { return ProfileEnd(parameters: parameters, isReached: false) }
        distance = min(farthest, 2 * distance)
        row = 0
        continue
      }
      // A profile may have a cliff, where another optimum takes over: its location is enough.
      if outside.distance - inside.distance <= 0.01 * outside.distance {
        return ProfileEnd(parameters: inside.parameters, isReached: true)
      }
      // The root of the excess is nearly a straight line; where it is not, one side would not move.
      let (low, high) = (max(0, inside.excess).squareRoot(), outside.excess.squareRoot())
      let secant = min(max((rise.squareRoot() - low) / (high - low), 0.05), 0.95)
      let share = abs(row) > 2 ? 0.5 : secant
      distance = inside.distance + share * (outside.distance - inside.distance)
    }
    return ProfileEnd(parameters: inside.parameters, isReached: outside != nil)
  }

  /// The change of the free coordinates with one of them along its profile, to first order; nil if the curvature at the
  /// optimum does not determine it.
  private func tangent(_ index: Int, _ optimum: Optimum) -> [Double]? {
    let others = domains.indices.filter { $0 != index }
    guard !objective.kind.hasCorner, !others.isEmpty,
      let sum = Minimizer(self).pullSums(at: free(optimum.parameters), of: Minimizer.Rows())
    else { return nil }
    func bend(_ a: Int, _ b: Int) -> Double { sum.hessian[a * parameterCount + b] }
    let matrix = others.flatMap { a in others.map { bend(a, $0) } }
    var slopes = [Double](repeating: 0, count: others.count)
    guard
      SmallSymmetric(count: others.count).solveDefinite(matrix, shift: 0, others.map { -bend($0, index) }, &slopes)
    else { return nil }
    slopes.insert(1, at: index)
    return slopes
  }

  /// The parameters extrapolated from two points of a profile, linearly in free coordinates.
  private func line(through a: ProfilePoint, _ b: ProfilePoint, at distance: Double) -> [Double] {
    let share = (distance - a.distance) / (b.distance - a.distance)
    return natural(zip(free(a.parameters), free(b.parameters)).map { $0 + share * ($1 - $0) })
  }

  /// The best of the other parameters, and the objective there.
  ///
  /// - Parameters:
  ///   - starts: all parameters, except the held one's value; the search begins from the best of them.
  ///   - rise: the allowed rise of the objective above the optimum. The search may end early once it is certainly less.
  private func fitted(
    _ held: BoundFormula, _ index: Int, at value: Double, from starts: [[Double]], optimum: Double, rise: Double
  ) -> (parameters: [Double], value: Double)? {
    guard parameterCount > 1 else {
      let objective = self.value(at: [value])
      return objective.isFinite ? ([value], objective) : nil
    }
    var others = domains
    others.remove(at: index)
    let problem = FitProblem(
      held.held(at: value), domains: others, observed: observed, weights: weights, objective: objective)
    let rests = starts.map { start in
      var rest = start
      rest.remove(at: index)
      return rest
    }
    let start = problem.bestStart(rests, like: bound.values(parameters: starts[0]))
    let minimizer = Minimizer(problem)
    var best = minimizer.settle(from: start, enough: optimum + 0.9 * rise)
    // A point is outside only if no search finds it inside.
    let searches = [
      { minimizer.settle(from: problem.free(rests[0]), enough: optimum + 0.9 * rise) },
      { minimizer.minimize(from: start, enough: optimum + 0.9 * rise) },
    ]
    for search in searches where !best.converged && !(best.charge <= optimum + rise) {
      let further = search()
      if further.charge < best.charge { best = further }
    }
    var parameters = problem.natural(best.point)
    let objective = problem.value(at: parameters)
    guard objective.isFinite else { return nil }
    parameters.insert(value, at: index)
    return (parameters, objective)
  }

  /// The start of lowest objective, as it is or with the linear parameters set so that the predictions stay the same,
  /// in free coordinates. Terms that grow while they cancel stay together that way.
  private func bestStart(_ starts: [[Double]], like predictions: [Double]) -> [Double] {
    let linear = bound.compiled.linearParameters
    let kept = observing(predictions)
    let solved = linear.isEmpty ? [] : starts.map { kept.solveLinear(linear, in: $0) }
    let points = (starts + solved).map { (point: $0, value: value(at: $0)) }.filter { $0.value.isFinite }
    return free(points.min { $0.value < $1.value }?.point ?? starts[0])
  }

  /// τ in ``profileInterval(of:around:level:width:)``.
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
