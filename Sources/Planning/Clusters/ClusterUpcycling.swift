import Documents
import ScalingLaws
import Tables
import TrainingCost

/// The best use of a dense checkpoint in a time on a cluster, with a computed utilization for the dense model and for
/// the mixture, each in its fastest layout.
///
/// - Parameter cluster: with a goal of time.
/// - Returns: the plan, and the run of its best option.
/// - Throws: ``PlanError`` as ``planUpcycling(_:flops:_:options:)`` does, or if a model does not fit the cluster.
public func planUpcyclingOnCluster(
  _ laws: UpcyclingLaws, on cluster: ClusterRequest, _ request: UpcyclingRequest, options: PlanOptions = PlanOptions()
) throws(PlanError) -> (plan: Plan, run: ClusterRun) {
  guard case .seconds(let seconds) = cluster.goal else {
    throw PlanError("the use of a checkpoint on a cluster depends on the time; give its days or money")
  }
  try cluster.goal.validate()
  try request.validate()
  let search = try ClusterSearch(
    try PlannableLaw(laws.dense, fixed: [:], rule: .sixND), cluster, PlanConstraints(maxTokens: request.maxTokens))
  let dense = try search.shape(near: request.denseParams)
  var mixture = dense
  mixture.experts = TransformerShape.ExpertLayers(
    count: Int(request.experts), active: Int(request.architecture.activeExperts), feedForward: dense.feedForward)
  func run(_ shape: TransformerShape, _ name: String) throws(PlanError) -> ClusterRun {
    if let run = try search.run(shape) { return run }
    throw PlanError(
      "\(name) of \(formatParams(Double(shape.parameters.total))) does not fit \(cluster.cluster.count) "
        + "\(cluster.cluster.accelerator.name) in any layout; use more accelerators")
  }
  let (denseRun, mixtureRun) = (try run(dense, "the dense model"), try run(mixture, "the mixture"))
  let active = request.architecture.upcycled(dense: request.denseParams, experts: request.experts).active
  var asked = request
  asked.mixtureRate =
    mixtureRun.tokensPerSecond * active / (denseRun.tokensPerSecond * request.denseParams)
  let rate = ComputeRule.sixND.trainingFLOPs(params: request.denseParams, tokens: denseRun.tokensPerSecond)
  let flops = rate * seconds * (cluster.goodput?.share ?? 1)
  var plan = try planUpcycling(laws, flops: flops, asked, options: options)
  func sentence(_ name: String, _ run: ClusterRun) -> String {
    "\(name) of \(formatParams(Double(run.shape.parameters.total))) reaches \(formatCount(run.tokensPerSecond)) tokens "
      + "per second, an MFU of \(NumberText.percent(run.utilization, 2)), in \(run.layout.layout.summary)."
  }
  plan.reasons.insert(
    contentsOf: [
      "On \(cluster.cluster.count) \(cluster.cluster.accelerator.name) in \(formatDuration(seconds)), computed and not "
        + "assumed:",
      sentence("The dense model", denseRun), sentence("The mixture", mixtureRun),
    ], at: 0)
  return (plan, plan.upcycling?.best == .dense ? denseRun : mixtureRun)
}
