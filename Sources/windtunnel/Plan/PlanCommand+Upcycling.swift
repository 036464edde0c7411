import Planning
import Tables
import TrainingCost

extension PlanCommand {
  /// The best use of a dense checkpoint with further compute.
  func upcyclingPlan(_ compute: TrainingCompute?) throws -> Planned {
    try checkUpcycling()
    guard let compute else { throw UsageError("--upcycle-from needs the further budget: --budget \"1e22 FLOP\"") }
    return try upcyclingPlan { laws, request, options throws(PlanError) in
      try Planning.planUpcycling(laws, flops: compute.flops, request, options: options)
    }
  }

  /// The same in a time on a cluster, with a computed utilization.
  ///
  /// - Parameter sentence: the derivation of the time from the budget.
  func planUpcycling(on cluster: ClusterRequest, _ sentence: String) throws {
    try checkUpcycling()
    var run: ClusterRun?
    let planned = try upcyclingPlan { laws, request, options throws(PlanError) in
      let found = try Planning.planUpcyclingOnCluster(laws, on: cluster, request, options: options)
      run = found.run
      return found.plan
    }
    guard let run else { return }
    let cost = try RunCost(
      tokens: run.tokens, stepSeconds: run.layout.time.total, workload: run.workload, cluster: cluster.cluster,
      goodput: cluster.goodput, carbonIntensity: clustered.carbon.map { $0 / 1000 })
    try emit(planned, sentence.isEmpty ? [] : [sentence], ComputeCost(cost, on: cluster.cluster.accelerator))
  }

  private func upcyclingPlan(
    _ plan: (UpcyclingLaws, UpcyclingRequest, PlanOptions) throws(PlanError) -> Plan
  ) throws -> Planned {
    let request = try upcycling.request(params: params, maxTokens: maxTokens, mixture)
    let (laws, caveats) = try upcycling.laws(source)
    return Planned(
      plan: try plan(laws, request, PlanOptions(level: interval, seed: seed)), fitted: laws.upcycled, rows: nil,
      caveats: caveats)
  }

  private func checkUpcycling() throws {
    let idle: [(String, Bool)] = [
      ("--target-loss", targetLoss != nil), ("--sweep", sweep != nil), ("--tokens", tokens != nil),
      ("--inference-tokens", inferenceTokens != nil), ("--set", !assignments.isEmpty), ("--plot", plot.plot != nil),
    ]
    if let (name, _) = idle.first(where: { $0.1 }) {
      throw UsageError("--upcycle-from compares uses of a further --budget; \(name) has no effect")
    }
  }
}
