import Foundation
import ScalingLaws

/// A size and the tokens to train it on.
struct Allocation {
  /// The limit that stopped the search, if size and tokens are not in balance.
  enum Limit {
    /// The cap on tokens is reached, and the rest of the budget goes into the size.
    case tokenCap
    /// The cap on tokens is reached, and a larger model would not be better: the budget is not used up.
    case unspent
    /// The cap on the size is reached, and the rest of the budget goes into tokens.
    case sizeCap
    /// Both caps are reached: the budget is not used up.
    case bothCaps
    /// The law puts all compute in tokens.
    case oneParameter
    /// The law puts all compute in size.
    case oneToken
  }

  var params: Double
  var tokens: Double
  var loss: Double
  var limit: Limit?
}

/// The allocations that one set of parameters, or the mean over many, calls for.
struct Allocator {
  let surface: LossSurface
  let tradeOff: PowerTradeOff?
  let rule: ComputeRule
  let constraints: PlanConstraints
  let splits: Bool

  /// Sizes and tokens that represent unlimited ones.
  static let unlimited = 1e60

  var tokenCap: Double { constraints.maxTokens ?? Self.unlimited }
  var sizeCap: Double { constraints.maxParams ?? Self.unlimited }

  /// The allocation that reaches the goal under the constraints; nil if the goal cannot be reached.
  func allocation(for goal: PlanGoal, near guess: Allocation? = nil) -> Allocation? {
    switch goal {
    case .flops(let flops):
      guard let trained = trainingOptimum(flops, near: guess) else { return nil }
      guard let served = constraints.inferenceTokens, served > 0 else { return trained }
      return cheapest(reaching: trained.loss, serving: served, near: guess ?? trained)
    case .loss(let loss):
      return cheapest(reaching: loss, serving: constraints.inferenceTokens ?? 0, near: guess)
    }
  }

  /// The training compute of an allocation: the budget itself if all of it is spent.
  func flops(_ allocation: Allocation, for goal: PlanGoal) -> Double {
    let flops = rule.trainingFLOPs(params: allocation.params, tokens: allocation.tokens)
    // The product differs from the budget in the last digits.
    if case .flops(let budget) = goal, abs(flops - budget) <= 1e-12 * budget { return budget }
    return flops
  }

  /// The lowest loss for training compute.
  ///
  /// - Parameter guess: an estimate of the optimum, such as that of a similar law.
  func trainingOptimum(_ flops: Double, near guess: Allocation? = nil) -> Allocation? {
    if let params = constraints.fixedParams {
      let tokens = constraints.fixedTokens ?? rule.other(params, flops: flops)
      return tokens > tokenCap
        ? at(params, tokenCap, limit: .unspent) : at(params, tokens)
    }
    if let tokens = constraints.fixedTokens {
      let params = rule.other(tokens, flops: flops)
      return params > sizeCap ? at(sizeCap, tokens, limit: .bothCaps) : at(params, tokens)
    }
    // Without a split, only the compute counts.
    guard splits else { return at(1, rule.other(1, flops: flops)) }
    if let tradeOff {
      let params = tradeOff.optimalParams(flops: flops, flopsPerParamToken: rule.perParam)
      let tokens = rule.other(params, flops: flops)
      if params >= 1, params <= sizeCap, tokens >= 1, tokens <= tokenCap { return at(params, tokens) }
    }
    return numericOptimum(flops, near: guess)
  }

  func at(_ params: Double, _ tokens: Double, limit: Allocation.Limit? = nil) -> Allocation? {
    let loss = surface.loss(params: params, tokens: tokens)
    guard loss.isFinite, params.isFinite, tokens.isFinite else { return nil }
    return Allocation(params: params, tokens: tokens, loss: loss, limit: limit)
  }

  /// The lowest loss along the budget, by search over the logarithm of the size.
  private func numericOptimum(_ flops: Double, near guess: Allocation?) -> Allocation? {
    let product = rule.other(1, flops: flops)
    let smallest = max(1, product / tokenCap)
    let largest = min(product, sizeCap)
    guard largest >= smallest else { return cappedOptimum(upTo: largest) }
    let minimum = lowest(from: log(smallest), to: log(largest), near: guess.map { log($0.params) }) { x in
      let params = exp(x)
      let point = surface.point(params: params, tokens: product / params)
      return (point.loss, point.byLogParams - point.byLogTokens)
    }
    switch minimum {
    case .inside(let x): return at(exp(x), product / exp(x))
    case .upper:
      return largest < product ? at(largest, product / largest, limit: .sizeCap) : at(product, 1, limit: .oneToken)
    case .lower where smallest == 1: return at(1, product, limit: .oneParameter)
    case .lower: return cappedOptimum(upTo: smallest)
    case nil: return nil
    }
  }

  /// The lowest loss at the cap on tokens, over sizes that the budget allows.
  private func cappedOptimum(upTo largest: Double) -> Allocation? {
    let joint = surface.point(params: largest, tokens: tokenCap)
    let limit: Allocation.Limit = largest == sizeCap ? .bothCaps : .tokenCap
    if joint.byLogParams <= 0 || largest <= 1 { return at(largest, tokenCap, limit: limit) }
    let minimum = lowest(from: 0, to: log(largest)) { x in
      let point = surface.point(params: exp(x), tokens: tokenCap)
      return (point.loss, point.byLogParams)
    }
    switch minimum {
    case .inside(let x): return at(exp(x), tokenCap, limit: .unspent)
    case .lower: return at(1, tokenCap, limit: .unspent)
    case .upper: return at(largest, tokenCap, limit: limit)
    case nil: return nil
    }
  }
}
