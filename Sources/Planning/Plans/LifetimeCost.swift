/// Compute of training and serving together (Sardana et al. 2024).
public struct LifetimeCost: Sendable, Hashable {
  public let inferenceTokens: Double
  /// In FLOP, like all compute here.
  public let trainingFLOPs: Double
  public let inferenceFLOPs: Double
  /// Size and tokens that reach the same loss with the least training compute.
  public let trainingOnlyParams: Double
  public let trainingOnlyTokens: Double
  /// Their training and serving compute.
  public let trainingOnlyTotalFLOPs: Double

  public var totalFLOPs: Double { trainingFLOPs + inferenceFLOPs }
  /// The share of compute saved compared with the training-only optimum.
  public var saving: Double { 1 - totalFLOPs / trainingOnlyTotalFLOPs }
}

extension Allocator {
  /// The lifetime cost of an allocation compared with that of the training-only optimum of the same loss; nil if
  /// nothing is served.
  func lifetimeCost(of best: Allocation, for goal: PlanGoal) -> LifetimeCost? {
    guard let served = constraints.inferenceTokens, served > 0 else { return nil }
    let trained: Allocation? =
      switch goal {
      case .flops(let flops): trainingOptimum(flops)
      case .loss(let loss): cheapest(reaching: loss, serving: 0, near: best)
      }
    guard let trained else { return nil }
    return LifetimeCost(
      inferenceTokens: served, trainingFLOPs: flops(best, for: goal),
      inferenceFLOPs: rule.inferenceFLOPs(params: best.params, tokens: served), trainingOnlyParams: trained.params,
      trainingOnlyTokens: trained.tokens,
      trainingOnlyTotalFLOPs: flops(trained, for: goal) + rule.inferenceFLOPs(params: trained.params, tokens: served))
  }
}
