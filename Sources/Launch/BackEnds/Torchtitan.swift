import TrainingCost

/// torchtitan 0.2 (PyTorch): a TOML file, and a Python script that adds the job's model and data sets to those which
/// torchtitan knows by name, and then runs it.
///
/// A setting is an option with its section, such as `compile.enable`.
public struct Torchtitan: BackEnd {
  public let name = "torchtitan"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let script = TorchtitanScript(job)
    var unsupported = Unsupported()
    refuseShape(of: job, isQwen: script.isQwen, &unsupported)
    refuseLayout(of: job, &unsupported)
    refuseTraining(of: job, &unsupported)
    // A module follows `-m`; what else the program has goes before the job's own arguments.
    let words = script.program.words + ["--job.config_file", "\(directory)/torchtitan.toml"]
    return TrainerCall(
      ["\(directory)/torchtitan_job.py"] + words + job.settings.flatMap(Self.option),
      processes: .perDevice,
      files: [
        .init("torchtitan.toml", configuration(of: job, in: directory)), .init("torchtitan_job.py", script.text),
      ],
      metrics: .patterns([
        "step": #"(?:- |validate )step: +(\d+)"#, "train_loss": #"- step: +\d+ +loss: +(nan|inf|[\d.]+)"#,
        "loss": #"validate step: +\d+ +loss: +(nan|inf|[\d.]+)"#, "tps": #"- step: .* tps: ([\d,]+)"#,
        "tflops": #"tflops: ([\d.,]+)"#,
      ]), names: ["tokens_per_second": MetricName("tps", factor: Double(job.layout.devices))],
      unsupported: unsupported.sentences, notes: notes(of: job))
  }

  /// Truth values are options that take no word.
  private static func option(_ setting: JobSpec.Setting) -> [String] {
    switch setting.value.lowercased() {
    case "true", "": return ["--\(setting.name)"]
    case "false":
      let parts = setting.name.split(separator: ".")
      return ["--" + (parts.dropLast() + ["no_\(parts.last ?? "")"]).joined(separator: ".")]
    default: return ["--\(setting.name)", setting.value]
    }
  }

  private func configuration(of job: JobSpec, in directory: String) -> String {
    let (training, optimizer, schedule) = (job.training, job.optimizer, job.schedule)
    let layout = job.layout
    // Micro-batches of a pipeline are parts of a batch, and without one they are batches.
    let localBatch = layout.pipeline > 1 ? layout.microBatch * job.accumulation : layout.microBatch
    var sections: [(String, [(String, Configuration.Value)])] = [
      ("job", [("dump_folder", .text(directory)), ("description", .text(job.name))]),
      ("metrics", [("log_freq", .integer(10)), ("disable_color_printing", .flag(true))]),
      (
        "model",
        [
          ("name", .text(TorchtitanScript(job).isQwen ? "qwen3" : "llama3")),
          ("flavor", .text(TorchtitanScript.flavor)),
          ("hf_assets_path", .text(job.data.tokenizer ?? "")),
          ("converters", .list(training.precision == .fp8 ? [.text("quantize.linear.float8")] : [])),
        ]
      ),
      (
        "optimizer",
        [
          ("name", .text("AdamW")), ("lr", .number(optimizer.learningRate)), ("beta1", .number(optimizer.beta1)),
          ("beta2", .number(optimizer.beta2)), ("weight_decay", .number(optimizer.weightDecay)),
        ]
      ),
      ("lr_scheduler", Self.schedule(schedule)),
      (
        "training",
        [
          ("dataset", .text(TorchtitanScript.trainingData(job.data))), ("local_batch_size", .integer(localBatch)),
          ("global_batch_size", .integer(training.batch)), ("seq_len", .integer(training.sequence)),
          ("max_norm", .number(optimizer.clip ?? .infinity)), ("steps", .integer(training.steps)),
          ("mixed_precision_param", .text(training.precision == .fp32 ? "float32" : "bfloat16")),
        ]
      ),
      ("parallelism", parallelism(of: job)),
      (
        "checkpoint",
        [
          ("enable", .flag(true)), ("folder", .text(job.checkpointDirectory(in: directory))),
          ("interval", .integer(job.checkpointInterval)), ("last_save_model_only", .flag(false)),
        ]
      ),
      ("activation_checkpoint", [("mode", .text(layout.recomputation == .full ? "full" : "none"))]),
      ("debug", [("seed", .integer(training.seed))]),
    ]
    if !job.data.validation.isEmpty {
      sections.append(
        (
          "validation",
          [
            ("enable", .flag(true)), ("dataset", .text(TorchtitanScript.validationData(job.data))),
            ("local_batch_size", .integer(localBatch)), ("seq_len", .integer(training.sequence)),
            ("freq", .integer(job.evaluationInterval)),
            ("steps", .integer(job.evaluationBatches(of: layout.data * localBatch))),
          ]
        ))
    }
    return sections.map { name, entries in
      "[\(name)]\n" + entries.map { "\($0.0) = \(Self.toml($0.1))\n" }.joined()
    }.joined(separator: "\n")
  }

  /// TOML has a word for what JSON has none for.
  private static func toml(_ value: Configuration.Value) -> String {
    if case .number(.infinity) = value { "inf" } else { Configuration.flow(value) }
  }

  private static func schedule(_ schedule: JobSpec.Schedule) -> [(String, Configuration.Value)] {
    var entries: [(String, Configuration.Value)] = [
      ("warmup_steps", .integer(schedule.warmupSteps)),
      ("decay_type", .text(schedule.kind == .cosine ? "cosine" : "linear")),
      // A rate that falls to all of its peak stays where it is.
      ("min_lr_factor", .number(schedule.kind == .constant ? 1 : schedule.finalShare)),
    ]
    if schedule.kind == .wsd { entries.append(("decay_ratio", .number(schedule.decayShare))) }
    return entries
  }

  private func parallelism(of job: JobSpec) -> [(String, Configuration.Value)] {
    let layout = job.layout
    let shards = Self.shards(layout)
    var entries: [(String, Configuration.Value)] = [
      ("data_parallel_replicate_degree", .integer(layout.data / max(1, shards))),
      ("data_parallel_shard_degree", .integer(shards)),
      // Parameters that stay gathered after the forward pass are those of ZeRO-2.
      ("fsdp_reshard_after_forward", .text(layout.sharding == .parameters ? "always" : "never")),
      ("tensor_parallel_degree", .integer(layout.tensor)), ("pipeline_parallel_degree", .integer(layout.pipeline)),
      ("context_parallel_degree", .integer(layout.context)), ("expert_parallel_degree", .integer(layout.expert)),
    ]
    if layout.context > 1 { entries.append(("context_parallel_rotate_method", .text("alltoall"))) }
    if layout.pipeline > 1 {
      entries += [
        ("pipeline_parallel_schedule", .text(Self.pipelineSchedule(layout) ?? "1F1B")),
        ("pipeline_parallel_microbatch_size", .integer(layout.microBatch)),
        ("pipeline_parallel_layers_per_stage", .integer(Self.layersPerStage(job))),
        ("pipeline_parallel_first_stage_less_layers", .integer(0)),
        ("pipeline_parallel_last_stage_less_layers", .integer(layout.stageSplit == .balanced ? 1 : 0)),
      ]
    }
    return entries
  }

  /// Data-parallel devices that share one copy of the state.
  private static func shards(_ layout: Layout) -> Int {
    layout.sharding == .none ? 1 : layout.shardGroup ?? layout.data
  }

  private static func pipelineSchedule(_ layout: Layout) -> String? {
    switch (layout.schedule, layout.virtualStages) {
    case (.gpipe, 1): "GPipe"
    case (.oneForwardOneBackward, 1): "1F1B"
    case (.oneForwardOneBackward, _): "Interleaved1F1B"
    case (.zeroBubbleV, _): "ZBVZeroBubble"
    default: nil
    }
  }

  /// Stages of all devices; a V has two on each.
  private static func stages(_ layout: Layout) -> Int {
    layout.pipeline * (layout.schedule == .zeroBubbleV ? 2 : layout.virtualStages)
  }

  private static func layersPerStage(_ job: JobSpec) -> Int {
    let (stages, layers) = (stages(job.layout), job.model.layers + (job.layout.stageSplit == .balanced ? 1 : 0))
    return max(1, (layers + stages - 1) / stages)
  }

  private func refuseShape(of job: JobSpec, isQwen: Bool, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuse(
      job.model,
      beyond: [
        .groupedQueries, .headSize, .tiedEmbeddings, .perHeadNorm, .experts, .sharedExperts, .routerBias,
      ], of: "torchtitan")
    if let experts = job.model.experts {
      unsupported.refuse(
        experts.sharedFeedForward % max(1, experts.feedForward) != 0,
        "torchtitan's shared experts are as wide as routed ones; plan a multiple of \(experts.feedForward) for them")
      unsupported.refuse(
        layout.expert > 1 && layout.expert % layout.tensor != 0,
        "torchtitan spreads experts over all tensor-parallel devices; make expert a multiple of \(layout.tensor)")
    }
    unsupported.refuse(
      isQwen && layout.pipeline > 1,
      "torchtitan has pipelines for its Llama only, without experts, tied embeddings, norms of queries and keys, or heads of "
        + "another width than \(job.model.hidden / max(1, job.model.heads)); set pipeline to 1")
  }

  private func refuseLayout(of job: JobSpec, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(job.resources.gpusPerNode == 0, "torchtitan needs accelerators; take at least one")
    unsupported.refuse(layout.offload > 0, "torchtitan does not keep activations in host memory; set offload to 0")
    let shards = Self.shards(layout) * layout.context * layout.tensor
    unsupported.refuse(
      layout.expert > 1 && shards % layout.expert != 0,
      "torchtitan spreads experts over the \(shards) devices that share a copy of the model; make expert a divisor of that"
    )
    unsupported.refuse(
      layout.context > 1 && layout.contextExchange == .ulysses,
      "torchtitan passes keys and values round, not heads; set the context exchange to ring")
    unsupported.refuse(
      layout.sharding == .none && layout.data > 1 && layout.devices > layout.data,
      "torchtitan replicates a model only where nothing else is parallel; set zero to 2 or 3")
    unsupported.refuse(
      layout.data % max(1, layout.shardGroup ?? 1) != 0,
      "\(layout.data) data-parallel devices are not a multiple of the shard group's \(layout.shardGroup ?? 1)")
    unsupported.refuse(
      job.training.precision != .fp32 && layout.data == 1 && layout.context == 1 && layout.tensor * layout.pipeline > 1,
      "torchtitan computes in fp32 where no data-parallel devices share tensor or pipeline stages; set data to 2 or more, or "
        + "precision to fp32")
    guard layout.pipeline > 1 else { return }
    unsupported.refuse(
      Self.pipelineSchedule(layout) == nil,
      "torchtitan has no \(layout.schedule.rawValue) schedule of \(layout.virtualStages) stages a device; set it to 1f1b"
    )
    let (stages, layers) = (Self.stages(layout), job.model.layers + (layout.stageSplit == .balanced ? 1 : 0))
    unsupported.refuse(
      (layers + Self.layersPerStage(job) - 1) / Self.layersPerStage(job) != stages,
      "\(job.model.layers) layers make no \(stages) stages of about the same size; change the pipeline or the layers")
  }

  private func refuseTraining(of job: JobSpec, _ unsupported: inout Unsupported) {
    unsupported.refuse(job.training.attention, beyond: [.flash, .flash3], of: "torchtitan")
    unsupported.refuse(
      job.training.precision == .fp16 || job.training.precision == .fp4,
      "torchtitan trains in bf16, fp8 or fp32, not \(job.training.precision.rawValue)")
    unsupported.refuse(
      job.data.tokenizer == nil && !job.hasSetting("model.hf_assets_path"),
      "torchtitan reads text and needs a tokenizer; name its folder under data")
    unsupported.refuseNoData(
      job, settings: ["training.dataset"], trainer: "torchtitan", what: "data sets of text or paths of them")
  }

  private func notes(of job: JobSpec) -> [String] {
    let layout = job.layout
    var notes: [String] = []
    if TorchtitanScript(job).isQwen {
      notes.append("The model is torchtitan's Qwen 3 with the job's sizes.")
    } else {
      notes.append("The model is torchtitan's Llama 3 with the job's sizes, rotary positions scaled as in Llama 3.1.")
    }
    if layout.sharding == .optimizer, layout.data > 1 {
      notes.append("torchtitan shards gradients together with the optimizer's state: ZeRO-1 runs as ZeRO-2.")
    }
    if layout.tensor > 1, !layout.sequenceParallel {
      notes.append("Tensor parallelism of torchtitan is sequence-parallel as well.")
    }
    if layout.recomputation == .selective {
      notes.append("PyTorch's attention computes scores again by itself; nothing else is recomputed.")
    }
    if job.data.train.count > 1 { notes.append("Sequences are taken from the data sets in turn, as many from each.") }
    if job.training.attention == .flash3 {
      notes.append(
        "torchtitan's attention is cuDNN's where that can be used, which is about as fast as FlashAttention-3.")
    }
    if job.training.precision == .fp8 { notes.append("fp8 needs torchao, and is for linear maps only.") }
    if !job.data.validation.isEmpty { notes.append("torchtitan also evaluates after the first step.") }
    return notes
  }
}

extension TrainerRegistry {
  static let torchtitan: any BackEnd = Torchtitan()
}
