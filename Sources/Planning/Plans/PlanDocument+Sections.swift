import Documents
import TrainingCost

/// A number with its interval, `[lower, upper]`, which is null where there is none.
public struct DocumentQuantity: Codable, Sendable, Hashable, DocumentChecked {
  public var value: Double?
  public var interval: [Double]?

  public init(value: Double?, interval: [Double]?) { (self.value, self.interval) = (value, interval) }

  public init(_ quantity: Quantity) {
    value = finite(quantity.value)
    interval = bounds(quantity.interval)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encode(interval, forKey: .interval)
  }

  public func check() throws(DocumentFault) {
    guard interval?.count ?? 2 == 2 else { throw DocumentFault("interval", "it should be two numbers, as [2.1, 2.3]") }
  }
}

extension PlanDocument {
  public struct Loss: Codable, Sendable, Hashable {
    public var value: Double?
    /// Of the mean of such runs.
    public var interval: [Double]?
    /// Of one such run.
    public var predictionInterval: [Double]?

    init(_ plan: Plan) {
      value = finite(plan.loss.value)
      interval = bounds(plan.loss.interval)
      predictionInterval = bounds(plan.predictionInterval)
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
      try container.encode(interval, forKey: .interval)
      try container.encode(predictionInterval, forKey: .predictionInterval)
    }
  }

  /// The powers of compute with which the optimal size and tokens grow.
  public struct Exponents: Codable, Sendable, Hashable {
    public var size: DocumentQuantity
    public var tokens: DocumentQuantity

    init(_ exponents: PlanExponents) {
      size = DocumentQuantity(exponents.params)
      tokens = DocumentQuantity(exponents.tokens)
    }
  }

  public struct Robust: Codable, Sendable, Hashable {
    public var params: Double?
    public var tokens: Double?
    public var meanLoss: Double?
    public var gain: Double?

    init(_ choice: RobustChoice) {
      params = finite(choice.params)
      tokens = finite(choice.tokens)
      meanLoss = finite(choice.meanLoss)
      gain = finite(choice.gain)
    }
  }

  public struct ValleySection: Codable, Sendable, Hashable {
    public var rows: [Row]
    /// The loss of sizes about the plan's, for a picture; nil for a law of other variables than size and tokens.
    public var curve: ValleyCurve?
    /// The sizes within the tolerance, `[smallest, largest]`.
    public var params: [Double]?
    /// The excess as a share of the lowest loss.
    public var tolerance: Double

    public struct Row: Codable, Sendable, Hashable {
      public var factor: Double
      public var params: Double?
      public var tokens: Double?
      public var loss: Double?
      public var excess: Double?
      public var matchingFlops: Double?
      public var extraCompute: Double?

    }

    init(_ valley: Valley, _ curve: ValleyCurve?) {
      self.curve = curve
      rows = valley.rows.map {
        Row(
          factor: $0.factor, params: finite($0.params), tokens: finite($0.tokens), loss: finite($0.loss),
          excess: finite($0.excess), matchingFlops: $0.matchingFLOPs.flatMap(finite),
          extraCompute: $0.extraCompute.flatMap(finite))
      }
      params = bounds(valley.sizes)
      tolerance = valley.tolerance
    }
  }

  /// Compute of training and serving, in FLOP.
  public struct Lifetime: Codable, Sendable, Hashable {
    public var inferenceTokens: Double
    public var trainingFlops: Double?
    public var inferenceFlops: Double?
    public var totalFlops: Double?
    public var trainingOnlyParams: Double?
    public var trainingOnlyTokens: Double?
    public var trainingOnlyTotalFlops: Double?
    /// A share.
    public var saving: Double?

    init(_ cost: LifetimeCost) {
      inferenceTokens = cost.inferenceTokens
      trainingFlops = finite(cost.trainingFLOPs)
      inferenceFlops = finite(cost.inferenceFLOPs)
      totalFlops = finite(cost.totalFLOPs)
      trainingOnlyParams = finite(cost.trainingOnlyParams)
      trainingOnlyTokens = finite(cost.trainingOnlyTokens)
      trainingOnlyTotalFlops = finite(cost.trainingOnlyTotalFLOPs)
      saving = finite(cost.saving)
    }
  }

  /// Accelerator time, money and time of the training.
  public struct Cost: Codable, Sendable, Hashable {
    public var accelerator: String
    public var gpuHours: Double?
    public var usd: Double?
    public var days: Double?
    public var assumptions: [String]

    init(_ cost: ComputeCost) {
      accelerator = cost.accelerator.name
      gpuHours = finite(cost.gpuHours)
      usd = cost.usd.flatMap(finite)
      days = cost.seconds.flatMap { finite($0 / 86_400) }
      assumptions = cost.sentences
    }
  }

  public struct SweepSection: Codable, Sendable, Hashable {
    public var budget: Double
    public var experts: Double?
    public var flops: DocumentQuantity
    public var params: DocumentQuantity?
    public var tokens: DocumentQuantity?
    public var tokensPerParam: DocumentQuantity?
    public var loss: DocumentQuantity
    public var seconds: Double?
    public var mfu: Double?

    public init(_ row: SweepRow) {
      budget = row.budget
      experts = row.experts
      flops = DocumentQuantity(row.flops)
      params = row.params.map(DocumentQuantity.init)
      tokens = row.tokens.map(DocumentQuantity.init)
      tokensPerParam = row.tokensPerParam.map(DocumentQuantity.init)
      loss = DocumentQuantity(row.loss)
      seconds = row.seconds
      mfu = row.utilization
    }
  }
}

func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

private func bounds(_ interval: ClosedRange<Double>?) -> [Double]? {
  interval.flatMap { $0.lowerBound.isFinite && $0.upperBound.isFinite ? [$0.lowerBound, $0.upperBound] : nil }
}
