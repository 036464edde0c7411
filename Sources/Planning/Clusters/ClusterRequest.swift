import TrainingCost

/// A cluster, the goal of a run on it, and the given values of the run.
public struct ClusterRequest: Sendable {
  public var cluster: Cluster
  public var goal: ClusterGoal
  /// The deadline in wall-clock seconds for a run whose time is not given.
  public var deadline = Double.infinity
  /// Tokens of a sequence.
  public var sequence = 4096
  public var precision = Precision.bf16
  public var attention = AttentionKernel.flash
  /// Tokens of a step; the critical batch size if nil.
  public var batchTokens: Double?
  /// The share of the time that failures and checkpoints leave; all of it if nil.
  public var goodput: Goodput?
  /// Constants of the cost model fitted to the user's own steps.
  public var calibration: CostCalibration?
  public var shapes = ShapeOptions()
  /// The loss to train to if models are to be served; within ``ClusterServing/tolerance`` of the lowest if nil.
  var servedLoss: Double?
  /// The memory that all weights must fit into for serving; no limit if nil.
  public var weights: MemoryLimit?
  public var layouts = LayoutSearch.Options()

  public init(cluster: Cluster, goal: ClusterGoal) {
    self.cluster = cluster
    self.goal = goal
  }
}

/// The goal of a run on a cluster.
public enum ClusterGoal: Sendable, Hashable {
  /// The lowest loss in wall-clock seconds.
  case seconds(Double)
  /// The lowest loss for training compute in FLOP.
  case flops(Double)
  /// A loss, in the shortest time.
  case loss(Double)

  /// Whether a run uses the time that is given, rather than the time it needs.
  func isFilled(by run: ClusterRun) -> Bool {
    if case .seconds(let seconds) = self { run.seconds > seconds * (1 - 1e-6) } else { false }
  }

  /// The name in documents.
  var key: String {
    switch self {
    case .seconds: "time"
    case .flops: "flops"
    case .loss: "loss"
    }
  }

  /// Whether a run serves the goal better than another.
  func prefers(_ run: ClusterRun, to other: ClusterRun) -> Bool {
    if case .loss = self { run.seconds < other.seconds } else { run.loss < other.loss }
  }

  func validate() throws(PlanError) {
    let (value, name) =
      switch self {
      case .seconds(let seconds): (seconds, "the time, in seconds,")
      case .flops(let flops): (flops, "the compute, in FLOP,")
      case .loss(let loss): (loss, "the loss to reach")
      }
    guard value > 0, value.isFinite else { throw PlanError("\(name) must be above zero and finite, not \(value)") }
  }
}

/// A plan with a computed rather than an assumed utilization: size, shape, batch and layout are chosen together.
public struct ClusterPlan: Sendable {
  public let plan: Plan
  public let goal: ClusterGoal
  public let run: ClusterRun
  /// Whether the run uses all of a given time, so that its step time decides the tokens.
  public let fillsTime: Bool
  /// Every size that was tried, the smallest first.
  public let sizes: [ClusterRun]
  /// The cost of training and serving together; nil if nothing is to be served.
  public let serving: ClusterServing?
  /// The interval of the best size by the law's draws; nil without draws.
  public let sizeInterval: ClosedRange<Double>?
  /// The interval of the loss of such runs by the law's draws, and by the cost model's error if the run fills a time.
  public let lossInterval: ClosedRange<Double>?
  /// Predicted over true step time: the range that holds ``Plan/level`` of the probability.
  public let timeError: ClosedRange<Double>
  public let sentences: [String]
}

/// A model on a cluster, in its fastest layout.
public struct ClusterRun: Sendable, Hashable {
  public let shape: TransformerShape
  /// The size, as the law counts it.
  public let params: Double
  /// The training tokens.
  public let tokens: Double
  public let loss: Double
  public let workload: TrainingWorkload
  public let layout: RankedLayout
  public let tokensPerSecond: Double
  /// Model FLOPs utilization.
  public let utilization: Double
  /// The training time in seconds; less than a given time if a cap on the tokens binds.
  public let seconds: Double
  /// The limit of the batch, as a sentence.
  public let batchSentence: String
}
