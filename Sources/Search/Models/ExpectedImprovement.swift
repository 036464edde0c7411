import CGSL
import Fitting
import Foundation

/// The logarithm of the expected improvement of a normal variable below the least value so far;
/// finite however small the improvement is (Ament et al. 2023).
func logExpectedImprovement(mean: Double, deviation: Double, least: Double) -> Double {
  let z = (least - mean) / deviation
  let logDensity = -0.5 * z * z - 0.5 * log(2 * Double.pi)
  if z > -20 { return log(deviation) + log(exp(logDensity) + z * 0.5 * erfc(-z / 2.0.squareRoot())) }
  // The asymptotic series of Mills' ratio, as the difference above has no digits left.
  let inverse = 1 / (z * z)
  return log(deviation) + logDensity + log(inverse) + log1p(inverse * (-3 + inverse * (15 - 105 * inverse)))
}

/// The logarithm of the chance that a normal variable is at most a bound.
func logProbability(mean: Double, deviation: Double, atMost bound: Double) -> Double {
  gsl_sf_log_erfc((mean - bound) / (deviation * 2.0.squareRoot())) - log(2)
}

extension SplitMix64 {
  /// Uniform above 0 and below 1.
  mutating func openUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }
}

/// The features of configurations for a Gaussian process: numbers by their genes, categories by
/// their levels.
///
/// A conditional number has a second feature, which says whether it is present, and is in the
/// middle of its range where it is not; the two share a weight.
struct FeatureMap {
  let features: [GaussianProcess.Feature]
  private let isCategory: [Bool]
  private let isConditional: [Bool]

  init(_ space: SearchSpace) {
    isCategory = space.parameters.map { !$0.isOrdered }
    isConditional = space.parameters.map { $0.isOrdered && $0.condition != nil }
    features = space.parameters.indices.flatMap { [isCategory, isConditional] index in
      [GaussianProcess.Feature](
        repeating: .init(weight: index, isCategory: isCategory[index]), count: isConditional[index] ? 2 : 1)
    }
  }

  func row(of point: SearchSpace.Point, in space: SearchSpace) -> [Double] {
    var row: [Double] = []
    row.reserveCapacity(features.count)
    for (index, coordinate) in point.enumerated() {
      if isCategory[index] {
        row.append(coordinate)
      } else {
        row.append(coordinate < 0 ? 0.5 : space.scales[index].gene(ofCoordinate: coordinate))
        if isConditional[index] { row.append(coordinate < 0 ? 0.5 : 0) }
      }
    }
    return row
  }
}

/// The points whose expected improvement was computed, and the search for better ones among their
/// neighbors.
///
/// With measured constraints the improvement is multiplied by the chance that they are satisfied
/// (Gardner et al. 2014); before any trial has satisfied them that chance counts alone.
struct ImprovementSearch {
  /// A model of the logarithm of the cost of a trial, in units of `unit`.
  struct Cost {
    let process: GaussianProcess
    let unit: Double
  }

  private let process: GaussianProcess
  private let limit: ExcessLimit?
  private let cost: Cost?
  private let map: FeatureMap
  private let space: SearchSpace
  /// The least value of the trials so far; nil where none satisfies the constraints.
  private let least: Double?
  private let seen: Set<SearchSpace.Point>
  private var scores: [SearchSpace.Point: Double] = [:]
  /// The points in the order of evaluation, which does not depend on hashes.
  private var evaluated: [(point: SearchSpace.Point, score: Double)] = []

  init(
    process: GaussianProcess, limit: ExcessLimit?, cost: Cost?, map: FeatureMap, space: SearchSpace, least: Double?,
    seen: Set<SearchSpace.Point>
  ) {
    (self.process, self.limit, self.cost) = (process, limit, cost)
    (self.map, self.space, self.least, self.seen) = (map, space, least, seen)
  }

  /// Scores the points that are new and were not tried.
  mutating func evaluate(_ points: [SearchSpace.Point]) {
    var fresh: [SearchSpace.Point] = []
    for point in points where !seen.contains(point) && scores.updateValue(0, forKey: point) == nil {
      fresh.append(point)
    }
    let rows = fresh.map { map.row(of: $0, in: space) }
    var scores = [Double](repeating: 0, count: fresh.count)
    if let least {
      let (means, variances) = process.posterior(rows)
      for index in scores.indices {
        scores[index] = logExpectedImprovement(
          mean: means[index], deviation: variances[index].squareRoot(), least: least)
      }
    }
    if let limit {
      for (index, logChance) in limit.logChances(rows).enumerated() { scores[index] += logChance }
    }
    if let cost {
      let means = cost.process.posterior(rows).means
      for index in scores.indices { scores[index] -= cost.unit * means[index] }
    }
    evaluated += zip(fresh, scores).map { ($0, $1) }
  }

  /// Moves some of the best points to their best neighbors until none is better, with ever smaller
  /// steps of real numbers.
  mutating func climb(from count: Int, steps: Int, _ random: inout SplitMix64) {
    var climbers = best(count)
    var known = Set(climbers)
    var reach = 1.0
    for _ in 0..<steps where !climbers.isEmpty {
      let before = evaluated.count
      let around = climbers.flatMap { near($0, reach, &random) }
      evaluate(around)
      guard evaluated.count > before else { break }
      climbers = best(count).filter { known.insert($0).inserted || space.size == nil }
      reach *= 0.6
    }
  }

  /// The best points so far, the best first.
  func best(_ count: Int) -> [SearchSpace.Point] {
    evaluated.indices.sorted { (-evaluated[$0].score, $0) < (-evaluated[$1].score, $1) }.prefix(count).map {
      evaluated[$0].point
    }
  }

  private func near(
    _ point: SearchSpace.Point, _ reach: Double, _ random: inout SplitMix64
  ) -> [SearchSpace.Point] {
    space.neighbors(of: point, &random).map { neighbor in
      var neighbor = neighbor
      for index in neighbor.indices
      where space.levels[index] == 0 && neighbor[index] >= 0 && point[index] >= 0 {
        neighbor[index] = point[index] + reach * (neighbor[index] - point[index])
      }
      return neighbor
    }
  }
}
