import Documents
import Fitting
import Foundation
import ScalingLaws
import Tables

/// A training plan: size and tokens, the expected loss, the uncertainty of all of it, and the reasons.
public struct Plan: Sendable, Hashable {
  /// The law's name.
  public let law: String
  /// The source of the law's parameters.
  public let provenance: String
  /// The SHA-256 of the fit's document; nil for published parameters.
  public let fit: String?
  /// Parameters of the model (N), counted as the law counts them; nil if the law depends only on compute.
  public let params: Quantity?
  /// The run-table column of that size, which tells how it is counted.
  public let sizeColumn: String?
  /// Training tokens (D); nil if the law depends only on compute.
  public let tokens: Quantity?
  /// Training compute in FLOP; below the budget if a constraint leaves some unused.
  public let flops: Quantity
  public let tokensPerParam: Quantity?
  /// The number of passes over the distinct tokens; nil if the law does not count them.
  public let epochs: Quantity?
  /// The mean loss of runs of this size and these tokens; its interval comes from the draws at this very run.
  public let loss: Quantity
  /// The interval for the loss of one such run: the draws with the scatter of the fit's residuals. Nil without either.
  public let predictionInterval: ClosedRange<Double>?
  /// The growth of the unconstrained optimum with compute; nil if the law does not determine it or it is at a boundary.
  public let exponents: PlanExponents?
  /// The choice of lowest mean loss over the draws; nil without draws, or if size or tokens do not follow
  /// from the budget alone.
  public let robust: RobustChoice?
  /// The cost of missing the unconstrained optimum at the plan's training compute.
  public let valley: Valley?
  /// Nil without inference tokens.
  public let lifetime: LifetimeCost?
  /// The share of draws that intervals hold.
  public let level: Double
  public let seed: UInt64
  /// The number of draws behind the intervals.
  public let drawCount: Int
  /// The number of experts, and the result for each number of them; nil if not requested.
  public internal(set) var mixture: MixtureChoice?
  /// A dense checkpoint trained further, upcycled, or left; nil if not requested.
  public internal(set) var upcycling: UpcyclingChoice?
  /// The reasons for the plan, one sentence for each decision.
  public internal(set) var reasons: [String]
  /// The warnings, one sentence each.
  public internal(set) var warnings: [String]
}

/// The size that minimizes the mean loss over the draws at the same budget and constraints.
public struct RobustChoice: Sendable, Hashable {
  public let params: Double
  public let tokens: Double
  /// The mean loss over the draws, of this choice.
  public let meanLoss: Double
  /// The decrease compared with the mean loss of the plan's size.
  public let gain: Double
}

/// The best run under a fitted law for a budget or a target loss.
///
/// The plan is the law's optimum at its best parameters; every draw is optimized again under the same constraints for
/// the intervals.
///
/// - Throws: ``PlanError`` if the request is invalid, the law cannot plan it, or no run reaches the target.
public func planOptimum(
  _ fitted: FittedLaw, for goal: PlanGoal, constraints: PlanConstraints = PlanConstraints(),
  options: PlanOptions = PlanOptions()
) throws(PlanError) -> Plan {
  let ensemble = try Ensemble(fitted, constraints: constraints, options: options)
  try validate(goal, constraints, ensemble.options)
  try ensemble.checkConstraintsFitLaw()
  guard let best = ensemble.point.allocation(for: goal) else { throw ensemble.unreachable(goal) }
  return ensemble.plan(for: goal, best: best, drawn: ensemble.allocations(for: goal, near: best))
}

