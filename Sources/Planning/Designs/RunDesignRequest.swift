import Tables

/// The quantities that a design of the next runs is to predict.
public enum DesignGoal: String, Sendable, CaseIterable {
  /// The loss of the compute-optimal run at the target.
  case loss
  /// The compute-optimal size at the target.
  case optimum
  /// Both, in equal measure.
  case both
}

/// A request for the runs to buy next.
public struct DesignRequest: Sendable {
  /// Total FLOP of all runs.
  public var pilotBudget: Double
  /// FLOP of the training run to be predicted.
  public var target: Double
  public var goal = DesignGoal.loss
  /// The standard deviation of a run's log loss; that of the fit's residuals if nil.
  public var noise: Double?
  /// The same for the cheapest run, if small runs are noisier: in between, noise is a power of compute.
  public var noiseOfCheapest: Double?
  /// The share of the pilot budget that one run may take.
  public var largestShare = 0.1
  /// The smallest size; the smallest of the fitted runs if nil, like the tokens.
  public var minParams: Double?
  public var maxParams: Double?
  public var minTokens: Double?
  public var maxRuns = 35
  /// The most repeats of one size on the same tokens.
  public var maxRepeats = 3
  /// The largest factor between a size and the optimal one for its compute: that of an isoFLOP grid unless given. Sizes
  /// farther off teach more under the law, and most where the law may not hold.
  public var sizeFactor = 4.0
  /// Values of the law's further variables.
  public var fixed: [String: Double] = [:]
  /// The level of the expected intervals.
  public var level = 0.9

  public init(pilotBudget: Double, target: Double) {
    self.pilotBudget = pilotBudget
    self.target = target
  }

  /// The most compute of one run.
  var mostOfOneRun: Double { pilotBudget * largestShare }

  func validate() throws(PlanError) {
    try checkPositive(pilotBudget, "the pilot budget")
    try checkPositive(target, "the target's compute")
    for noise in [noise, noiseOfCheapest].compactMap({ $0 }) where !(noise >= 1e-9 && noise <= 10) {
      throw PlanError(
        "the noise of a run's log loss must lie between 1e-9 and 10, not \(noise); 0.01 is 1 % of the loss")
    }
    try checkPositive(minParams, "the smallest size")
    try checkPositive(maxParams, "the largest size")
    try checkPositive(minTokens, "the fewest tokens")
    guard largestShare > 0, largestShare <= 1 else {
      throw PlanError("the largest run's share of the budget must lie between 0 and 1, not \(largestShare)")
    }
    guard (1...10_000).contains(maxRuns), (1...10_000).contains(maxRepeats) else {
      throw PlanError("the most runs and the most repeats must be from 1 to 10000, not \(maxRuns) and \(maxRepeats)")
    }
    guard sizeFactor > 1, sizeFactor <= 1e6 else {
      throw PlanError("sizes may be from 1 to 1e6 times off the optimal one, not \(sizeFactor)")
    }
    guard level > 0, level < 1 else {
      throw PlanError("the level of the intervals must lie between 0 and 1, not \(level); 0.9 is usual")
    }
    if let least = minParams, let most = maxParams, least > most {
      throw PlanError("the smallest size of \(formatParams(least)) is above the largest of \(formatParams(most))")
    }
    guard target > pilotBudget else {
      throw PlanError(
        "the target of \(formatFLOPs(target)) is not above the pilot budget of \(formatFLOPs(pilotBudget)): train the "
          + "target itself, or give a smaller budget")
    }
  }
}

/// A run to buy.
public struct DesignRun: Sendable, Hashable {
  public let params: Double
  public let tokens: Double
  /// Training FLOP of one repeat.
  public let flops: Double
  public var repeats: Int

  public init(params: Double, tokens: Double, flops: Double, repeats: Int = 1) {
    self.params = params
    self.tokens = tokens
    self.flops = flops
    self.repeats = repeats
  }
}

extension [DesignRun] {
  /// Training FLOP of all repeats.
  public var flops: Double { reduce(0) { $0 + $1.flops * Double($1.repeats) } }

  /// All repeats together.
  public var runCount: Int { reduce(0) { $0 + $1.repeats } }
}
