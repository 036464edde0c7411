import Foundation
import ScalingLaws

/// A law at its best parameters, at each of its draws, and averaged over them.
struct Ensemble {
  let law: PlannableLaw
  let options: PlanOptions
  let constraints: PlanConstraints
  let point: Allocator
  let draws: [Allocator]
  /// The mean loss over the draws; nil without draws.
  let mean: Allocator?
  /// The number of draws that were not finite and are left out.
  let dropped: Int

  /// - Parameter draws: the law's own if nil.
  init(
    _ fitted: FittedLaw, draws: [[Double]]? = nil, constraints: PlanConstraints, options: PlanOptions
  ) throws(PlanError) {
    let law = try PlannableLaw(fitted, fixed: constraints.fixed, rule: options.rule)
    let all = draws ?? fitted.draws
    let draws = all.filter { $0.allSatisfy(\.isFinite) }
    let tradeOffs = fitted.law.powerTradeOffs([fitted.parameters] + draws).map { law.splits ? $0 : nil }
    func allocator(_ parameters: [[Double]], _ tradeOff: PowerTradeOff?) -> Allocator {
      Allocator(
        surface: LossSurface(law, parameters: parameters), tradeOff: tradeOff, rule: law.rule,
        constraints: constraints, splits: law.splits)
    }
    self.law = law
    self.options = PlanOptions(
      level: options.level, seed: options.seed, rule: law.rule, valleyFactors: options.valleyFactors)
    self.constraints = constraints
    dropped = all.count - draws.count
    point = allocator([fitted.parameters], tradeOffs[0])
    self.draws = zip(draws, tradeOffs.dropFirst()).map { allocator([$0], $1) }
    mean = draws.isEmpty ? nil : allocator(draws, nil)
  }

  /// The allocation of every draw for the goal, nil if it cannot reach it.
  func allocations(for goal: PlanGoal, near guess: Allocation) -> [Allocation?] {
    draws.map { $0.allocation(for: goal, near: guess) }
  }

  /// A quantity of the plan, with its interval from the draws; for a draw that cannot reach the goal it is +∞.
  func quantity(
    _ plan: Allocation, _ drawn: [Allocation?], _ quantity: (Allocation) -> Double
  ) -> Quantity {
    let samples = drawn.map { $0.map(quantity) ?? .infinity }
    return Quantity(value: quantity(plan), interval: centralInterval(samples, level: options.level))
  }

  /// The loss of a run of the plan's size and tokens, with its values over the draws.
  func loss(_ plan: Allocation) -> (quantity: Quantity, samples: [Double]) {
    let samples = draws.map { $0.surface.loss(params: plan.params, tokens: plan.tokens) }
    return (Quantity(value: plan.loss, interval: centralInterval(samples, level: options.level)), samples)
  }

  /// The exponents of optimal size and tokens in compute, `N* ∝ C^a` and `D* ∝ C^b`, around an amount of compute.
  func exponents(at flops: Double) -> PlanExponents? {
    guard law.splits, let size = point.sizeExponent(at: flops, near: nil) else { return nil }
    let guess = point.unconstrained.trainingOptimum(flops)
    let sizes = draws.map { $0.sizeExponent(at: flops, near: guess) ?? .nan }
    return PlanExponents(
      params: Quantity(value: size, interval: centralInterval(sizes, level: options.level)),
      tokens: Quantity(value: 1 - size, interval: centralInterval(sizes.map { 1 - $0 }, level: options.level)))
  }
}

/// The growth of the optimum with compute: `N* ∝ C^a`, `D* ∝ C^b` (Hoffmann et al. 2022, eq. 4).
///
/// If the law has no closed form these are the local slopes.
public struct PlanExponents: Sendable, Hashable {
  public let params: Quantity
  public let tokens: Quantity
}

extension Allocator {
  /// The same without constraints.
  var unconstrained: Allocator {
    Allocator(
      surface: surface, tradeOff: tradeOff, rule: rule, constraints: constraints.unconstrained, splits: splits)
  }

  /// The slope of the logarithm of the unconstrained optimal size by that of compute; nil at a boundary.
  fileprivate func sizeExponent(at flops: Double, near guess: Allocation?) -> Double? {
    if let tradeOff { return tradeOff.sizeExponent }
    let step = 1e-2
    let free = unconstrained
    guard let above = free.trainingOptimum(flops * exp(step), near: guess),
      let below = free.trainingOptimum(flops * exp(-step), near: above), above.limit == nil, below.limit == nil
    else { return nil }
    return log(above.params / below.params) / (2 * step)
  }
}
