import Foundation
import ScalingLaws

/// The trade-off of data and compute in value-based reinforcement learning that reaches a performance at the least cost
/// (Rybkin et al. 2025, section 4).
///
/// With sigma gradient steps for each step of the environment, `D(sigma) = D_min (1 + (sigma/s0)^(-a))` steps are
/// needed (the law `rl-data`), and `C(sigma) = 10 N B(sigma) sigma D(sigma)` FLOP for a network of N parameters and
/// batches of `B(sigma) = B_0 sigma^(-alpha)` (the law `rl-batch`). The plan minimizes `F = C + price D`.
public struct UpdatesToDataPlan: Sendable {
  /// The updates-to-data ratio.
  public let sigma: Quantity
  /// Steps of the environment.
  public let steps: Quantity
  /// Training compute in FLOP.
  public let flops: Quantity
  /// Compute and the price of the data together, in FLOP.
  public let cost: Quantity
  /// Transitions in a batch.
  public let batch: Quantity
  /// Whether the limit on steps decides, rather than the cost.
  public let isLimitedBySteps: Bool
  /// The plan's ratio, times and divided by 2, 4 and 8, with the steps and compute of each.
  public let frontier: [Point]

  public struct Point: Sendable, Hashable {
    public let sigma, steps, flops, cost, batch: Double
  }

  /// - Parameters:
  ///   - data: a fit of `rl-data`.
  ///   - batch: a fit of `rl-batch`.
  ///   - params: parameters of the network (N).
  ///   - price: the price of a step of the environment, in FLOP.
  ///   - mostSteps: the largest number of steps of the environment.
  ///   - level: the level of the intervals, over the draws of both fits, paired in order.
  /// - Throws: ``PlanError`` for other laws, for invalid numbers, and if nothing determines a ratio.
  public init(
    data: FittedLaw, batch: FittedLaw, params: Double, price: Double, mostSteps: Double?, level: Double
  ) throws(PlanError) {
    for (fitted, name) in [(data, "rl-data"), (batch, "rl-batch")] where fitted.law.name != name {
      throw PlanError("'\(fitted.law.name)' is fitted but the law '\(name)' is needed")
    }
    guard params > 0, params.isFinite, price >= 0, price.isFinite, mostSteps.map({ $0 > 0 && $0.isFinite }) ?? true
    else {
      throw PlanError("the size and the most steps must be above zero, and the price of a step zero or more")
    }
    func trade(_ data: [Double], _ batch: [Double]) -> Trade? {
      Trade(dataLaw: data, batchLaw: batch, params: params, price: price)
    }
    func best(_ trade: Trade) -> (sigma: Double, isLimited: Bool)? {
      let free = trade.cheapest
      guard let mostSteps else { return free.map { ($0, false) } }
      guard let least = trade.sigma(ofSteps: mostSteps) else { return nil }
      return (max(free ?? 0, least), least > free ?? 0)
    }
    guard let middle = trade(data.parameters, batch.parameters) else {
      throw PlanError(
        "steps and batches do not fall with the ratio: the scales and exponents of a fit must be above zero")
    }
    if let mostSteps, middle.sigma(ofSteps: mostSteps) == nil {
      throw PlanError(
        "no ratio reaches the performance in \(Int(mostSteps.rounded())) steps: at least \(Int(middle.leastSteps)) are "
          + "needed"
      )
    }
    guard let found = best(middle) else {
      throw PlanError(
        "compute falls without limit as the ratio falls, so there is no cheapest plan: price the data, or limit the "
          + "steps"
      )
    }
    let count = max(data.draws.count, batch.draws.count)
    let drawn = (0..<count).compactMap { index -> Point? in
      let first = data.draws.isEmpty ? data.parameters : data.draws[index % data.draws.count]
      let second = batch.draws.isEmpty ? batch.parameters : batch.draws[index % batch.draws.count]
      guard let trade = trade(first, second), let best = best(trade) else { return nil }
      return trade.point(best.sigma)
    }
    let point = middle.point(found.sigma)
    func quantity(_ part: (Point) -> Double) -> Quantity {
      Quantity(value: part(point), interval: centralInterval(drawn.map(part), level: level))
    }
    sigma = quantity(\.sigma)
    steps = quantity(\.steps)
    flops = quantity(\.flops)
    cost = quantity(\.cost)
    self.batch = quantity(\.batch)
    isLimitedBySteps = found.isLimited
    frontier = (-3...3).map { middle.point(found.sigma * pow(2, Double($0))) }
  }
}

/// The two laws at one set of parameters.
private struct Trade {
  let dMin, s0, a, batchScale, batchExponent, flopsOfUpdate, price: Double

  /// Nil if a scale or exponent is not above zero.
  init?(dataLaw: [Double], batchLaw: [Double], params: Double, price: Double) {
    guard dataLaw.count == 3, batchLaw.count == 2, (dataLaw + batchLaw.prefix(1)).allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    (dMin, s0, a) = (dataLaw[0], dataLaw[1], dataLaw[2])
    (batchScale, batchExponent) = (batchLaw[0], batchLaw[1])
    // Forward and backward of the value and its target, as the authors count them: 10 FLOP per parameter and
    // transition.
    flopsOfUpdate = 10 * params * batchScale
    self.price = price
  }

  /// The number of steps that no ratio falls below.
  var leastSteps: Double { dMin }

  func point(_ sigma: Double) -> UpdatesToDataPlan.Point {
    let steps = dMin * (1 + pow(sigma / s0, -a))
    let flops = flopsOfUpdate * pow(sigma, 1 - batchExponent) * steps
    return UpdatesToDataPlan.Point(
      sigma: sigma, steps: steps, flops: flops, cost: flops + price * steps,
      batch: batchScale * pow(sigma, -batchExponent))
  }

  /// The ratio that needs the given number of steps; nil if none does.
  func sigma(ofSteps steps: Double) -> Double? {
    let excess = steps / dMin - 1
    return excess > 0 ? s0 * pow(excess, -1 / a) : nil
  }

  /// The ratio of least cost: the slope of the cost in log sigma, `−a u/(1+u) + (1−alpha) w/(price+w)` over the cost,
  /// with `u = (sigma/s0)^(-a)` and w the FLOP per step, rises throughout, so it has at most one root.
  var cheapest: Double? {
    func slope(_ logSigma: Double) -> Double {
      let u = exp(-a * (logSigma - log(s0)))
      let w = flopsOfUpdate * exp((1 - batchExponent) * logSigma)
      let falling = u.isFinite ? -a * u / (1 + u) : -a
      return falling + (1 - batchExponent) * (w.isFinite ? w / (price + w) : 1)
    }
    let (low, high) = (log(s0) - 60, log(s0) + 60)
    // If it does not fall at first, compute alone decides and the optimum is no updates at all.
    guard slope(low) < 0 else { return nil }
    return root(from: low, to: high, of: slope).map { exp($0) }
  }
}
