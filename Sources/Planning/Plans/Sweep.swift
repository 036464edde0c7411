import ScalingLaws

/// The plan's numbers at one budget of a sweep.
public struct SweepRow: Sendable, Hashable {
  /// The available training compute in FLOP.
  public let budget: Double
  /// The training compute in FLOP that the plan uses.
  public let flops: Quantity
  /// Nil if the law depends only on compute, like tokens and their ratio.
  public let params: Quantity?
  public let tokens: Quantity?
  public let tokensPerParam: Quantity?
  /// The mean loss of the row's run; its interval comes from the draws at that run.
  public let loss: Quantity
  /// Whether size and tokens balance there, with neither at the end of its range.
  public let isBalanced: Bool
  /// The best number of experts; nil if none was to be chosen.
  public var experts: Double?
  /// On a cluster: wall-clock seconds, and the computed utilization (MFU).
  public var seconds: Double?
  public var utilization: Double?
}

/// The best run on a cluster at each of several budgets, with a computed utilization.
///
/// - Parameters:
///   - budgets: training compute in FLOP.
///   - choosesExperts: whether `plan` chooses a number of experts, which rows then contain.
///   - plan: plans one request.
/// - Throws: as `plan` does, for any of the budgets.
public func sweepOnCluster(
  _ request: ClusterRequest, budgets: [Double], choosesExperts: Bool = false,
  plan: (ClusterRequest) throws(PlanError) -> ClusterPlan
) throws(PlanError) -> [SweepRow] {
  var rows: [SweepRow] = []
  for budget in budgets {
    var asked = request
    (asked.goal, asked.deadline) = (.flops(budget), .infinity)
    let found = try plan(asked)
    let run = found.run
    rows.append(
      SweepRow(
        budget: budget, flops: found.plan.flops, params: Quantity(value: run.params, interval: found.sizeInterval),
        tokens: Quantity(value: run.tokens), tokensPerParam: Quantity(value: run.tokens / run.params),
        loss: found.plan.loss, isBalanced: true, experts: choosesExperts ? Double(run.shape.experts?.count ?? 1) : nil,
        seconds: run.seconds, utilization: run.utilization))
  }
  return rows
}

/// The optimum at each of several budgets, under the same constraints.
///
/// - Parameter budgets: training compute in FLOP.
/// - Throws: ``PlanError`` as ``planOptimum(_:for:constraints:options:)`` does, for any of the budgets.
public func sweepBudgets(
  _ fitted: FittedLaw, budgets: [Double], constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> [SweepRow] {
  let ensemble = try Ensemble(fitted, constraints: constraints, options: options)
  for budget in budgets { try validate(.flops(budget), constraints, ensemble.options) }
  try ensemble.checkConstraintsFitLaw()
  var rows: [SweepRow] = []
  for budget in budgets {
    guard let best = ensemble.point.allocation(for: .flops(budget)) else {
      throw PlanError("the law '\(fitted.law.name)' has no finite loss for \(budget) FLOP; check its parameters")
    }
    let drawn = ensemble.allocations(for: .flops(budget), near: best)
    let splits = ensemble.law.splits
    rows.append(
      SweepRow(
        budget: budget, flops: ensemble.quantity(best, drawn) { ensemble.point.flops($0, for: .flops(budget)) },
        params: splits ? ensemble.quantity(best, drawn) { $0.params } : nil,
        tokens: splits ? ensemble.quantity(best, drawn) { $0.tokens } : nil,
        tokensPerParam: splits ? ensemble.quantity(best, drawn) { $0.tokens / $0.params } : nil,
        loss: ensemble.loss(best).quantity, isBalanced: best.limit == nil))
  }
  return rows
}

/// The best number of experts, size and tokens at each of several budgets.
///
/// - Parameter budgets: training compute in FLOP.
/// - Throws: ``PlanError`` as ``planMixture(_:for:_:constraints:options:)`` does, for any of the budgets.
public func sweepBudgets(
  _ fitted: FittedLaw, budgets: [Double], _ request: MixtureRequest, constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> [SweepRow] {
  var rows: [SweepRow] = []
  for budget in budgets {
    let plan = try planMixture(fitted, for: .flops(budget), request, constraints: constraints, options: options)
    rows.append(
      SweepRow(
        budget: budget, flops: plan.flops, params: plan.params, tokens: plan.tokens,
        tokensPerParam: plan.tokensPerParam,
        loss: plan.loss, isBalanced: plan.mixture?.best?.binding == .compute,
        experts: plan.mixture.flatMap { $0.architecture == nil ? nil : $0.experts }))
  }
  return rows
}
