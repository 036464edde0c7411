import ScalingLaws
import TrainingCost

/// A plan on a cluster for each number of experts, the best of them first in line.
public struct ClusterExpertsPlan: Sendable {
  public let best: ClusterPlan
  /// One for each number of experts for which some size fits, in ascending order.
  public let rows: [(experts: Int, run: ClusterRun)]
}

/// The best run on a cluster under a law of experts: how many of them, beside all that ``planOnCluster`` chooses.
///
/// Each number of experts is planned for itself: its layouts exchange tokens, and its idle experts take memory.
///
/// - Parameters:
///   - experts: numbers to choose from, 1 for a dense model.
///   - active: experts that a token passes through.
/// - Throws: ``PlanError`` if the law knows no experts or nothing fits.
public func planOnCluster(
  _ fitted: FittedLaw, _ request: ClusterRequest, experts: [Double], active: Int,
  constraints: PlanConstraints = PlanConstraints(), options: PlanOptions = PlanOptions()
) throws(PlanError) -> ClusterExpertsPlan {
  guard let variable = fitted.law.expertsVariable else {
    throw PlanError("the law '\(fitted.law.name)' does not depend on the number of experts, so none can be chosen")
  }
  var best: ClusterPlan?
  var failure: PlanError?
  var rows: [(experts: Int, run: ClusterRun)] = []
  for number in experts.sorted() {
    try MixtureRequest.checkExperts(number, "experts")
    var fixed = constraints
    fixed.fixed[variable.name] = number
    var asked = request
    asked.shapes.experts = number > 1 ? .init(count: Int(number), active: min(active, Int(number))) : nil
    // A number of experts of which no size fits is left out, as long as another one does.
    do {
      let plan = try planOnCluster(fitted, asked, constraints: fixed, options: options)
      rows.append((Int(number), plan.run))
      if best.map({ request.goal.prefers(plan.run, to: $0.run) }) ?? true { best = plan }
    } catch {
      failure = failure ?? error
    }
  }
  guard let best else { throw failure ?? PlanError("name at least one number of experts, such as 1 for dense and 8") }
  return ClusterExpertsPlan(best: best, rows: rows)
}
