import Fitting
import Foundation
import ScalingLaws
import Tables

/// A fitted law and a request, from which any runs can be judged.
struct DesignStudy {
  let request: DesignRequest
  let ensemble: Ensemble
  /// The compute-optimal run at the target, at the law's best parameters.
  let target: Allocation
  /// The standard deviation of a run's log loss; if that varies with compute, at the geometric middle of the fitted
  /// runs.
  let noise: Double
  /// Its variation with compute among the fitted runs; nil if there is no trend, or the request states it.
  let trend: RunNoise?
  /// The prior information from the runs behind the fit; nil if there is none.
  let prior: [Double]?
  /// Plausible parameters, with the derivatives of the target's log loss and of the logarithm of its size.
  private let truths: [(parameters: [Double], goals: [[Double]])]

  /// The number of draws that represent all of them.
  private static let truthCount = 12

  init(_ fitted: FittedLaw, _ request: DesignRequest) throws(PlanError) {
    try request.validate()
    let finite = fitted.draws.filter { $0.allSatisfy(\.isFinite) }
    let step = max(1, finite.count / Self.truthCount)
    let thinned = stride(from: step / 2, to: finite.count, by: step).prefix(Self.truthCount).map { finite[$0] }
    let ensemble = try Ensemble(
      fitted, draws: Array(thinned), constraints: PlanConstraints(fixed: request.fixed), options: PlanOptions())
    guard ensemble.law.splits else {
      throw PlanError(
        "the law '\(fitted.law.name)' depends only on compute, so it cannot choose sizes and tokens; use a law of "
          + "both, such as chinchilla")
    }
    guard let best = ensemble.point.trainingOptimum(request.target), best.limit == nil else {
      throw PlanError(
        "the law '\(fitted.law.name)' has no best size inside the range at \(formatFLOPs(request.target)), so there is "
          + "no target to predict; check its parameters")
    }
    trend =
      request.noise == nil && request.noiseOfCheapest == nil
      ? fitted.noise.flatMap { $0.exponent != 0 && $0.along == "flops" ? $0 : nil } : nil
    noise = if let trend { trend.deviation } else { try Self.noise(fitted, request) }
    prior = DesignProblem.information(ofDraws: finite, fitted.law.parameters)
    target = best
    var truths: [(parameters: [Double], goals: [[Double]])] = []
    for (allocator, parameters) in zip([ensemble.point] + ensemble.draws, [fitted.parameters] + thinned) {
      guard let optimum = allocator.trainingOptimum(request.target, near: best), optimum.limit == nil,
        let goals = ensemble.law.slopes(of: optimum, on: allocator, parameters, flops: request.target)
      else { continue }
      truths.append((parameters, goals))
    }
    guard truths.first?.parameters == fitted.parameters else {
      throw PlanError("the law '\(fitted.law.name)' has no finite derivatives at the target; check its parameters")
    }
    self.truths = truths
    self.request = request
    self.ensemble = ensemble
  }

  var scenarioCount: Int { truths.count }

  /// Half the central 68.3 % interval of the draws of the target's log loss; nil without draws.
  var drawnLossError: Double? {
    let law = ensemble.law
    let bound = law.fitted.predictor(columns: law.columns([(target.params, target.tokens)]))
    let losses = law.fitted.draws.map { log(bound.values(parameters: $0)[0]) }
    return centralInterval(losses, level: 0.6827).map { ($0.upperBound - $0.lowerBound) / 2 }
  }

  /// A run's noise if none is given: that of the residuals, corrected for the parameters' degrees of freedom.
  private static func noise(_ fitted: FittedLaw, _ request: DesignRequest) throws(PlanError) -> Double {
    if let noise = request.noise { return noise }
    let squares = fitted.logResiduals.reduce(0) { $0 + $1 * $1 }
    let freedom = Double(max(1, fitted.logResiduals.count - fitted.law.parameters.count))
    let noise = (squares / freedom).squareRoot()
    guard noise > 0, noise.isFinite else {
      throw PlanError(
        "the residuals behind these parameters are not known, so the noise of a run is unknown; state it, such as 0.01 "
          + "for 1 % of the loss")
    }
    return noise
  }

