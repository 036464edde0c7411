import TrainingCost

/// A cluster for a time, and what of the run on it is given.
public struct ClusterRequest: Sendable {
  public var cluster: Cluster
  /// Wall-clock seconds.
  public var seconds: Double
  /// Tokens of a sequence.
  public var sequence = 4096
  public var precision = Precision.bf16
  /// Tokens of a step; the critical batch size where nil.
  public var batchTokens: Double?
  /// What failures and checkpoints leave of the time; all of it where nil.
  public var goodput: Goodput?
  /// Constants of the cost model fitted to the user's own steps.
  public var calibration: CostCalibration?
  public var shapes = ShapeOptions()
  public var layouts = LayoutSearch.Options()

  public init(cluster: Cluster, seconds: Double) {
    self.cluster = cluster
    self.seconds = seconds
  }
}

/// A plan whose utilisation is worked out rather than assumed: size, shape, batch and layout chosen together.
public struct ClusterPlan: Sendable {
  public let plan: Plan
  public let run: ClusterRun
  /// Every size that was tried, the smallest first.
  public let sizes: [ClusterRun]
  /// What training and serving take together; nil where nothing is to be served.
  public let serving: ClusterServing?
  /// Where the size of lowest loss falls among them by the law's draws; nil without draws.
  public let sizeInterval: ClosedRange<Double>?
  /// Where the loss of such runs falls by the law's draws and the cost model's error together.
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
  /// What it is trained on in the time.
  public let tokens: Double
  public let loss: Double
  public let workload: TrainingWorkload
  public let layout: RankedLayout
  public let tokensPerSecond: Double
  /// Model FLOPs utilisation.
  public let utilisation: Double
  /// Below the time there is where a cap on the tokens binds.
  public let seconds: Double
  /// What the batch is limited by, a sentence.
  public let batchSentence: String
}
