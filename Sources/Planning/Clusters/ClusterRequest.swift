import TrainingCost

/// A cluster, what a run on it is to come to, and what of the run is given.
public struct ClusterRequest: Sendable {
  public var cluster: Cluster
  public var goal: ClusterGoal
  /// Wall-clock seconds within which a run that is not given its time must end.
  public var deadline = Double.infinity
  /// Tokens of a sequence.
  public var sequence = 4096
  public var precision = Precision.bf16
  public var attention = AttentionKernel.flash
  /// Tokens of a step; the critical batch size where nil.
  public var batchTokens: Double?
  /// What failures and checkpoints leave of the time; all of it where nil.
  public var goodput: Goodput?
  /// Constants of the cost model fitted to the user's own steps.
  public var calibration: CostCalibration?
  public var shapes = ShapeOptions()
  /// The loss to train to where models are to be served; within ``ClusterServing/tolerance`` of the lowest where nil.
  var servedLoss: Double?
  /// What all weights must fit into, wherever they are served; no limit where nil.
  public var weights: MemoryLimit?
  public var layouts = LayoutSearch.Options()

  public init(cluster: Cluster, goal: ClusterGoal) {
    self.cluster = cluster
    self.goal = goal
  }
}

/// What a run on a cluster is to come to.
public enum ClusterGoal: Sendable, Hashable {
  /// The lowest loss in wall-clock seconds.
  case seconds(Double)
  /// The lowest loss for training compute in FLOP.
  case flops(Double)
  /// A loss, in the shortest time.
  case loss(Double)

  /// Whether a run takes the time that is given, rather than what it needs.
  func isFilled(by run: ClusterRun) -> Bool {
    if case .seconds(let seconds) = self { run.seconds > seconds * (1 - 1e-6) } else { false }
  }

  /// As documents name it.
  var key: String {
    switch self {
    case .seconds: "time"
    case .flops: "flops"
    case .loss: "loss"
    }
  }

  /// Whether a run serves it better than another.
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

/// A plan whose utilization is worked out rather than assumed: size, shape, batch and layout chosen together.
public struct ClusterPlan: Sendable {
  public let plan: Plan
  public let goal: ClusterGoal
  public let run: ClusterRun
  /// Whether the run takes all of a time that was given, so that its step time decides the tokens.
  public let fillsTime: Bool
  /// Every size that was tried, the smallest first.
  public let sizes: [ClusterRun]
  /// What training and serving take together; nil where nothing is to be served.
  public let serving: ClusterServing?
  /// Where the best size falls among them by the law's draws; nil without draws.
  public let sizeInterval: ClosedRange<Double>?
  /// Where the loss of such runs falls by the law's draws, and the cost model's error where the run fills a time.
  public let lossInterval: ClosedRange<Double>?
  /// Predicted over true step time: the range that holds ``Plan/level`` of the probability.
  public let timeError: ClosedRange<Double>
  public let sentences: [String]
}

/// A model on a cluster, in the layout that is fastest for it.
public struct ClusterRun: Sendable, Hashable {
  public let shape: TransformerShape
  /// As the law counts it.
  public let params: Double
  /// What it is trained on.
  public let tokens: Double
  public let loss: Double
  public let workload: TrainingWorkload
  public let layout: RankedLayout
  public let tokensPerSecond: Double
  /// Model FLOPs utilization.
  public let utilization: Double
  /// What training takes; below a time that is given where a cap on the tokens binds.
  public let seconds: Double
  /// What the batch is limited by, a sentence.
  public let batchSentence: String
}
