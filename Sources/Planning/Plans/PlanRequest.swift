import Tables

/// The goal of a plan.
public enum PlanGoal: Sendable, Hashable {
  /// The lowest loss for training compute in FLOP.
  case flops(Double)
  /// The cheapest run that reaches a loss, in the law's unit (nats per token unless its column says otherwise).
  case loss(Double)
}

/// The constraints of a plan.
public struct PlanConstraints: Sendable, Hashable {
  /// The most tokens to train on.
  public var maxTokens: Double?
  /// The largest size, as the law counts it.
  public var maxParams: Double?
  /// The given size.
  public var fixedParams: Double?
  /// The given tokens.
  public var fixedTokens: Double?
  /// Tokens that the model will serve over its life: their compute is then minimized with the training's (Sardana et
  /// al. 2024).
  public var inferenceTokens: Double?
  /// Values of the law's further variables, by their name in the formula or their column.
  public var fixed: [String: Double]

  public init(
    maxTokens: Double? = nil, maxParams: Double? = nil, fixedParams: Double? = nil, fixedTokens: Double? = nil,
    inferenceTokens: Double? = nil, fixed: [String: Double] = [:]
  ) {
    self.maxTokens = maxTokens
    self.maxParams = maxParams
    self.fixedParams = fixedParams
    self.fixedTokens = fixedTokens
    self.inferenceTokens = inferenceTokens
    self.fixed = fixed
  }

  /// The same, with size and tokens free and nothing served.
  var unconstrained: PlanConstraints { PlanConstraints(fixed: fixed) }
}

/// Options of planning and reporting.
public struct PlanOptions: Sendable, Hashable {
  /// The share of the draws that an interval holds, in 0 ..< 1.
  public var level: Double
  /// The seed of the residuals in the prediction interval.
  public var seed: UInt64
  public var rule: ComputeRule
  /// The factors on the optimal size whose cost ``Valley`` lists.
  public var valleyFactors: [Double]

  public init(
    level: Double = 0.9, seed: UInt64 = 0, rule: ComputeRule = .sixND, valleyFactors: [Double] = [0.25, 0.5, 2, 4]
  ) {
    self.level = level
    self.seed = seed
    self.rule = rule
    self.valleyFactors = valleyFactors
  }
}

/// A plan that cannot be made or read, and the remedy.
public struct PlanError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
  /// The time of the fastest run, for a missed deadline.
  let seconds: Double?

  public init(_ description: String) { self.init(description, seconds: nil) }

  init(_ description: String, seconds: Double?) {
    self.description = description
    self.seconds = seconds
  }
}

func checkPositive(_ value: Double?, _ what: String) throws(PlanError) {
  guard let value else { return }
  guard value > 0, value.isFinite else { throw PlanError("\(what) must be above zero and finite, not \(value)") }
}

/// Checks everything in a request that does not depend on the law.
func validate(
  _ goal: PlanGoal, _ constraints: PlanConstraints, _ options: PlanOptions
) throws(PlanError) {
  try checkPositive(constraints.maxTokens, "the cap on tokens")
  try checkPositive(constraints.maxParams, "the cap on the size")
  try checkPositive(constraints.fixedParams, "the fixed size")
  try checkPositive(constraints.fixedTokens, "the fixed number of tokens")
  if let tokens = constraints.inferenceTokens, !(tokens >= 0 && tokens.isFinite) {
    throw PlanError("the inference tokens must be zero or more and finite, not \(tokens)")
  }
  guard options.level > 0, options.level < 1 else {
    throw PlanError("the level of the intervals must lie between 0 and 1, not \(options.level); 0.9 is usual")
  }
  for factor in options.valleyFactors { try checkPositive(factor, "a factor on the size") }
  if let cap = constraints.maxTokens, let tokens = constraints.fixedTokens, tokens > cap {
    throw PlanError("the fixed \(formatTokens(tokens)) are above the cap of \(formatTokens(cap)); drop one of them")
  }
  if let cap = constraints.maxParams, let params = constraints.fixedParams, params > cap * (1 + 1e-9) {
    throw PlanError("the fixed \(formatParams(params)) are above the cap of \(formatParams(cap)); drop one of them")
  }
  if constraints.inferenceTokens != nil, constraints.fixedParams != nil || constraints.fixedTokens != nil {
    throw PlanError(
      "inference tokens determine the balance of size and tokens, so neither can be fixed; "
        + "drop the inference tokens or the fixed value"
    )
  }
  switch goal {
  case .flops(let flops):
    try checkPositive(flops, "the training compute")
    guard flops >= options.rule.trainingFactor else {
      throw PlanError(
        "\(flops) FLOP are too few to train one parameter on one token; give at least \(options.rule.trainingFactor)")
    }
    if let params = constraints.fixedParams, let tokens = constraints.fixedTokens {
      let needed = options.rule.trainingFLOPs(params: params, tokens: tokens)
      // A budget computed from the two in another order may differ in its last digits.
      guard needed <= flops * (1 + 1e-9) else {
        throw PlanError(
          "the fixed size and tokens take \(formatFLOPs(needed)), above the budget of \(formatFLOPs(flops)); lower one "
            + "of them"
        )
      }
    }
  case .loss(let loss):
    try checkPositive(loss, "the target loss")
    if constraints.fixedParams != nil, constraints.fixedTokens != nil {
      throw PlanError("size, tokens and target loss cannot all be given; leave one of them open")
    }
  }
}
