import Fitting
import Foundation
import ScalingLaws
import Tables
import TrainingCost

/// The best run on a cluster in a time: size, shape, tokens, batch and layout together.
///
/// Sizes in steps of √2 about the optimum at the usual utilisation are each given their shape, batch and fastest layout,
/// which say how many tokens the time has room for; about the size of lowest loss the steps are then halved.
///
/// - Throws: ``PlanError`` if the law does not split compute, or no size fits the cluster.
public func planOnCluster(
  _ fitted: FittedLaw, _ request: ClusterRequest, constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> ClusterPlan {
  guard request.seconds > 0, request.seconds.isFinite else {
    throw PlanError("the time must be above zero and finite, not \(request.seconds) seconds")
  }
  let law = try PlannableLaw(fitted, fixed: constraints.fixed, rule: options.rule)
  guard law.splits else {
    throw PlanError(
      "the law '\(fitted.law.name)' knows only compute, so it cannot choose a size for a cluster; use a law of size and tokens"
    )
  }
  let search = try ClusterSearch(law, request, maxTokens: constraints.maxTokens ?? constraints.fixedTokens)
  let sizes = try tried(search, fitted, request, constraints, options)
  guard var best = sizes.min(by: { $0.loss < $1.loss }) else {
    throw PlanError(
      "no model fits \(request.cluster.count) \(request.cluster.accelerator.name) in any layout; take more accelerators, "
        + "or a smaller size with --params")
  }
  // Of models that are to be served the cheapest one, of no more than a little higher loss.
  let serving = try constraints.inferenceTokens.map { tokens throws(PlanError) in try search.serving(tokens, of: sizes)
  }
  if let cheapest = serving?.rows.min(by: { $0.hours < $1.hours }) { best = cheapest.run }
  var fixed = constraints
  (fixed.fixedParams, fixed.fixedTokens, fixed.maxParams, fixed.maxTokens) = (best.params, best.tokens, nil, nil)
  fixed.inferenceTokens = nil
  let ensemble = try Ensemble(fitted, constraints: fixed, options: options)
  let goal = PlanGoal.flops(law.rule.trainingFLOPs(params: best.params, tokens: best.tokens))
  try validate(goal, fixed, ensemble.options)
  guard let allocation = ensemble.point.allocation(for: goal) else { throw ensemble.unreachable(goal) }
  let plan = ensemble.plan(
    for: goal, best: allocation, drawn: ensemble.allocations(for: goal, near: allocation),
    choice: serving?.sentences.last ?? choice(best, among: sizes, request))
  let error = timeError(of: best, request, level: options.level)
  return ClusterPlan(
    plan: plan, run: best, sizes: sizes, serving: serving, sizeInterval: sizeInterval(sizes, law, options),
    lossInterval: lossInterval(best, error, law, options), timeError: error,
    sentences: (serving?.sentences.dropLast() ?? []) + (try sentences(best, error, request, options)))
}

/// Every size that fits, the smallest first.
private func tried(
  _ search: ClusterSearch, _ fitted: FittedLaw, _ request: ClusterRequest, _ constraints: PlanConstraints,
  _ options: PlanOptions
) throws(PlanError) -> [ClusterRun] {
  if let params = constraints.fixedParams { return try [search.run(near: params)].compactMap { $0 } }
  let peak = request.cluster.accelerator.peakFLOPsPerSecond * Double(request.cluster.count)
  var free = constraints
  free.fixedTokens = nil
  free.inferenceTokens = nil
  let point = try Ensemble(fitted, draws: [], constraints: free, options: options).point
  guard let start = point.allocation(for: .flops(0.4 * peak * request.seconds)) else { return [] }
  var found: [ClusterRun] = []
  func look(at params: Double) throws(PlanError) {
    guard params >= 1e6, params <= constraints.maxParams ?? .infinity else { return }
    // Neighbouring sizes may have one shape.
    guard let run = try search.run(near: params), !found.contains(where: { $0.shape == run.shape }) else { return }
    found.append(run)
  }
  for step in -4...3 { try look(at: start.params * exp2(Double(step) / 2)) }
  for width in [0.25, 0.125] {
    guard let best = found.min(by: { $0.loss < $1.loss }) else { break }
    for side in [-width, width] { try look(at: best.params * exp2(side)) }
  }
  return found.sorted { $0.params < $1.params }
}

/// The range of predicted over true step time.
private func timeError(of run: ClusterRun, _ request: ClusterRequest, level: Double) -> ClosedRange<Double> {
  if let calibration = request.calibration,
    let interval = try? calibration.interval(
      of: run.layout.layout, for: run.workload, on: request.cluster, level: level)
  {
    let base = run.layout.time.total
    return base / interval.upperBound...base / interval.lowerBound
  }
  // The usual error is that of nine in ten steps.
  let width = pow(1 + StepModel.usualError, standardNormalQuantile(0.5 + level / 2) / standardNormalQuantile(0.95))
  return 1 / width...width
}

/// The quantiles over the draws of the tried size whose loss is lowest by each.
private func sizeInterval(_ sizes: [ClusterRun], _ law: PlannableLaw, _ options: PlanOptions) -> ClosedRange<Double>? {
  let best = law.fitted.draws.filter { $0.allSatisfy(\.isFinite) }.compactMap { draw -> Double? in
    let surface = LossSurface(law, parameters: [draw])
    return sizes.map { (loss: surface.loss(params: $0.params, tokens: $0.tokens), params: $0.params) }
      .min { $0.loss < $1.loss }?.params
  }
  return best.isEmpty ? nil : centralInterval(best, level: options.level)
}

/// The quantiles of the loss over the draws, with the tokens spread over the error of the time.
private func lossInterval(
  _ run: ClusterRun, _ error: ClosedRange<Double>, _ law: PlannableLaw, _ options: PlanOptions
) -> ClosedRange<Double>? {
  guard !law.fitted.draws.isEmpty else { return nil }
  // Equally likely errors, of a logarithm that is normal.
  let z = standardNormalQuantile(0.5 + options.level / 2)
  let (middle, spread) = (
    log(error.lowerBound * error.upperBound) / 2, log(error.upperBound / error.lowerBound) / 2 / z
  )
  let tokens = (0..<15).map { index in
    // A step that takes less time than predicted leaves room for more tokens.
    run.tokens * exp(middle + spread * standardNormalQuantile((Double(index) + 0.5) / 15))
  }
  let samples = law.fitted.draws.filter { $0.allSatisfy(\.isFinite) }.flatMap { draw in
    let surface = LossSurface(law, parameters: [draw])
    return tokens.map { surface.loss(params: run.params, tokens: $0) }
  }
  return centralInterval(samples, level: options.level)
}
