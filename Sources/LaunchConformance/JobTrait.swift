import Launch
import TrainingCost

/// One choice of a job, as a pair of jobs that differ in it.
struct JobTrait: Sendable {
  let name: String
  /// The words of a note that says the trainer does not follow the choice: `precision` of `precision fp16`.
  var word: String { String(name.prefix { $0 != " " && $0 != "." }).lowercased() }
  /// The change that both jobs have in common.
  private let base: @Sendable (inout JobSpec) -> Void
  private let change: @Sendable (inout JobSpec) -> Void

  init(
    _ name: String, on base: @escaping @Sendable (inout JobSpec) -> Void = { _ in },
    _ change: @escaping @Sendable (inout JobSpec) -> Void
  ) {
    (self.name, self.base, self.change) = (name, base, change)
  }

  /// The two jobs; nil where the job cannot have the choice.
  func pair(from job: JobSpec) -> (JobSpec, JobSpec)? {
    var one = job
    base(&one)
    var other = one
    change(&other)
    return one == other ? nil : (one, other)
  }

  static let all: [JobTrait] = kinds + layouts + models + trainings
}

extension JobTrait {
  private static let pipeline: @Sendable (inout JobSpec) -> Void = { $0.split { $0.pipeline = 2 } }
  private static let tensor: @Sendable (inout JobSpec) -> Void = {
    $0.split { ($0.tensor, $0.sequenceParallel) = (2, true) }
  }
  private static let context: @Sendable (inout JobSpec) -> Void = { $0.split { $0.context = 2 } }
  private static let sharded: @Sendable (inout JobSpec) -> Void = { $0.spread(.parameters) }
  private static let experts: @Sendable (inout JobSpec) -> Void = {
    $0.layout = Layout(data: $0.resources.devices, microBatch: 1, sharding: .optimizer)
    $0.model.experts = .init(count: 8, active: 2, feedForward: $0.model.feedForward)
  }

  private static let layouts: [JobTrait] = [
    JobTrait("tensor", tensor), JobTrait("pipeline", pipeline), JobTrait("context", context),
    JobTrait("chunks", on: pipeline) { $0.layout.virtualStages = 2 },
    JobTrait("balanced stages", on: pipeline) { $0.layout.stageSplit = .balanced },
    JobTrait("no sequence parallelism", on: tensor) { $0.layout.sequenceParallel = false },
    JobTrait("Ulysses", on: context) { $0.layout.contextExchange = .ulysses },
    JobTrait("offload") { $0.layout.offload = 0.5 },
    JobTrait("shard group", on: sharded) { $0.layout.shardGroup = max(1, $0.resources.devices / 2) },
  ]

  private static let models: [JobTrait] = [
    JobTrait(
      "experts", on: { $0.layout = Layout(data: $0.resources.devices) },
      {
        $0.model.experts = .init(count: 8, active: 2, feedForward: $0.model.feedForward)
      }),
    JobTrait("active experts", on: experts) { $0.model.experts?.active = 1 },
    JobTrait("shared experts", on: experts) { $0.model.experts?.sharedFeedForward = $0.model.feedForward },
    JobTrait("dense layers before experts", on: experts) { $0.model.experts?.denseLayers = 2 },
    JobTrait("capacity factor", on: experts) { $0.model.experts?.capacityFactor = 1.25 },
    JobTrait("router offsets", on: experts) { $0.model.experts?.hasRouterBias = true },
    JobTrait("expert parallel", on: experts) { $0.layout.expert = 4 },
    JobTrait(
      "grouped queries", on: { $0.model.keyValueHeads = $0.model.heads },
      {
        $0.model.keyValueHeads = $0.model.heads / 4
      }),
    JobTrait("latent attention") { $0.model.latentAttention = .init(queryRank: 1536, keyValueRank: 512) },
    JobTrait("tied embeddings", on: { $0.model.tiesEmbeddings = false }, { $0.model.tiesEmbeddings = true }),
    JobTrait("plain MLP", on: { $0.model.isGated = true }, { $0.model.isGated = false }),
    JobTrait(
      "learned positions", on: { $0.model.learnedPositions = 0 },
      {
        $0.model.learnedPositions = $0.training.sequence
      }),
    JobTrait("four norms", on: { $0.model.normsPerLayer = 2 }, { $0.model.normsPerLayer = 4 }),
    JobTrait("one norm", on: { $0.model.normsPerLayer = 2 }, { $0.model.normsPerLayer = 1 }),
    JobTrait("embedding norm") { $0.model.normsEmbedding = true },
    JobTrait("output bias") { $0.model.hasOutputBias = true },
    JobTrait("head size") { $0.model.headSize *= 2 },
    JobTrait("layers") { $0.model.layers *= 2 }, JobTrait("hidden") { $0.model.hidden += $0.model.heads * 2 },
    JobTrait("MLP width") { $0.model.feedForward *= 2 }, JobTrait("vocabulary") { $0.model.vocabulary += 1024 },
  ]

