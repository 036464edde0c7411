import ScalingLaws
import Tables

/// The number of experts to train, and the result for each number of them.
public struct MixtureChoice: Sendable, Hashable {
  /// The best run of one number of experts.
  public struct Row: Sendable, Hashable {
    /// 1 for a dense model.
    public let experts: Double
    /// The size, as the law counts it.
    public let activeParams: Quantity
    public let totalParams: Double
    public let tokens: Quantity
    /// Training compute in FLOP.
    public let flops: Double
    public let loss: Quantity
    /// The memory of all parameters, in bytes.
    public let memory: Double
    public let binding: Binding
    /// The share of draws in which this number of experts is best; nil without draws.
    public let share: Double?
  }

  /// The limit that keeps the loss from being lower.
  public enum Binding: String, Sendable, Hashable {
    case compute, memory, tokens
    case memoryAndTokens = "memory and tokens"
  }

  /// The chosen number of experts.
  public let experts: Double
  public let rows: [Row]
  /// The numbers of experts without a model that fits into the memory or reaches the target.
  public let unfit: [Double]
  /// In bytes; nil without a limit.
  public let memoryLimit: Double?
  public let bytesPerParam: Double
  /// Nil for a law without experts, whose sizes are the total.
  public let architecture: ExpertArchitecture?

  public var best: Row? { rows.first { $0.experts == experts } }
}

/// The best number of experts, size and tokens for a budget or a target loss, within a limit on memory.
///
/// Each number of experts is planned as ``planOptimum(_:for:constraints:options:)`` does, with its size capped by the
/// memory of all its parameters; the lowest loss is chosen, or the least compute for a target loss.
///
/// - Throws: ``PlanError`` as `planOptimum` does, for a law without experts if they are asked for, and if the memory
///   does not hold any model.
public func planMixture(
  _ fitted: FittedLaw, for goal: PlanGoal, _ request: MixtureRequest, constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> Plan {
  let count = try ExpertCount(fitted, request, constraints)
  var candidates: [MixtureCandidate] = []
  var unfit: [Double] = []
  var fault: PlanError?
  for experts in count.numbers {
    var own = constraints
    if let variable = count.variable {
      own.fixed[variable.column] = nil
      own.fixed[variable.name] = experts
    }
    if let limit = request.limit {
      guard let largest = count.largestSize(limit, experts: experts), constraints.fixedParams ?? 0 <= largest else {
        unfit.append(experts)
        continue
      }
      own.maxParams = min(largest, constraints.maxParams ?? largest)
    }
    let ensemble = try Ensemble(fitted, constraints: own, options: options)
    try validate(goal, own, ensemble.options)
    try ensemble.checkConstraintsFitLaw()
    guard let best = ensemble.point.allocation(for: goal) else {
      fault = ensemble.unreachable(goal)
      unfit.append(experts)
      continue
    }
    candidates.append(
      MixtureCandidate(
        experts: experts, ensemble: ensemble, best: best, drawn: ensemble.allocations(for: goal, near: best)))
  }
  guard let chosen = candidates.min(by: { $0.score($0.best, goal) < $1.score($1.best, goal) }) else {
    throw fault ?? count.nothingFits(request, constraints)
  }
  var plan = chosen.ensemble.plan(for: goal, best: chosen.best, drawn: chosen.drawn)
  let choice = MixtureChoice(candidates, chosen: chosen, unfit: unfit, count: count, request: request, goal: goal)
  plan.mixture = choice
  plan.reasons += choice.reasons(count, request, candidates, goal)
  plan.warnings += choice.warnings(fitted, count)
  return plan
}

/// The plan for one number of experts.
struct MixtureCandidate {
  let experts: Double
  let ensemble: Ensemble
  let best: Allocation
  let drawn: [Allocation?]

  /// The quantity that the choice minimizes: the loss that a budget buys, or the compute that a loss takes.
  func score(_ allocation: Allocation, _ goal: PlanGoal) -> Double {
    guard case .loss = goal else { return allocation.loss }
    let rule = ensemble.law.rule
    return rule.trainingFLOPs(params: allocation.params, tokens: allocation.tokens)
      + rule.inferenceFLOPs(params: allocation.params, tokens: ensemble.constraints.inferenceTokens ?? 0)
  }
}

extension MixtureChoice {
  fileprivate init(
    _ candidates: [MixtureCandidate], chosen: MixtureCandidate, unfit: [Double], count: ExpertCount,
    request: MixtureRequest, goal: PlanGoal
  ) {
    // A draw in which no number of experts is feasible has no best.
    let winners = chosen.drawn.indices.map { draw in
      candidates.compactMap { candidate in candidate.drawn[draw].map { (candidate.experts, candidate.score($0, goal)) }
      }
      .min { $0.1 < $1.1 }?.0
    }
    experts = chosen.experts
    rows = candidates.map { candidate in
      let (best, ensemble) = (candidate.best, candidate.ensemble)
      let total = count.totalParams(best.params, experts: candidate.experts)
      return Row(
        experts: candidate.experts, activeParams: ensemble.quantity(best, candidate.drawn) { $0.params },
        totalParams: total, tokens: ensemble.quantity(best, candidate.drawn) { $0.tokens },
        flops: ensemble.point.flops(best, for: goal), loss: ensemble.loss(best).quantity,
        memory: total * request.bytesPerParam, binding: Binding(best.limit),
        share: winners.isEmpty
          ? nil : Double(winners.filter { $0 == candidate.experts }.count) / Double(winners.count))
    }
    self.unfit = unfit
    memoryLimit = request.memory
    bytesPerParam = request.bytesPerParam
    architecture = count.variable == nil ? nil : count.architecture
  }
}

extension MixtureChoice.Binding {
  fileprivate init(_ limit: Allocation.Limit?) {
    switch limit {
    case .sizeCap: self = .memory
    case .tokenCap, .unspent: self = .tokens
    case .bothCaps: self = .memoryAndTokens
    case .oneParameter, .oneToken, nil: self = .compute
    }
  }
}
