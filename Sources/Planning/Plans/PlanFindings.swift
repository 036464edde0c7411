import Documents
import ScalingLaws
import Tables

/// The findings of a plan, from which its sentences are written.
struct PlanFindings {
  let ensemble: Ensemble
  let goal: PlanGoal
  let best: Allocation
  let drawn: [Allocation?]
  /// The way in which size and tokens were chosen, if not by this law alone.
  var chosen: String?
  var exponents: PlanExponents?
  var robust: RobustChoice?
  var valley: Valley?
  var lifetime: LifetimeCost?
  var params: Quantity?
  /// The intervals of the mean loss of such runs, and of one run's.
  var loss: ClosedRange<Double>?
  var predictionInterval: ClosedRange<Double>?

  var fitted: FittedLaw { ensemble.law.fitted }
  var constraints: PlanConstraints { ensemble.constraints }
  var flops: Double { ensemble.point.flops(best, for: goal) }
  var percent: String { NumberText.percent(ensemble.options.level, 2) }
}

extension PlanFindings {
  /// One sentence for each decision.
  var reasons: [String] {
    var sentences = ["The law is \(fitted.law.name), L = \(fitted.law.formula.text): \(fitted.provenance)."]
    guard ensemble.law.splits else {
      sentences.append(
        "It depends only on compute, so it predicts a loss of \(NumberText.rounded(best.loss, 4)) at "
          + "\(formatFLOPs(flops)) and does not determine size and tokens.")
      return sentences
    }
    sentences.append(ensemble.options.rule.sentence)
    sentences += [chosen ?? choice] + repetition + limits
    if let lifetime { sentences.append(serving(lifetime)) }
    sentences += [constraintCost, expectation, growth, flatness, robustness].compactMap { $0 }
    return sentences
  }

  /// The choice of size and tokens.
  private var choice: String {
    let run = "\(formatParams(best.params)) on \(formatTokens(best.tokens))"
    let loss = NumberText.rounded(best.loss, 4)
    let ratio = "\(NumberText.rounded(best.tokens / best.params)) tokens per parameter"
    switch goal {
    case .flops(let budget):
      if let given { return "With \(given) given, \(formatFLOPs(flops)) train \(run), \(ratio), to a loss of \(loss)." }
      if lifetime != nil {
        return "\(run), \(ratio), reach the loss of \(loss) that \(formatFLOPs(budget)) of training could buy."
      }
      let how = ensemble.point.tradeOff != nil && best.limit == nil ? "in closed form" : "by search over the size"
      return "Of all splits of \(formatFLOPs(budget)), \(run), \(ratio), have the lowest loss, \(loss) (\(how))."
    case .loss:
      let training = "\(formatFLOPs(flops)) of training"
      if let given { return "With \(given) given, \(run), \(ratio), reach a loss of \(loss) with \(training)." }
      let least = lifetime == nil ? "the least training compute" : "the least compute of training and inference"
      return "\(run), \(ratio), reach a loss of \(loss) at \(least), with \(training)."
    }
  }

  /// The number of passes over the distinct tokens, if the law counts them.
  private var repetition: [String] {
    guard let unique = ensemble.law.uniqueTokens else { return [] }
    let epochs = best.tokens / unique
    let times = epochs < 1 ? NumberText.percent(epochs) : "\(NumberText.rounded(epochs)) epochs"
    return ["Those tokens are \(times) of the \(formatTokens(unique)) that are distinct."]
  }

  /// The part of size and tokens that was given and not chosen.
  private var given: String? {
    switch (constraints.fixedParams, constraints.fixedTokens) {
    case (nil, nil): nil
    case (_?, nil): "the size"
    case (nil, _?): "the tokens"
    case (_?, _?): "size and tokens"
    }
  }

