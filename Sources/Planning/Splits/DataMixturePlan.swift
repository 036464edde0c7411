import Documents
import Fitting
import Formulas
import Foundation
import ScalingLaws
import Tables

/// The best training mixture under a data-mixing law, and its uncertainty.
public struct DataMixturePlan: Sendable {
  public struct Share: Sendable, Hashable {
    public let domain: String
    public let proportion: Quantity
    /// The lowest and the highest proportion that was tried.
    public let tried: ClosedRange<Double>
  }

  public struct Loss: Sendable, Hashable {
    public let column: String
    /// Its share of the weighted mean that is minimized.
    public let weight: Double
    /// At the best mixture.
    public let loss: Quantity
    /// At the best of the tried mixtures, by the law.
    public let atBestTried: Double
  }

  public let shares: [Share]
  public let losses: [Loss]
  /// The weighted mean of the losses at the best mixture.
  public let mean: Quantity
  /// The same at the best of the tried mixtures, and its row in the table (counted from 0).
  public let bestTried: (row: Int, mean: Double)
  /// The distance of the best mixture from the span of the tried ones: the share of the data that would have to be
  /// exchanged. 0 within the span.
  public let distance: Double
  public let drawCount: Int
  public let warnings: [String]
}

/// The constraints of a mixture.
public struct DataMixtureConstraints: Sendable {
  /// The weights of losses by column; 1 if missing.
  public var weights: [String: Double] = [:]
  /// The least and the largest proportion of a domain, by column.
  public var least: [String: Double] = [:]
  public var most: [String: Double] = [:]
  /// Whether only blends of the tried mixtures are considered.
  public var withinTried = false

  public init() {}
}

/// The mixture of lowest weighted mean loss.
///
/// Each loss is convex in the proportions (a constant plus an exponential of a sum), and so is their weighted mean, so
/// there is a single optimum. Every draw is optimized again for the intervals.
///
/// - Throws: ``PlanError`` for constraints that no mixture meets or unknown names.
public func planDataMixture(
  _ fit: MixtureFit, constraints: DataMixtureConstraints = DataMixtureConstraints(), level: Double = 0.9
) throws(PlanError) -> DataMixturePlan {
  let weights = try constraints.weights(of: fit)
  let bounds = try constraints.bounds(of: fit)
  let search = DataMixtureSearch(
    fit: fit, weights: weights, bounds: bounds, isWithinTried: constraints.withinTried)
  let point = fit.fits.map { $0.optimum.parameters }
  let tried = fit.tried.indices.map { search.mean(fit.tried[$0], point).value }
  guard let row = tried.indices.min(by: { tried[$0] < tried[$1] }) else { throw PlanError("there are no mixtures") }
  let best = search.best(point, from: fit.tried[row])
  let drawCount = fit.fits.map { $0.draws.parameters.count }.min() ?? 0
  let draws = (0..<drawCount).map { draw in fit.fits.map { $0.draws.parameters[draw] } }
  let drawn = draws.map { search.best($0, from: best) }
  func quantity(_ value: Double, _ samples: [Double]) -> Quantity {
    Quantity(value: value, interval: centralInterval(samples, level: level))
  }
  let shares = fit.domains.indices.map { index in
    let column = fit.tried.map { $0[index] }
    return DataMixturePlan.Share(
      domain: fit.domains[index], proportion: quantity(best[index], drawn.map { $0[index] }),
      tried: (column.min() ?? 0)...(column.max() ?? 1))
  }
  let losses = fit.fits.indices.map { index in
    DataMixturePlan.Loss(
      column: fit.fits[index].law.target, weight: weights[index],
      loss: quantity(search.loss(best, point[index]), draws.map { search.loss(best, $0[index]) }),
      atBestTried: search.loss(fit.tried[row], point[index]))
  }
  let distance = search.distanceFromTried(best)
  return DataMixturePlan(
    shares: shares, losses: losses,
    mean: quantity(search.mean(best, point).value, draws.map { search.mean(best, $0).value }),
    bestTried: (row, tried[row]), distance: distance, drawCount: drawCount,
    warnings: warnings(fit, shares, distance))
}

/// The warnings.
private func warnings(_ fit: MixtureFit, _ shares: [DataMixturePlan.Share], _ distance: Double) -> [String] {
  var sentences: [String] = []
  if distance > 0.005 {
    let beyond = shares.filter {
      $0.proportion.value > $0.tried.upperBound + 1e-3 || $0.proportion.value < $0.tried.lowerBound - 1e-3
    }
    let names = beyond.isEmpty ? "" : " (\(beyond.map(\.domain).joined(separator: ", ")) beyond any that was tried)"
    sentences.append(
      "The best mixture lies outside the span of the tried mixtures: \(NumberText.percent(distance)) of its data "
        + "would have to be exchanged to be inside it\(names). It extrapolates; run it small before you rely on it, or "
        + "use --within-tried.")
  }
  let failed = fit.fits.reduce(0) { $0 + $1.draws.failed }
  if failed > 0 {
    sentences.append(
      "\(failed) bootstrap refits found no optimum and are left out, so the draws of different losses do not come from "
        + "the same resamples.")
  }
  if fit.fits.contains(where: { $0.draws.parameters.isEmpty }) {
    sentences.append("There are no draws, so no number here has an interval.")
  }
  return sentences
}

