import ScalingLaws
import Tables

/// What was found for a plan, from which its sentences are written.
struct PlanFindings {
  let ensemble: Ensemble
  let goal: PlanGoal
  let best: Allocation
  let drawn: [Allocation?]
  var exponents: PlanExponents?
  var robust: RobustChoice?
  var valley: Valley?
  var lifetime: LifetimeCost?
  var params: Quantity?

  var fitted: FittedLaw { ensemble.law.fitted }
  var constraints: PlanConstraints { ensemble.constraints }
  var flops: Double { ensemble.point.flops(best) }
  var percent: String { "\(significant(ensemble.options.level * 100, digits: 2)) %" }
}

extension PlanFindings {
  /// A sentence a decision.
  var reasons: [String] {
    var sentences = ["The law is \(fitted.law.name), L = \(fitted.law.formula.text): \(fitted.provenance)."]
    guard ensemble.law.splits else {
      sentences.append(
        "It knows only compute, so it predicts a loss of \(significant(best.loss, digits: 4)) at \(formatFLOPs(flops)) and says nothing of size and tokens."
      )
      return sentences
    }
    sentences.append(ensemble.options.rule.sentence)
    sentences += [choice] + limits
    if let lifetime { sentences.append(serving(lifetime)) }
    sentences += [constraintCost, growth, flatness, robustness].compactMap { $0 }
    return sentences
  }

  /// How size and tokens were chosen.
  private var choice: String {
    let run = "\(formatParams(best.params)) on \(formatTokens(best.tokens))"
    let loss = significant(best.loss, digits: 4)
    let ratio = "\(significant(best.tokens / best.params)) tokens a parameter"
    switch goal {
    case .flops(let budget):
      if constraints.fixedParams != nil || constraints.fixedTokens != nil {
        return "With \(given), \(formatFLOPs(flops)) train \(run), \(ratio), to a loss of \(loss)."
      }
      if lifetime != nil {
        return "\(run), \(ratio), reach the loss of \(loss) that \(formatFLOPs(budget)) of training could buy."
      }
      let how =
        ensemble.point.tradeOff != nil && best.limit == nil
        ? "in closed form" : "by search over the size"
      return "Of all splits of \(formatFLOPs(budget)), \(run), \(ratio), have the lowest loss, \(loss) (\(how))."
    case .loss(let target):
      let what = constraints.fixedParams != nil || constraints.fixedTokens != nil ? "With \(given), " : ""
      let least = lifetime == nil ? "the least training compute" : "the least training and inference compute"
      return
        "\(what)\(run), \(ratio), reach a loss of \(significant(target, digits: 4)) at \(least), \(formatFLOPs(flops)) of training."
    }
  }

  private var given: String {
    [
      constraints.fixedParams.map { "the size fixed at \(formatParams($0))" },
      constraints.fixedTokens.map { "\(formatTokens($0)) given" },
    ]
    .compactMap { $0 }.joined(separator: " and ")
  }

  private var limits: [String] {
    guard case .flops(let budget) = goal else {
      return best.limit == .tokenCap
        ? ["The cap of \(formatTokens(best.tokens)) binds: fewer compute would do with more tokens."] : []
    }
    switch best.limit {
    case .tokenCap:
      return [
        "The cap of \(formatTokens(best.tokens)) binds, so the rest of the compute goes into a larger model than the optimum without it."
      ]
    case .unspent:
      let spent = "\(formatFLOPs(flops)) of \(formatFLOPs(budget))"
      return [
        "The cap of \(formatTokens(best.tokens)) binds and a larger model gains nothing, so only \(spent) can be put to use."
      ]
    case .oneParameter, .oneToken, nil:
      return []
    }
  }

  private func serving(_ lifetime: LifetimeCost) -> String {
    let smaller =
      "\(formatParams(lifetime.trainingOnlyParams)) on \(formatTokens(lifetime.trainingOnlyTokens))"
    return
      "Serving \(formatTokens(lifetime.inferenceTokens)) takes \(formatFLOPs(lifetime.inferenceFLOPs)) more; against \(smaller), the cheapest to train to this loss, the lifetime's compute falls by \(significant(lifetime.saving * 100)) % to \(formatFLOPs(lifetime.totalFLOPs))."
  }

  /// What the constraints cost in loss.
  private var constraintCost: String? {
    guard lifetime == nil,
      constraints.maxTokens != nil || constraints.fixedParams != nil || constraints.fixedTokens != nil,
      let free = ensemble.point.unconstrained.trainingOptimum(flops), best.loss - free.loss > 1e-6
    else { return nil }
    return
      "Without the constraint the same compute would train \(formatParams(free.params)) on \(formatTokens(free.tokens)) to a loss \(significant(best.loss - free.loss, digits: 2)) lower."
  }

  private var growth: String? {
    guard let exponents else { return nil }
    let size = significant(exponents.params.value)
    let range =
      exponents.params.interval.map {
        " (\(percent) interval \(significant($0.lowerBound)) to \(significant($0.upperBound)))"
      } ?? ""
    return
      "The optimal size grows as compute to the power \(size)\(range), the tokens to the power \(significant(exponents.tokens.value))."
  }

  private var flatness: String? {
    guard let valley else { return nil }
    return
      "The valley is flat: without other constraints, any size from \(formatCount(valley.sizes.lowerBound)) to \(formatParams(valley.sizes.upperBound)) comes within \(significant(valley.tolerance * 100, digits: 1)) % of the lowest loss of this compute."
  }

  private var robustness: String? {
    guard let robust else { return nil }
    let ratio = robust.params / best.params
    guard abs(ratio - 1) > 0.05 else {
      return
        "The size of lowest mean loss over the \(ensemble.draws.count) draws is within 5 % of it, so the uncertainty of the law does not change the choice."
    }
    return
      "Over the \(ensemble.draws.count) draws, \(formatParams(robust.params)) on \(formatTokens(robust.tokens)) have the lowest mean loss, \(significant(robust.gain, digits: 2)) below this plan's: the choice of least regret."
  }
}
