import Foundation

extension Allocator {
  /// The size and tokens that reach a loss with the least training and inference compute: the size at which
  /// `ε_N/ε_D = 1 + D_inf/(3 D)`, where ε are the elasticities of the loss (Sardana et al. 2024, arXiv 2401.00448).
  ///
  /// - Returns: nil if the loss cannot be reached within the cap on tokens.
  func cheapest(reaching loss: Double, serving inferenceTokens: Double, near guess: Allocation?) -> Allocation? {
    let guess = guess ?? Allocation(params: 1e9, tokens: 1e10, loss: loss)
    if let params = constraints.fixedParams {
      return tokens(of: params, reaching: loss, near: guess.tokens).flatMap { at(params, $0) }
    }
    if let tokens = constraints.fixedTokens {
      return params(of: tokens, reaching: loss, near: guess.params).flatMap { at($0, tokens) }
    }
    guard splits else { return compute(reaching: loss) }
    guard surface.loss(params: sizeCap, tokens: tokenCap) < loss else { return nil }
    if constraints.maxTokens != nil, let params = params(of: tokenCap, reaching: loss, near: guess.params),
      costSlope(params: params, tokens: tokenCap, serving: inferenceTokens) >= 0
    {
      return at(params, tokenCap, limit: .tokenCap)
    }
    if constraints.maxParams != nil, let tokens = tokens(of: sizeCap, reaching: loss, near: guess.tokens),
      costSlope(params: sizeCap, tokens: tokens, serving: inferenceTokens) <= 0
    {
      return at(sizeCap, tokens, limit: .sizeCap)
    }
    var nearTokens = guess.tokens
    let size = root(near: log(guess.params), within: 0...log(sizeCap)) { x in
      // Too small a model never reaches the loss, and too large a one reaches it at the first token.
      guard let tokens = tokens(of: exp(x), reaching: loss, near: nearTokens) else { return -1 }
      guard tokens > 1 else { return 1 }
      nearTokens = tokens
      return costSlope(params: exp(x), tokens: tokens, serving: inferenceTokens)
    }
    guard let size, let tokens = tokens(of: exp(size), reaching: loss, near: nearTokens) else { return nil }
    return at(exp(size), tokens)
  }

  /// The tokens on which a size reaches a loss: nil if never, 1 if immediately.
  func tokens(of params: Double, reaching loss: Double, near guess: Double) -> Double? {
    crossing(near: guess, upTo: tokenCap) { surface.loss(params: params, tokens: $0) - loss }
  }

  /// The size that reaches a loss on the tokens: nil if none does, 1 if any does.
  func params(of tokens: Double, reaching loss: Double, near guess: Double) -> Double? {
    crossing(near: guess, upTo: sizeCap) { surface.loss(params: $0, tokens: tokens) - loss }
  }

  /// The compute that alone reaches a loss.
  private func compute(reaching loss: Double) -> Allocation? {
    crossing(near: 1e20, upTo: Self.unlimited) { surface.loss(params: 1, tokens: $0) - loss }.flatMap { at(1, $0) }
  }

  /// The sign of the derivative of the compute by the size, along sizes and tokens of equal loss.
  private func costSlope(params: Double, tokens: Double, serving inferenceTokens: Double) -> Double {
    let point = surface.point(params: params, tokens: tokens)
    let served = rule.inferenceFactor * inferenceTokens / (rule.trainingFactor * tokens)
    return point.byLogParams - point.byLogTokens * (1 + served)
  }

  /// The root of a falling function of a quantity of at least 1.
  private func crossing(near guess: Double, upTo most: Double, of excess: (Double) -> Double) -> Double? {
    if excess(1) <= 0 { return 1 }
    guard excess(most) <= 0 else { return nil }
    return root(near: log(guess), within: 0...log(most)) { excess(exp($0)) }.map(exp)
  }
}