/// The losses as functions of the proportions.
private struct DataMixtureSearch {
  let fit: MixtureFit
  let weights: [Double]
  let bounds: Proportions
  let isWithinTried: Bool

  /// `c + k exp(Σ t_j r_j)`, the parameters being c, k and the t of all domains but the last.
  func loss(_ mixture: [Double], _ parameters: [Double]) -> Double {
    parameters[0] + fall(mixture, parameters)
  }

  private func fall(_ mixture: [Double], _ parameters: [Double]) -> Double {
    var sum = 0.0
    for index in mixture.indices.dropLast() { sum += parameters[2 + index] * mixture[index] }
    return parameters[1] * exp(sum)
  }

  /// The weighted mean loss and its derivatives by the proportions.
  func mean(_ mixture: [Double], _ parameters: [[Double]]) -> (value: Double, gradient: [Double]) {
    var value = 0.0
    var gradient = [Double](repeating: 0, count: mixture.count)
    for (weight, own) in zip(weights, parameters) {
      let fall = fall(mixture, own)
      value += weight * (own[0] + fall)
      for index in mixture.indices.dropLast() { gradient[index] += weight * fall * own[2 + index] }
    }
    return (value, gradient)
  }

  /// The mixture of lowest mean.
  func best(_ parameters: [[Double]], from start: [Double]) -> [Double] {
    guard isWithinTried else { return bounds.minimum(from: start) { mean($0, parameters) } }
    let shares = Proportions(count: fit.tried.count).minimum(from: fit.tried.map { $0 == start ? 1 : 0 }) { shares in
      let (value, slopes) = mean(blend(shares), parameters)
      return (value, fit.tried.map { mixture in zip(mixture, slopes).reduce(0) { $0 + $1.0 * $1.1 } })
    }
    return blend(shares)
  }

  /// Half the sum of absolute differences from the nearest blend of tried mixtures.
  func distanceFromTried(_ mixture: [Double]) -> Double {
    let even = [Double](repeating: 1 / Double(fit.tried.count), count: fit.tried.count)
    let shares = Proportions(count: fit.tried.count).minimum(from: even) { shares in
      let away = zip(blend(shares), mixture).map { $0 - $1 }
      let gradient = fit.tried.map { tried in zip(tried, away).reduce(0) { $0 + $1.0 * $1.1 } }
      return (away.reduce(0) { $0 + $1 * $1 } / 2, gradient)
    }
    let distance = zip(blend(shares), mixture).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    return distance < 1e-4 ? 0 : distance
  }

  private func blend(_ shares: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: fit.domains.count)
    for (share, mixture) in zip(shares, fit.tried) where share > 0 {
      for index in sum.indices { sum[index] += share * mixture[index] }
    }
    return sum
  }
}

extension DataMixtureConstraints {
  /// The losses' weights, which sum to 1.
  fileprivate func weights(of fit: MixtureFit) throws(PlanError) -> [Double] {
    let columns = fit.fits.map(\.law.target)
    try check(weights, among: columns, "loss to weigh")
    for (name, weight) in weights.sorted(by: { $0.key < $1.key }) where !(weight >= 0 && weight.isFinite) {
      throw PlanError("the weight of \(name) must be 0 or more, not \(weight)")
    }
    let all = columns.map { weights[$0] ?? 1 }
    let sum = all.reduce(0, +)
    guard sum > 0 else { throw PlanError("every loss has a weight of 0; give one of them more") }
    return all.map { $0 / sum }
  }

  fileprivate func bounds(of fit: MixtureFit) throws(PlanError) -> Proportions {
    try check(least, among: fit.domains, "domain")
    try check(most, among: fit.domains, "domain")
    let lower = fit.domains.map { least[$0] ?? 0 }
    let upper = fit.domains.map { most[$0] ?? 1 }
    for index in fit.domains.indices where !(0 <= lower[index] && lower[index] <= upper[index] && upper[index] <= 1) {
      throw PlanError(
        "the bounds of \(fit.domains[index]), \(lower[index]) and \(upper[index]), must lie between 0 and 1, the lower "
          + "one first")
    }
    let (low, high) = (lower.reduce(0, +), upper.reduce(0, +))
    guard low <= 1, high >= 1 else {
      throw PlanError(
        low > 1
          ? "the lower bounds sum to \(NumberText.rounded(low)), above 1; lower some"
          : "the upper bounds sum to \(NumberText.rounded(high)), below 1; raise some")
    }
    if withinTried, !least.isEmpty || !most.isEmpty {
      throw PlanError("bounds on domains cannot be combined with keeping within the tried mixtures; choose one")
    }
    return Proportions(lower: lower, upper: upper)
  }

  private func check(_ values: [String: Double], among known: [String], _ what: String) throws(PlanError) {
    for name in values.keys.sorted() where !known.contains(name) {
      let hint =
        nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "the names are \(known.joined(separator: ", "))"
      throw PlanError("there is no \(what) '\(name)'; \(hint)")
    }
  }
}
