import ScalingLaws
import TrainingCost

/// A plan on a cluster for each number of experts, the best first.
public struct ClusterExpertsPlan: Sendable {
  public let best: ClusterPlan
  /// One for each number of experts with a size that fits, in ascending order.
  public let rows: [(experts: Int, run: ClusterRun)]
}

/// The best run on a cluster under a law of experts: the number of experts, and everything that `planOnCluster`
/// chooses.
///
/// Each number of experts is planned separately: its layouts exchange tokens, and its idle experts take memory.
///
/// - Parameters:
///   - experts: the numbers to choose from, 1 for a dense model.
///   - active: the experts that a token passes through.
/// - Throws: ``PlanError`` if the law does not depend on experts or nothing fits.
public func planOnCluster(
  _ fitted: FittedLaw, _ request: ClusterRequest, experts: [Double], active: Double,
  constraints: PlanConstraints = PlanConstraints(), options: PlanOptions = PlanOptions()
) throws(PlanError) -> ClusterExpertsPlan {
  guard let variable = fitted.law.expertsVariable else {
    throw PlanError("the law '\(fitted.law.name)' does not depend on the number of experts, so none can be chosen")
  }
  try MixtureRequest.checkExperts(active, "active experts")
  for number in experts { try MixtureRequest.checkExperts(number, "experts") }
  // Served models are compared at one loss, a little above the lowest of all.
  if constraints.inferenceTokens != nil, request.servedLoss == nil {
    var unserved = constraints
    unserved.inferenceTokens = nil
    var asked = request
    if case .loss(let target) = request.goal {
      asked.servedLoss = target
    } else {
      let lowest = try planOnCluster(
        fitted, request, experts: experts, active: active, constraints: unserved, options: options)
      asked.servedLoss = lowest.best.run.loss * (1 + ClusterServing.tolerance)
    }
    return try planOnCluster(
      fitted, asked, experts: experts, active: active, constraints: constraints, options: options)
  }
  var plans: [(experts: Int, plan: ClusterPlan)] = []
  var failure: PlanError?
  for number in experts.sorted() {
    var fixed = constraints
    fixed.fixed[variable.name] = number
    var asked = request
    asked.shapes.experts = number > 1 ? .init(count: Int(number), active: Int(min(active, number))) : nil
    // A number of experts without a size that fits is left out if another one has one.
    do {
      plans.append((Int(number), try planOnCluster(fitted, asked, constraints: fixed, options: options)))
    } catch {
      // Among missed deadlines, the one that is missed least.
      if failure == nil || error.seconds ?? .infinity < failure?.seconds ?? .infinity { failure = error }
    }
  }
  func hours(_ plan: ClusterPlan) -> Double { plan.serving?.rows.map(\.hours).min() ?? .infinity }
  let best = plans.map(\.plan).min { one, other in
    request.servedLoss == nil ? request.goal.prefers(one.run, to: other.run) : hours(one) < hours(other)
  }
  guard let best else { throw failure ?? PlanError("name at least one number of experts, such as 1 for dense and 8") }
  return ClusterExpertsPlan(best: best, rows: plans.map { ($0.experts, $0.plan.run) })
}
