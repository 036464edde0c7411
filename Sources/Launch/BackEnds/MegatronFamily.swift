import TrainingCost

/// The refusals, notes and log format that Megatron-LM shares with the trainers on Megatron Core.
struct MegatronFamily {
  private(set) var unsupported = Unsupported()
  private(set) var notes: [String] = []
  let seed: Int
  let environment: [String: String]

  /// The coefficient of the loss that balances experts: the usual value, as a job has none and the trainers' default is 0.
  static let balancingCoefficient = 0.01
  /// Shares of training, validation and test where a job names no validation data.
  static let split = "99,1,0"

  /// Biases lie in all linear maps, in queries, keys and values, or in none.
  private static let known: Set<ShapeFeature> = [
    .plainMLP, .tiedEmbeddings, .groupedQueries, .headSize, .learnedPositions, .latentAttention, .experts,
    .sharedExperts, .denseBeforeExperts, .capacity, .routerBias, .perHeadNorm, .queryKeyValueBiases, .allBiases,
    .layerNorm, .layerNormWithoutBias,
  ]

  init(_ job: JobSpec, trainer: String) {
    // Their random numbers take no seed of 0.
    seed = job.training.seed > 0 ? job.training.seed : 1234
    if job.training.seed == 0 { notes.append("\(trainer)'s seeds are above 0: for 0 it has 1234.") }
    let layout = job.layout
    // Overlaps of tensor and context parallelism rely on the order of kernels up to Hopper, and sharded data parallelism
    // refuses it.
    let isOrdered = (layout.tensor > 1 || layout.context > 1) && layout.sharding.rawValue < 2
    environment =
      isOrdered && job.environment["CUDA_DEVICE_MAX_CONNECTIONS"] == nil ? ["CUDA_DEVICE_MAX_CONNECTIONS": "1"] : [:]
    checkShape(job, trainer: trainer)
    checkLayout(job, trainer: trainer)
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(
      job.training.seed < 0, "\(trainer)'s seeds are above 0; set seed to one")
    if job.data.validation.isEmpty, !job.data.train.isEmpty {
      notes.append("A hundredth of the training data is held out for validation, as the job names none.")
    }
  }

  private mutating func checkShape(_ job: JobSpec, trainer: String) {
    let model = job.model
    unsupported.refuse(model, beyond: Self.known, of: trainer)
    unsupported.refuseShortPositions(job)
    unsupported.refuse(
      model.vocabulary % max(1, job.layout.tensor) != 0,
      "a vocabulary of \(model.vocabulary) cannot be split over \(job.layout.tensor) tensor-parallel devices; pad it")
    unsupported.refuse(
      model.latentAttention != nil && model.learnedPositions > 0,
      "\(trainer)'s latent attention has rotary positions; set learned_positions to 0")
    if model.norm == .layerWithoutBias {
      notes.append(
        "\(trainer)'s LayerNorm has a bias: \((model.layers * model.normsPerLayer + 1) * model.hidden) parameters more."
      )
    }
    if let experts = model.experts, !experts.hasRouterBias {
      notes.append("Experts are balanced by an auxiliary loss of \(plain(Self.balancingCoefficient)).")
    }
  }

  private mutating func checkLayout(_ job: JobSpec, trainer: String) {
    let (layout, model) = (job.layout, job.model)
    unsupported.refuseRareLayouts(layout, trainer: trainer)
    unsupported.refuse(
      layout.pipeline > 1 && layout.stageSplit == .balanced,
      "\(trainer) takes the layers of the last stage as a number; set stages to even and say it in settings")
    unsupported.refuse(
      layout.pipeline > 1 && model.layers % (layout.pipeline * layout.virtualStages) != 0,
      "\(model.layers) layers are not a multiple of \(layout.pipeline) stages of \(layout.virtualStages) chunks")
    unsupported.refuse(
      layout.context > 1 && job.training.sequence % (2 * layout.context) != 0,
      "\(trainer) cuts a sequence into twice as many parts as devices share it; set sequence to a multiple of "
        + "\(2 * layout.context)")
    unsupported.refuse(
      layout.sharding.rawValue >= 2 && layout.pipeline > 1,
      "\(trainer)'s sharded data parallelism is not run with a pipeline here; set zero to 1, or pipeline to 1")
    if let group = layout.shardGroup {
      unsupported.refuse(
        layout.sharding != .none && layout.data * layout.context % max(1, group) != 0,
        "\(layout.data * layout.context) data-parallel devices are not a multiple of shard groups of \(group)")
    }
    unsupported.refuse(
      model.experts != nil && layout.tensor > 1 && !layout.sequenceParallel,
      "\(trainer)'s experts need sequence parallelism beside tensor parallelism; set sequence_parallel to true")
    if let experts = model.experts {
      unsupported.refuse(
        experts.count % max(1, layout.expert) != 0,
        "\(experts.count) experts cannot be shared out to \(layout.expert) devices; set expert to a divisor")
    }
    if layout.sequenceParallel, layout.tensor == 1 {
      notes.append("Sequence parallelism is left out, as there is no tensor parallelism.")
    }
  }

  /// The back end of an attention kernel; nil for FlashAttention-2, which Transformer Engine takes by itself. cuDNN's kernels
  /// are about as fast as FlashAttention-3.
  static func attention(_ kernel: AttentionKernel) -> String? {
    switch kernel {
    case .flash: nil
    case .flash3: "fused"
    case .unfused: "unfused"
    }
  }

  /// The layers with experts, as a Python expression of zeros and ones.
  static func expertPattern(_ model: TransformerShape) -> String {
    "([0]*\(model.denseLayers)+[1]*\(model.expertLayers))"
  }

  /// The patterns of its lines for training and for validation, not for the test data.
  static let patterns = [
    "step": #"iteration +(\d+)(?:/ *\d+)? (?:\||on validation set)"#,
    "train_loss": #"lm loss: ([-+.\w]+)"#,
    "loss": #"validation loss at iteration \d+ (?:\||on validation).*?lm loss value: ([-+.\w]+)"#,
    "learning_rate": #"learning rate: ([-+.\w]+)"#,
    "milliseconds_per_step": #"elapsed time per iteration \(ms\): ([\d.]+)"#,
    "tflops": #"throughput per GPU \(TFLOP/s/GPU\): ([\d.]+)"#,
  ]

  static let names = ["seconds_per_step": MetricName("milliseconds_per_step", factor: 0.001)]
}
