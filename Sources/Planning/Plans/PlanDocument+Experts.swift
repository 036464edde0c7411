extension PlanDocument {
  /// The number of experts, and the outcome of each number.
  public struct MixtureSection: Codable, Sendable, Hashable {
    public var experts: Double
    /// Nil for a law without experts.
    public var activeExperts: Double?
    public var vocabulary: Double?
    /// The memory of the plan in bytes, and the parameters that make it up.
    public var memory: Double?
    public var totalParams: Double?
    public var memoryLimit: Double?
    public var bytesPerParam: Double
    public var binds: String?
    public var alternatives: [Row]
    /// Numbers of experts that do not fit or do not reach the target.
    public var unfit: [Double]

    public struct Row: Codable, Sendable, Hashable {
      public var experts: Double
      public var activeParams: DocumentQuantity
      public var totalParams: Double?
      public var tokens: DocumentQuantity
      public var flops: Double?
      public var loss: DocumentQuantity
      /// In bytes.
      public var memory: Double?
      /// `compute`, `memory`, `tokens` or `memory and tokens`.
      public var binds: String
      /// Of the draws.
      public var share: Double?

    }

    init(_ choice: MixtureChoice) {
      experts = choice.experts
      activeExperts = choice.architecture?.activeExperts
      vocabulary = choice.architecture?.vocabulary
      memory = choice.best.flatMap { finite($0.memory) }
      totalParams = choice.best.flatMap { finite($0.totalParams) }
      memoryLimit = choice.memoryLimit
      bytesPerParam = choice.bytesPerParam
      binds = choice.best?.binding.rawValue
      alternatives = choice.rows.map {
        Row(
          experts: $0.experts, activeParams: DocumentQuantity($0.activeParams), totalParams: finite($0.totalParams),
          tokens: DocumentQuantity($0.tokens), flops: finite($0.flops), loss: DocumentQuantity($0.loss),
          memory: finite($0.memory), binds: $0.binding.rawValue, share: $0.share)
      }
      unfit = choice.unfit
    }
  }

  /// The options for a dense checkpoint and a further budget.
  public struct UpcyclingSection: Codable, Sendable, Hashable {
    public var denseParams: Double
    public var denseTokens: Double
    public var experts: Double
    public var activeExperts: Double
    public var vocabulary: Double
    public var memoryLimit: Double?
    public var bytesPerParam: Double
    /// The utilization of mixtures over that of the dense model; nil where one utilization was taken for all.
    public var mixtureRate: Double?
    /// `dense`, `moe_from_scratch` or `upcycled`, as in the rows and crossovers.
    public var best: UpcyclingOption
    public var options: [Row]
    public var crossovers: [Crossover]

    public struct Row: Codable, Sendable, Hashable {
      public var option: UpcyclingOption
      public var activeParams: Double?
      public var totalParams: Double?
      public var tokens: Double?
      public var loss: DocumentQuantity
      /// In bytes.
      public var memory: Double?
      public var fits: Bool
      public var share: Double?

    }

    public struct Crossover: Codable, Sendable, Hashable {
      public var flops: DocumentQuantity
      public var tokens: Double?
      public var below: UpcyclingOption
      public var above: UpcyclingOption
    }

    init(_ choice: UpcyclingChoice) {
      denseParams = choice.denseParams
      denseTokens = choice.denseTokens
      experts = choice.experts
      activeExperts = choice.architecture.activeExperts
      vocabulary = choice.architecture.vocabulary
      memoryLimit = choice.memoryLimit
      bytesPerParam = choice.bytesPerParam
      mixtureRate = choice.mixtureRate == 1 ? nil : choice.mixtureRate
      best = choice.best
      options = choice.rows.map {
        Row(
          option: $0.option, activeParams: finite($0.activeParams), totalParams: finite($0.totalParams),
          tokens: finite($0.tokens), loss: DocumentQuantity($0.loss), memory: finite($0.memory), fits: $0.fits,
          share: $0.share)
      }
      crossovers = choice.crossovers.map {
        Crossover(
          flops: DocumentQuantity($0.flops), tokens: finite($0.tokens), below: $0.below, above: $0.above)
      }
    }
  }
}