extension Ensemble {
  /// The plan for an allocation that reaches the goal, with the allocations of every draw.
  ///
  /// - Parameter choice: how size and tokens were chosen, if not by this law alone.
  func plan(for goal: PlanGoal, best: Allocation, drawn: [Allocation?], choice: String? = nil) -> Plan {
    let flops = point.flops(best, for: goal)
    let loss = self.loss(best)
    let splits = law.splits

    var findings = PlanFindings(ensemble: self, goal: goal, best: best, drawn: drawn, chosen: choice)
    findings.exponents = exponents(at: flops)
    findings.robust = robustChoice(for: goal, beside: best)
    findings.valley = point.valley(flops: flops, factors: options.valleyFactors)
    findings.lifetime = point.lifetimeCost(of: best, for: goal)
    let epochs = splits ? law.uniqueTokens.map { unique in quantity(best, drawn) { $0.tokens / unique } } : nil
    findings.params = splits ? quantity(best, drawn) { $0.params } : nil
    findings.loss = loss.quantity.interval
    findings.predictionInterval = predictionInterval(
      loss.samples, logResiduals: law.fitted.logResiduals, level: options.level, seed: options.seed)
    return Plan(
      law: law.fitted.law.name, provenance: law.fitted.provenance, fit: law.fitted.fingerprint,
      params: findings.params,
      sizeColumn: law.fitted.law.sizeColumn, tokens: splits ? quantity(best, drawn) { $0.tokens } : nil,
      flops: quantity(best, drawn) { point.flops($0, for: goal) },
      tokensPerParam: splits ? quantity(best, drawn) { $0.tokens / $0.params } : nil, epochs: epochs,
      loss: loss.quantity,
      predictionInterval: findings.predictionInterval,
      exponents: findings.exponents, robust: findings.robust, valley: findings.valley, lifetime: findings.lifetime,
      level: options.level, seed: options.seed, drawCount: draws.count, reasons: findings.reasons,
      warnings: findings.warnings)
  }

  /// Throws for laws of compute alone, which do not accept constraints on size and tokens.
  func checkConstraintsFitLaw() throws(PlanError) {
    guard !law.splits else { return }
    let asked = constraints
    guard asked.maxTokens == nil, asked.maxParams == nil, asked.fixedParams == nil, asked.fixedTokens == nil,
      asked.inferenceTokens == nil
    else {
      throw PlanError(
        "the law '\(law.fitted.law.name)' depends only on compute, so size and tokens cannot be constrained; "
          + "use a law of both, such as chinchilla"
      )
    }
  }

  /// The size of lowest mean loss over the draws, if the budget leaves it open.
  fileprivate func robustChoice(for goal: PlanGoal, beside best: Allocation) -> RobustChoice? {
    guard case .flops(let flops) = goal, let mean, law.splits, constraints.fixedParams == nil,
      constraints.fixedTokens == nil, constraints.inferenceTokens ?? 0 == 0,
      let choice = mean.trainingOptimum(flops)
    else { return nil }
    let planned = mean.surface.loss(params: best.params, tokens: best.tokens)
    return RobustChoice(
      params: choice.params, tokens: choice.tokens, meanLoss: choice.loss, gain: max(0, planned - choice.loss))
  }

  /// The reason why no run reaches the goal.
  func unreachable(_ goal: PlanGoal) -> PlanError {
    let name = law.fitted.law.name
    guard case .loss(let target) = goal else {
      return PlanError("the law '\(name)' has no finite loss for this budget; check its parameters")
    }
    let least = point.leastLoss
    var what = "at unlimited size and tokens"
    if let params = constraints.fixedParams {
      what = "with \(formatParams(params))"
    } else if let tokens = constraints.fixedTokens {
      what = "on \(formatTokens(tokens))"
    } else if let cap = constraints.maxTokens {
      what = "on at most \(formatTokens(cap))"
    }
    if let cap = constraints.maxParams { what += ", with at most \(formatParams(cap))" }
    return PlanError(
      "the law '\(name)' does not go below a loss of \(NumberText.rounded(least, 5)) \(what), so \(target) cannot be "
        + "reached; raise the target or loosen the constraints"
    )
  }
}

extension Allocator {
  /// The lowest loss that the constraints allow with unlimited compute.
  var leastLoss: Double {
    surface.loss(
      params: constraints.fixedParams ?? sizeCap,
      tokens: constraints.fixedTokens ?? tokenCap)
  }
}
