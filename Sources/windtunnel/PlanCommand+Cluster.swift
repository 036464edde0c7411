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
      ("--upcycle-from", upcycling.upcycleFrom != nil),
      ("--memory", mixture.memory != nil), ("--bytes-per-param", mixture.bytesPerParam != nil),
      ("--vocabulary", mixture.vocabulary != nil),
    ]
    let other = against.first { $0.1 }?.0
    if let other {
      // A budget of a cluster and a time is then compute at a utilisation that is assumed or stated.
      guard clustered.cluster == nil, clustered.days == nil else {
        throw UsageError("--cluster and --days work size, layout and utilisation out together; leave out \(other)")
      }
      return false
    }
    let parsed = try budget.map { try Budget(parsing: $0) }
    if case .carbon = parsed, clustered.carbon == nil {
      throw UsageError("a budget of CO₂ needs the carbon intensity of the electricity: --carbon 380, in grams a kWh")
    }
    guard let (request, sentence) = try clustered.request(parsed, assumptions) else { return false }
    let source = try source.source()
    let law = source.fitted.law
    guard law.variables.contains(where: { ["params", "params_non_embedding", "active_params"].contains($0.column) })
    else {
      guard clustered.cluster == nil else {
        throw UsageError("the law '\(law.name)' does not choose the size of a model; leave out --cluster")
      }
      return false
    }
    let options = PlanOptions(level: interval, seed: seed)
    let planned: ClusterPlan
    var rows: [PlanDocument.Experts]?
    if let variable = law.expertsVariable {
      let powers = (0...20).map { Double(1 << $0) }.filter { variable.span.contains($0) }
      let found = try Planning.planOnCluster(
        source.fitted, request, experts: try mixture.numbers() ?? powers, active: Int(mixture.activeExperts ?? 1),
        constraints: try constraints(), options: options)
      planned = found.best
      rows = found.rows.map { PlanDocument.Experts(experts: $0.experts, $0.run) }
    } else {
      guard mixture.experts == nil, mixture.activeExperts == nil else {
        throw UsageError(
          "the law '\(law.name)' does not depend on the number of experts; one that does is ludziejewski2025")
      }
      planned = try Planning.planOnCluster(source.fitted, request, constraints: try constraints(), options: options)
    }
    let cost = try RunCost(
      tokens: planned.run.tokens, stepSeconds: planned.run.layout.time.total, workload: planned.run.workload,
      cluster: request.cluster, goodput: request.goodput, carbonIntensity: clustered.carbon.map { $0 / 1000 })
    var document = PlanDocument(planned.plan, budget: budget, assumptions: sentence.isEmpty ? [] : [sentence])
    document.cluster = PlanDocument.ClusterSection(planned, cost: cost, cluster: request.cluster)
    document.cluster?.experts = rows
    document.warnings = source.caveats + document.warnings
    let figure = PlanFigure(planned.plan, source.fitted, nil)
    if let path = plot.plot { try figure.grid.write(to: path) }
    try output.emit(json: try encodedJSON(document)) {
      PlanView(plan: planned.plan, document: document, figure: figure, terminal: .standardOutput).text
    }
    return true
  }
}
