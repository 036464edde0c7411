import TrainingCost

extension PlanDocument {
  /// The run on a cluster: shape, batch, layout, time, money and energy.
  public struct ClusterSection: Codable, Sendable, Hashable {
    public var accelerator: String
    public var devices: Int
    /// Accelerators of a node; nil in plans of the first version.
    public var devicesPerNode: Int?
    /// The goal of the run: `time`, `flops` or `loss`.
    public var goal: String
    public var best: Run
    /// Every size that was tried, the smallest first.
    public var sizes: [Run]
    /// The best size of each number of experts; nil where none was to be chosen.
    public var experts: [Experts]?
    /// The cost of training and serving together; nil without serving.
    public var serving: Serving?
    /// The shares of the law's draws in which each size is best.
    public var sizeInterval: [Double]?
    public var stepSeconds: Double
    /// The interval of the run's time, with the error of the step's; nil where the time was given.
    public var secondsInterval: [Double]?
    /// Predicted over true step time, at the plan's level.
    public var timeError: [Double]
    /// The interval of the mean loss of such runs, with the error of the time where that decides the tokens.
    public var lossInterval: [Double]?
    public var memoryBytes: Double
    public var gpuHours: Double
    public var usd: Double?
    public var energyKwh: Double?
    public var carbonKg: Double?
    public var sentences: [String]

    /// - Parameter cost: of the plan's run.
    public init(_ plan: ClusterPlan, cost: RunCost, _ request: ClusterRequest) {
      accelerator = request.cluster.accelerator.name
      devices = request.cluster.count
      devicesPerNode = request.cluster.devicesPerNode
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
      energyKwh = cost.energy
      carbonKg = cost.carbon
      sentences = plan.sentences + cost.sentences
    }
  }

  /// The accelerator hours of sizes trained to one loss and served.
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
    /// Parameters of all experts together.
    public var totalParams: Double
    public var run: Run

    public init(experts: Int, _ run: ClusterRun) {
      self.experts = experts
      self.run = Run(run)
      totalParams = Double(self.run.workload.shape.parameters.total)
    }
  }

  /// A model on the cluster, with everything that a launch needs of it.
  public struct Run: Codable, Sendable, Hashable {
    /// Parameters as the law counts them.
    public var params: Double
    public var tokens: Double
    public var loss: Double
    /// Shape, sequence, batch, precision and attention kernel.
    public var workload: TrainingWorkload
    public var layout: Layout
    public var tokensPerSecond: Double
    public var mfu: Double
    public var seconds: Double

    init(_ run: ClusterRun) {
      params = run.params
      tokens = run.tokens
      loss = run.loss
      workload = run.workload
      layout = run.layout.layout
      tokensPerSecond = run.tokensPerSecond
      mfu = run.utilization
      seconds = run.seconds
    }
  }
}
