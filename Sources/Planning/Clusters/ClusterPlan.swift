import Fitting
import Foundation
import ScalingLaws
import Tables
import TrainingCost

/// The best run on a cluster for a time, for compute, or to a loss: size, shape, tokens, batch and layout together.
///
/// Sizes in steps of √2 around the optimum at the usual utilization each get their shape, batch and fastest layout,
/// which decide how many tokens a time allows, or how much time the tokens need; around the best size the steps are
/// then halved.
///
/// - Throws: ``PlanError`` if the law does not split compute, no size fits the cluster, or no run ends by the deadline.
public func planOnCluster(
  _ fitted: FittedLaw, _ request: ClusterRequest, constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> ClusterPlan {
  try request.goal.validate()
  if case .loss = request.goal, constraints.fixedTokens != nil {
    throw PlanError(
      "a given loss and given tokens leave no size to choose; cap the tokens with --max-tokens instead")
  }
  let law = try PlannableLaw(fitted, fixed: constraints.fixed, rule: options.rule)
  guard law.splits else {
    throw PlanError(
      "the law '\(fitted.law.name)' depends only on compute, so it cannot choose a size for a cluster; use a law of "
        + "size and tokens"
    )
  }
  let search = try ClusterSearch(law, request, constraints)
  let tried = try ClusterSizes(search, fitted, constraints, options)
  let sizes = tried.inTime
  guard var best = sizes.min(by: { request.goal.prefers($0, to: $1) }) else { throw tried.failure(constraints) }
  // Among models to be served, the cheapest one whose loss is at most a little higher.
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
  let fillsTime = request.goal.isFilled(by: best)
  return ClusterPlan(
    plan: plan, goal: request.goal, run: best, fillsTime: fillsTime,
    // A run that is served may end before the time is used up.
    sizes: sizes.map { $0.shape == best.shape ? best : $0 }, serving: serving,
    sizeInterval: sizeInterval(sizes, search, law, options),
    lossInterval: lossInterval(best, fillsTime ? error : 1...1, law, options), timeError: error,
    sentences: (serving?.sentences.dropLast() ?? []) + tried.deadlineSentences
      + (try sentences(best, error, request, options)))
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

/// The quantiles over the draws of the best tried size in each: the one of lowest loss, or the first to reach the loss.
private func sizeInterval(
  _ sizes: [ClusterRun], _ search: ClusterSearch, _ law: PlannableLaw, _ options: PlanOptions
) -> ClosedRange<Double>? {
  let best = law.fitted.draws.filter { $0.allSatisfy(\.isFinite) }.compactMap { draw -> Double? in
    let surface = LossSurface(law, parameters: [draw])
    func cost(_ run: ClusterRun) -> Double {
      guard case .loss(let loss) = search.request.goal else {
        return surface.loss(params: run.params, tokens: run.tokens)
      }
      let tokens = surface.tokens(ofSize: run.params, to: loss, atMost: min(search.maxTokens, 1e18))
      return (tokens ?? .infinity) / run.tokensPerSecond
    }
    let costs = sizes.map { (cost: cost($0), params: $0.params) }
    return costs.min { $0.cost < $1.cost }.flatMap { $0.cost.isFinite ? $0.params : nil }
  }
  return best.isEmpty ? nil : centralInterval(best, level: options.level)
}

/// The quantiles of the loss over the draws, with the tokens spread over the error of the time.
private func lossInterval(
  _ run: ClusterRun, _ error: ClosedRange<Double>, _ law: PlannableLaw, _ options: PlanOptions
) -> ClosedRange<Double>? {
  guard !law.fitted.draws.isEmpty else { return nil }
  // Equally likely errors, of a normally distributed logarithm.
  let z = standardNormalQuantile(0.5 + options.level / 2)
  let (middle, spread) = (
    log(error.lowerBound * error.upperBound) / 2, log(error.upperBound / error.lowerBound) / 2 / z
  )
  let tokens = (0..<15).map { index in
    // A step that takes less time than predicted allows more tokens.
    run.tokens * exp(middle + spread * standardNormalQuantile((Double(index) + 0.5) / 15))
  }
  let samples = law.fitted.draws.filter { $0.allSatisfy(\.isFinite) }.flatMap { draw in
    let surface = LossSurface(law, parameters: [draw])
    return tokens.map { surface.loss(params: run.params, tokens: $0) }
  }
  return centralInterval(samples, level: options.level)
}