  private static let trainings: [JobTrait] = [
    JobTrait("tokens") { $0.training.tokens *= 2 }, JobTrait("batch") { $0.training.batch *= 2 },
    JobTrait("sequence") { $0.training.sequence /= 2 }, JobTrait("seed") { $0.training.seed += 7 },
    JobTrait("micro-batch", on: { $0.layout.microBatch = 1 }, { $0.layout.microBatch = 2 }),
    JobTrait("learning rate") { $0.optimizer.learningRate /= 3 },
    JobTrait("weight decay") { $0.optimizer.weightDecay = 0.01 }, JobTrait("beta1") { $0.optimizer.beta1 = 0.8 },
    JobTrait("beta2") { $0.optimizer.beta2 = 0.98 }, JobTrait("clip") { $0.optimizer.clip = 0.5 },
    JobTrait("no clip") { $0.optimizer.clip = nil },
    JobTrait("warm-up") { $0.schedule.warmupSteps += 50 },
    JobTrait("end of the schedule", on: { $0.schedule.finalShare = 0.1 }, { $0.schedule.finalShare = 0.02 }),
    JobTrait("decay", on: { $0.schedule = .init(kind: .wsd, warmupSteps: 100) }, { $0.schedule.decayShare = 0.4 }),
    JobTrait("checkpoints") { $0.checkpoints.every = 37 },
    JobTrait("checkpoint directory") { $0.checkpoints.directory = "/checkpoints/other" },
    JobTrait("train data") { $0.data.train = ["/data/other"] },
    JobTrait("settings") { $0.settings.append(.init("conformance", "7")) },
  ]

  /// The values of every enumeration.
  private static var kinds: [JobTrait] {
    var traits: [JobTrait] = []
    traits += Precision.allCases.filter { $0 != .bf16 }.map { precision in
      JobTrait("precision \(precision.rawValue)") { $0.training.precision = precision }
    }
    traits += AttentionKernel.allCases.filter { $0 != .flash }.map { kernel in
      JobTrait("attention \(kernel.rawValue)") { $0.training.attention = kernel }
    }
    traits += Recomputation.allCases.filter { $0 != .none }.map { recomputation in
      JobTrait(
        "recompute \(recomputation.rawValue)", on: { $0.layout.recomputation = .none },
        {
          $0.layout.recomputation = recomputation
        })
    }
    traits += Layout.Sharding.allCases.filter { $0 != .none }.map { sharding in
      JobTrait(
        "ZeRO \(sharding.rawValue)", on: { $0.spread(.none) },
        {
          $0.layout.sharding = sharding
        })
    }
    traits += PipelineSchedule.allCases.filter { $0 != .oneForwardOneBackward }.map { schedule in
      JobTrait("pipeline schedule \(schedule.rawValue)", on: pipeline) { $0.layout.schedule = schedule }
    }
    traits += JobSpec.Schedule.Kind.allCases.filter { $0 != .cosine }.map { kind in
      JobTrait(
        "schedule \(kind.rawValue)", on: { $0.schedule = .init(kind: .cosine, warmupSteps: 100) },
        {
          $0.schedule.kind = kind
        })
    }
    traits += TransformerShape.Biases.allCases.filter { $0 != .none }.map { biases in
      JobTrait("biases \(biases.rawValue)", on: { $0.model.biases = .none }, { $0.model.biases = biases })
    }
    traits += TransformerShape.Norm.allCases.filter { $0 != .rms }.map { norm in
      JobTrait("norm \(norm.rawValue)", on: { $0.model.norm = .rms }, { $0.model.norm = norm })
    }
    traits += TransformerShape.QueryKeyNorm.allCases.filter { $0 != .none }.map { norm in
      JobTrait(
        "query-key norm \(norm.rawValue)", on: { $0.model.queryKeyNorm = .none },
        {
          $0.model.queryKeyNorm = norm
        })
    }
    return traits
  }
}

extension JobSpec {
  /// Spreads the batch over two accelerators or more.
  fileprivate mutating func spread(_ sharding: Layout.Sharding) {
    resources.gpusPerNode = max(2, resources.gpusPerNode)
    layout = Layout(data: resources.devices, microBatch: 1, sharding: sharding)
  }

  /// Splits the model over two accelerators, and the batch over the rest.
  fileprivate mutating func split(_ change: (inout Layout) -> Void) {
    resources.gpusPerNode = max(2, resources.gpusPerNode)
    (layout.tensor, layout.pipeline, layout.context, layout.sequenceParallel) = (1, 1, 1, false)
    change(&layout)
    layout.data = resources.devices / 2
    if layout.pipeline > 1, layout.sharding.rawValue > 1 { layout.sharding = .optimizer }
  }
}