  private var limits: [String] {
    guard case .flops(let budget) = goal else {
      switch best.limit {
      case .tokenCap: return ["The cap of \(formatTokens(best.tokens)) binds: with more tokens, less compute would do."]
      case .sizeCap:
        return ["The cap of \(formatParams(best.params)) binds: with a larger model, less compute would do."]
      case .unspent, .bothCaps, .oneParameter, .oneToken, nil: return []
      }
    }
    switch best.limit {
    case .tokenCap:
      return [
        "The cap of \(formatTokens(best.tokens)) binds, so the rest of the compute goes into a larger model than the "
          + "optimum without it."
      ]
    case .unspent:
      let spent = "\(formatFLOPs(flops)) of \(formatFLOPs(budget))"
      return [
        "The cap of \(formatTokens(best.tokens)) binds and a larger model gains nothing, so only \(spent) can be used."
      ]
    case .sizeCap:
      return [
        "The cap of \(formatParams(best.params)) binds, so the rest of the compute goes into more tokens than the "
          + "optimum without it."
      ]
    case .bothCaps:
      return [
        "A larger model is capped at \(formatParams(best.params)) and the tokens at \(formatTokens(best.tokens)), so "
          + "only \(formatFLOPs(flops)) of \(formatFLOPs(budget)) can be used."
      ]
    case .oneParameter, .oneToken, nil:
      guard let cap = constraints.maxTokens else { return [] }
      return [
        "The cap of \(formatTokens(cap)) does not bind here, but cuts off the draws that would train on more."
      ]
    }
  }

  private func serving(_ lifetime: LifetimeCost) -> String {
    let trained = "\(formatParams(lifetime.trainingOnlyParams)) on \(formatTokens(lifetime.trainingOnlyTokens))"
    return
      "Serving \(formatTokens(lifetime.inferenceTokens)) takes \(formatFLOPs(lifetime.inferenceFLOPs)) more; compared "
      + "with \(trained), the cheapest to train to this loss, the lifetime's compute falls by "
      + "\(NumberText.percent(lifetime.saving)) to \(formatFLOPs(lifetime.totalFLOPs))."
  }

  /// The cost of the constraints in loss.
  private var constraintCost: String? {
    guard lifetime == nil, chosen == nil,
      constraints.maxTokens != nil || constraints.maxParams != nil || given != nil,
      let free = ensemble.point.unconstrained.trainingOptimum(flops), best.loss - free.loss > 1e-4
    else { return nil }
    return "Without the constraint the same compute would train \(formatParams(free.params)) on "
      + "\(formatTokens(free.tokens)) to a loss \(NumberText.rounded(best.loss - free.loss, 2)) lower."
  }

  /// The intervals of the loss.
  private var expectation: String? {
    guard let loss else { return nil }
    func ends(_ interval: ClosedRange<Double>) -> String {
      "\(NumberText.rounded(interval.lowerBound, 4)) and \(NumberText.rounded(interval.upperBound, 4))"
    }
    let single = predictionInterval.map { ", and the loss of a single one between \(ends($0))" } ?? ""
    return "The \(percent) interval puts the mean loss of such runs between \(ends(loss))\(single)."
  }

  private var growth: String? {
    guard let exponents else { return nil }
    let size = NumberText.rounded(exponents.params.value)
    let range =
      exponents.params.interval.map {
        " (\(percent) interval \(NumberText.rounded($0.lowerBound)) to \(NumberText.rounded($0.upperBound)))"
      } ?? ""
    return "The optimal size grows as compute to the power \(size)\(range), the tokens to the power "
      + "\(NumberText.rounded(exponents.tokens.value))."
  }

  private var flatness: String? {
    guard let valley else { return nil }
    let sizes = "from \(formatCount(valley.sizes.lowerBound)) to \(formatParams(valley.sizes.upperBound))"
    let isFlat = valley.sizes.upperBound > 4 * valley.sizes.lowerBound
    return "\(isFlat ? "The valley is flat: without" : "Without") other constraints, any size \(sizes) comes within "
      + "\(NumberText.percent(valley.tolerance, 1)) of the lowest loss of this compute."
  }

  private var robustness: String? {
    guard let robust else { return nil }
    let ratio = robust.params / best.params
    guard abs(ratio - 1) > 0.05 else {
      return "The size of lowest mean loss over the \(ensemble.draws.count) draws is within 5 % of the plan's, so the "
        + "uncertainty of the law does not change the choice."
    }
    return
      "Over the \(ensemble.draws.count) draws, \(formatParams(robust.params)) on \(formatTokens(robust.tokens)) have "
      + "the lowest mean loss, \(NumberText.rounded(robust.gain, 2)) below this plan's: the choice of least regret."
  }
}
