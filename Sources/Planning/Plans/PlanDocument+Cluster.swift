import TrainingCost

extension PlanDocument {
  /// The run on a cluster: shape, batch, layout, time, money and energy.
  public struct ClusterSection: Codable, Sendable, Hashable {
    public var accelerator: String
    public var devices: Int
    /// What the run is to come to: `time`, `flops` or `loss`.
    public var goal: String
    public var best: Run
    /// Every size that was tried, the smallest first.
    public var sizes: [Run]
    /// The best size of each number of experts; nil where none was to be chosen.
    public var experts: [Experts]?
    /// What training and serving take together; nil where nothing is to be served.
    public var serving: Serving?
    /// Where the best size falls among them by the law's draws.
    public var sizeInterval: [Double]?
    public var stepSeconds: Double
    /// Of the run's time, with the error of the step's; nil where the time was given.
    public var secondsInterval: [Double]?
    /// Predicted over true step time, at the plan's level.
    public var timeError: [Double]
    /// Of the mean loss of such runs, with the error of the time where that decides the tokens.
    public var lossInterval: [Double]?
    public var memoryBytes: Double
    public var gpuHours: Double
    public var usd: Double?
    public var energyKWh: Double?
    public var carbonKg: Double?
    public var sentences: [String]

    enum CodingKeys: String, CodingKey {
      case accelerator, devices, goal, best, sizes, experts, serving
      case sizeInterval = "size_interval"
      case stepSeconds = "step_seconds"
      case secondsInterval = "seconds_interval"
      case timeError = "time_error"
      case lossInterval = "loss_interval"
      case memoryBytes = "memory_bytes"
      case gpuHours = "gpu_hours"
      case usd
      case energyKWh = "energy_kwh"
      case carbonKg = "carbon_kg"
      case sentences
    }

    /// - Parameter cost: of the plan's run.
    public init(_ plan: ClusterPlan, cost: RunCost, _ request: ClusterRequest) {
      accelerator = request.cluster.accelerator.name
      devices = request.cluster.count
      goal = plan.goal.key
      best = Run(plan.run)
      sizes = plan.sizes.map(Run.init)
      serving = plan.serving.map(Serving.init)
      sizeInterval = plan.sizeInterval.map { [$0.lowerBound, $0.upperBound] }
      stepSeconds = plan.run.layout.time.total
      secondsInterval =
        plan.fillsTime
        ? nil : [plan.run.seconds / plan.timeError.upperBound, plan.run.seconds / plan.timeError.lowerBound]
      timeError = [plan.timeError.lowerBound, plan.timeError.upperBound]
      lossInterval = plan.lossInterval.map { [$0.lowerBound, $0.upperBound] }
      memoryBytes = plan.run.layout.memory.total
      gpuHours = cost.gpuHours
      usd = cost.usd
      energyKWh = cost.energy
      carbonKg = cost.carbon
      sentences = plan.sentences + cost.sentences
    }
  }

  /// What sizes take to train to one loss and to serve, in accelerator hours.
  public struct Serving: Codable, Sendable, Hashable {
    public var tokens: Double
    public var loss: Double
    public var rows: [Row]

    public struct Row: Codable, Sendable, Hashable {
      public var params: Double
      public var tokens: Double
      public var trainingHours: Double
      public var servingHours: Double
      public var tensor: Int
      public var batch: Int

      enum CodingKeys: String, CodingKey {
        case params, tokens
        case trainingHours = "training_hours"
        case servingHours = "serving_hours"
        case tensor, batch
      }
    }

    init(_ serving: ClusterServing) {
      tokens = serving.tokens
      loss = serving.loss
      rows = serving.rows.map {
        Row(
          params: $0.run.params, tokens: $0.run.tokens, trainingHours: $0.trainingHours,
          servingHours: $0.servingHours, tensor: $0.tensor, batch: $0.batch)
      }
    }
  }

  /// The best model of a number of experts.
  public struct Experts: Codable, Sendable, Hashable {
    public var experts: Int
    public var totalParams: Double
    public var run: Run

    public init(experts: Int, _ run: ClusterRun) {
      self.experts = experts
      totalParams = Double(run.shape.parameters.total)
      self.run = Run(run)
    }
  }

  /// A model on the cluster.
  public struct Run: Codable, Sendable, Hashable {
    public var params: Double
    public var tokens: Double
    public var loss: Double
    public var layers: Int
    public var hidden: Int
    public var heads: Int
    public var keyValueHeads: Int
    public var feedForward: Int
    public var vocabulary: Int
    public var sequence: Int
    public var batchTokens: Double
    public var data: Int
    public var tensor: Int
    public var pipeline: Int
    public var context: Int
    public var expert: Int
    public var virtualStages: Int
    public var microBatch: Int
    public var zero: Int
    public var recompute: String
    public var layout: String
    public var tokensPerSecond: Double
    public var mfu: Double
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
      case params, tokens, loss, layers, hidden, heads
      case keyValueHeads = "key_value_heads"
      case feedForward = "feed_forward"
      case vocabulary, sequence
      case batchTokens = "batch_tokens"
      case data, tensor, pipeline, context, expert
      case virtualStages = "virtual_stages"
      case microBatch = "micro_batch"
      case zero, recompute, layout
      case tokensPerSecond = "tokens_per_second"
      case mfu, seconds
    }

    init(_ run: ClusterRun) {
      params = run.params
      tokens = run.tokens
      loss = run.loss
      layers = run.shape.layers
      hidden = run.shape.hidden
      heads = run.shape.heads
      keyValueHeads = run.shape.keyValueHeads
      feedForward = run.shape.feedForward
      vocabulary = run.shape.vocabulary
      sequence = run.workload.sequence
      batchTokens = run.workload.tokensPerStep
      let degrees = run.layout.layout
      data = degrees.data
      tensor = degrees.tensor
      pipeline = degrees.pipeline
      context = degrees.context
      expert = degrees.expert
      virtualStages = degrees.virtualStages
      microBatch = degrees.microBatch
      zero = degrees.sharding.rawValue
      recompute = degrees.recomputation.rawValue
      layout = degrees.summary
      tokensPerSecond = run.tokensPerSecond
      mfu = run.utilization
      seconds = run.seconds
    }
  }
}
