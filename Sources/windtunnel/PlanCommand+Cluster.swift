import Foundation
import Planning
import Report
import ScalingLaws
import Tables
import TrainingCost

extension PlanCommand {
  /// Plans size, shape, batch and layout together where a cluster is known and nothing asked stands against it.
  ///
  /// - Returns: whether it did.
  func planOnCluster(_ assumptions: CostAssumptions) throws -> Bool {
    let against: [(String, Bool)] = [
      ("--mfu", mfu != nil), ("--target-loss", targetLoss != nil), ("--sweep", sweep != nil),
      ("--inference-tokens", inferenceTokens != nil), ("--upcycle-from", upcycling.upcycleFrom != nil),
      ("the options of experts and memory", mixture.isGiven),
    ]
    let other = against.first { $0.1 }?.0
    if let other {
      // A budget of a cluster and a time is then compute at a utilisation that is assumed or stated.
      guard clustered.cluster == nil, clustered.days == nil else {
        throw UsageError("--cluster and --days choose a dense model in a layout of its own; leave out \(other)")
      }
      return false
    }
    let parsed = try budget.map { try Budget(parsing: $0) }
    guard let (request, sentence) = try clustered.request(parsed, assumptions) else { return false }
    let source = try source.source()
    // A law without a size, or of a mixture of experts, has no dense model to lay out.
    guard source.fitted.law.variables.contains(where: { ["params", "params_non_embedding"].contains($0.column) }),
      try mixture.request(for: source.fitted.law) == nil
    else {
      guard clustered.cluster == nil else {
        throw UsageError(
          "the law '\(source.fitted.law.name)' does not choose a dense model's size; leave out --cluster")
      }
      return false
    }
    let planned = try Planning.planOnCluster(
      source.fitted, request, constraints: try constraints(), options: PlanOptions(level: interval, seed: seed))
    let cost = try RunCost(
      tokens: planned.run.tokens, stepSeconds: planned.run.layout.time.total, workload: planned.run.workload,
      cluster: request.cluster, goodput: request.goodput, carbonIntensity: clustered.carbon.map { $0 / 1000 })
    var document = PlanDocument(planned.plan, budget: budget, assumptions: sentence.isEmpty ? [] : [sentence])
    document.cluster = PlanDocument.ClusterSection(planned, cost: cost, cluster: request.cluster)
    document.warnings = source.caveats + document.warnings
    let figure = PlanFigure(planned.plan, source.fitted, nil)
    if let path = plot.plot { try figure.grid.write(to: path) }
    try output.emit(json: try encodedJSON(document)) {
      PlanView(plan: planned.plan, document: document, figure: figure, terminal: .standardOutput).text
    }
    return true
  }
}