  /// The standard deviation of a run's log loss.
  func noise(at flops: Double, cheapest: Double) -> Double {
    if let trend { return trend.deviation(at: flops) }
    guard let most = request.noiseOfCheapest, cheapest < request.mostOfOneRun else { return noise }
    let place = min(max(log(flops / cheapest) / log(request.mostOfOneRun / cheapest), 0), 1)
    return most * pow(noise / most, place)
  }

  /// The problem of choosing among runs.
  ///
  /// - Parameters:
  ///   - cheapest: FLOP of the cheapest run that can be bought.
  ///   - goals: the derivatives to include: the loss's, the size's.
  /// - Throws: ``PlanError`` if the law has no finite loss for one of the runs.
  func problem(_ runs: [DesignRun], cheapest: Double, goals: [Int] = [0, 1]) throws(PlanError) -> DesignProblem {
    let law = ensemble.law
    let bound = law.fitted.predictor(columns: law.columns(runs.map { ($0.params, $0.tokens) }))
    let noises = runs.map { noise(at: $0.flops, cheapest: cheapest) }
    let scenarios = truths.map { truth in
      DesignProblem.Scenario(
        law.fitted.law.parameters, parameters: truth.parameters, values: bound.values(parameters: truth.parameters),
        jacobian: bound.jacobian(parameters: truth.parameters), noise: noises, goals: goals.map { truth.goals[$0] })
    }
    guard let first = scenarios.first, first != nil else {
      throw PlanError("the law '\(law.fitted.law.name)' has no finite loss for some of the runs; narrow their sizes")
    }
    return DesignProblem(
      costs: runs.map(\.flops), scenarios: scenarios.compactMap { $0 }, prior: prior,
      parameterCount: law.fitted.law.parameters.count)
  }
}

extension PlannableLaw {
  /// The law's variables over runs.
  func columns(_ runs: [(params: Double, tokens: Double)]) -> [[Double]] {
    values.indices.map { index in
      runs.map { run in
        switch index {
        case size: run.params
        case tokens: run.tokens
        case flops: rule.trainingFLOPs(params: run.params, tokens: run.tokens)
        default: values[index]
        }
      }
    }
  }

  /// The derivatives of the optimum's log loss, and of the logarithm of its size, by the parameters.
  ///
  /// The loss of the best run changes as if its size were fixed (the envelope theorem). The size changes so that the
  /// loss stays level along the budget: `d log N* = −F_θ/F_u dθ`, where F is the slope of the loss by u = log N.
  ///
  /// - Returns: nil if they are not finite or the optimum has no curvature.
  fileprivate func slopes(
    of optimum: Allocation, on allocator: Allocator, _ parameters: [Double], flops: Double
  ) -> [[Double]]? {
    // Central differences of exact derivatives: the error is of second order in the step.
    let step = 1e-4
    let sizes = [-step, 0, step].map { optimum.params * exp($0) }
    let runs = sizes.map { (params: $0, tokens: rule.other($0, flops: flops)) }
    let jacobian = fitted.predictor(columns: columns(runs)).jacobian(parameters: parameters)
    let levels = runs.map { run -> Double in
      let point = allocator.surface.point(params: run.params, tokens: run.tokens)
      return point.byLogParams - point.byLogTokens
    }
    let curvature = levels[2] - levels[0]
    guard curvature > 0, optimum.loss > 0 else { return nil }
    let slopes = [jacobian.map { $0[1] / optimum.loss }, jacobian.map { -($0[2] - $0[0]) / curvature }]
    return slopes.joined().allSatisfy(\.isFinite) ? slopes : nil
  }
}
