import Foundation
import Planning
import Report
import ScalingLaws
import Tables
import TrainingCost

extension PlanCommand {
  /// Plans size, shape, batch and layout together if a cluster is given and no option conflicts with it.
  ///
  /// - Returns: whether it did.
  func planOnCluster(_ assumptions: CostAssumptions) throws -> Bool {
    if mfu != nil {
      // A budget of a cluster and a time is then compute at the stated utilization.
      guard clustered.cluster == nil, clustered.days == nil else {
        throw UsageError("--cluster and --days compute size, layout and utilization together; leave out --mfu")
      }
      return false
    }
    let parsed = try budget.map { try Budget(parsing: $0) }
    if case .carbon = parsed, clustered.carbon == nil {
      throw UsageError("a budget of CO₂ needs the carbon intensity of the electricity: --carbon 380, in grams per kWh")
    }
    let range = try sweep.map { try QuantityRange(parsing: $0, of: .flops) }
    // A sweep alone is planned at its upper end.
    let goal = targetLoss.map { ClusterGoal.loss($0) } ?? (clustered.days == nil ? range.map { .flops($0.upper) } : nil)
    guard let (cluster, sentence) = try clustered.request(parsed, or: goal, assumptions) else { return false }
    if upcycling.upcycleFrom != nil {
      try planUpcycling(on: mixture.withVocabulary(cluster), sentence)
      return true
    }
    let source = try source.source()
    let law = source.fitted.law
    guard law.variables.contains(where: { ["params", "params_non_embedding", "active_params"].contains($0.column) })
    else {
      guard clustered.cluster == nil else {
        throw UsageError("the law '\(law.name)' does not choose the size of a model; leave out --cluster")
      }
      return false
    }
    let request = try mixture.limited(cluster)
    let options = PlanOptions(level: interval, seed: seed)
    let constraints = try constraints()
    let numbers = try expertNumbers(law)
    func plan(_ request: ClusterRequest) throws(PlanError) -> (plan: ClusterPlan, rows: [PlanDocument.Experts]?) {
      guard let numbers else {
        return (
          try Planning.planOnCluster(source.fitted, request, constraints: constraints, options: options), nil
        )
      }
      let found = try Planning.planOnCluster(
        source.fitted, request, experts: numbers, active: mixture.activeExperts ?? 1, constraints: constraints,
        options: options)
      return (found.best, found.rows.map { PlanDocument.Experts(experts: $0.experts, $0.run) })
    }
    let (planned, rows) = try plan(request)
    let swept = try range.map { range throws(PlanError) in
      try sweepOnCluster(request, budgets: range.logSpaced(defaultPoints: 8), choosesExperts: numbers != nil) {
        asked throws(PlanError) in
        try plan(asked).plan
      }
    }
    let cost = try RunCost(
      tokens: planned.run.tokens, stepSeconds: planned.run.layout.time.total, workload: planned.run.workload,
      cluster: request.cluster, goodput: request.goodput, carbonIntensity: clustered.carbon.map { $0 / 1000 })
    var document = PlanDocument(
      planned.plan, curve: ValleyCurve(planned.plan, by: source.fitted), budget: budget,
      assumptions: sentence.isEmpty ? [] : [sentence], sweep: swept)
    document.cluster = PlanDocument.ClusterSection(planned, cost: cost, request)
    document.cluster?.experts = rows
    document.warnings = source.caveats + document.warnings
    if let path = plot.plot { try PlanFigure(document).grid.write(to: path) }
    try output.emit(document)
    return true
  }

  /// The numbers of experts to choose from; nil for a law that does not depend on them.
  private func expertNumbers(_ law: Law) throws -> [Double]? {
    guard let variable = law.expertsVariable else {
      guard mixture.experts == nil, mixture.activeExperts == nil else {
        throw UsageError(
          "the law '\(law.name)' does not depend on the number of experts; one that does is ludziejewski2025")
      }
      return nil
    }
    return try mixture.numbers() ?? (0...20).map { Double(1 << $0) }.filter { variable.span.contains($0) }
  }
}
