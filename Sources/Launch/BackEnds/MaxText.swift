import TrainingCost

/// MaxText (Google): `maxtext.trainers.pre_train.train` with `name=value` over its base configuration; a process a node.
public struct MaxText: BackEnd {
  public let name = "maxtext"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let mesh = Self.mesh(of: job)
    var unsupported = Unsupported()
    refuseShape(of: job, &unsupported)
    refuseLayout(of: job, mesh, &unsupported)
    refuseTraining(of: job, &unsupported)
    let values =
      model(of: job) + training(of: job) + optimizer(of: job) + data(of: job) + checkpoints(of: job, in: directory)
      + Self.axes(mesh) + layout(of: job) + job.settings.map { ($0.name, $0.value) }
    let program =
      job.trainer.program ?? ["-m", "maxtext.trainers.pre_train.train", "src/maxtext/configs/base.yml"]
    let words = [job.trainer.python] + program + values.map { "\($0.0)=\($0.1)" }
    let devices = Double(job.layout.devices)
    return TrainerCall(
      Self.start(job.resources.nodes) + words, processes: .perNode,
      metrics: .tensorBoard("\(job.checkpointDirectory(in: directory))/\(job.name)/tensorboard"),
      names: [
        "loss": MetricName("eval/avg_loss"), "train_loss": MetricName("learning/lm_loss"),
        "learning_rate": MetricName("learning/current_learning_rate"),
        "seconds_per_step": MetricName("perf/step_time_seconds"),
        "tokens_per_second": MetricName("perf/per_device_tokens_per_sec", factor: devices),
        "tflops": MetricName("perf/per_device_tflops_per_sec"),
      ], unsupported: unsupported.sentences, notes: notes(of: job))
  }

  /// Nodes find each other by variables of MaxText's own.
  private static func start(_ nodes: Int) -> [String] {
    guard nodes > 1 else { return [] }
    let variables =
      "JAX_COORDINATOR_IP=\"$WINDTUNNEL_MAIN_NODE\" JAX_COORDINATOR_PORT=\"$WINDTUNNEL_MAIN_PORT\" "
      + "NNODES=\(nodes) NODE_RANK=\"${WINDTUNNEL_NODE_RANK:-0}\""
    return ["sh", "-c", "export \(variables); exec \"$@\"", "sh"]
  }

  // MARK: - The model

  /// The layer of MaxText that is the job's.
  private static func layer(of model: TransformerShape) -> String {
    if model.learnedPositions > 0 { return "gpt3" }
    if model.experts != nil { return "mixtral" }
    if model.biases == .queryKeyValue { return "qwen2" }
    return model.queryKeyNorm == .perHead ? "qwen3" : "llama2"
  }

  private func model(of job: JobSpec) -> [(String, String)] {
    let model = job.model
    var values: [(String, String)] = [
      ("decoder_block", Self.layer(of: model)), ("base_emb_dim", "\(model.hidden)"),
      ("base_mlp_dim", "\(model.experts?.feedForward ?? model.feedForward)"),
      ("base_num_decoder_layers", "\(model.layers)"), ("base_num_query_heads", "\(model.heads)"),
      ("base_num_kv_heads", "\(model.keyValueHeads)"), ("head_dim", "\(model.headSize)"),
      ("vocab_size", "\(model.vocabulary)"),
      ("mlp_activations", model.isGated ? #"["silu","linear"]"# : #"["gelu"]"#),
      ("logits_via_embedding", Self.flag(model.tiesEmbeddings)), ("normalize_embedding_logits", "False"),
      ("attention_bias", Self.flag(model.biases == .queryKeyValue)),
      ("use_qk_norm", Self.flag(model.queryKeyNorm == .perHead)), ("enable_dropout", "False"),
    ]
    if model.learnedPositions > 0 {
      values += [("trainable_position_size", "\(model.learnedPositions)"), ("fused_qkv", "True")]
    }
    if let experts = model.experts {
      values += [
        ("num_experts", "\(experts.count)"), ("num_experts_per_tok", "\(experts.active)"),
        ("base_moe_mlp_dim", "\(experts.feedForward)"), ("load_balance_loss_weight", "0.01"),
      ]
      // Slots of a fixed number go with dense products only.
      if let factor = experts.capacityFactor {
        values += [("sparse_matmul", "False"), ("megablox", "False"), ("capacity_factor", plain(factor))]
      }
    }
    return values
  }

  private func refuseShape(of job: JobSpec, _ unsupported: inout Unsupported) {
    let model = job.model
    unsupported.refuse(
      model,
      beyond: [
        .plainMLP, .tiedEmbeddings, .groupedQueries, .headSize, .learnedPositions, .experts, .capacity, .perHeadNorm,
        .queryKeyValueBiases, .allBiases, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
      ], of: "MaxText")
    let isGPT3 = Self.layer(of: model) == "gpt3"
    unsupported.refuse(
      isGPT3
        && (model.biases != .all || model.norm != .layer || model.keyValueHeads != model.heads || model.isGated
          || model.experts != nil || model.queryKeyNorm != .none),
      "MaxText has learned positions in GPT-3's layer only, with LayerNorm, biases, plain MLPs and \(model.heads) heads of "
        + "keys; plan these, or rotary positions")
    unsupported.refuse(
      !isGPT3 && (model.biases == .all || model.norm != .rms),
      "MaxText has LayerNorm and biases in GPT-3's layer only; plan learned positions with both, or RMSNorm without biases"
    )
    unsupported.refuse(
      model.experts != nil && (model.biases != .none || model.queryKeyNorm != .none),
      "MaxText's layer of experts has neither biases nor norms of queries and keys; plan a model without them")
    unsupported.refuse(
      model.biases == .queryKeyValue && model.queryKeyNorm != .none,
      "MaxText has no layer with biases and norms of queries and keys; plan a model with one of them")
    unsupported.refuseShortPositions(job)
  }

  // MARK: - Training

  /// The texts of a packed sequence, of which Transformer Engine's attention has to know the most: as in MaxText's examples.
  private static let packedTexts = 32

  private func training(of job: JobSpec) -> [(String, String)] {
    let (training, layout) = (job.training, job.layout)
    let isPipeline = layout.pipeline > 1
    // A pipeline takes all micro-batches of a step at once.
    let batch = isPipeline ? training.batch : layout.data * layout.microBatch
    var values: [(String, String)] = [
      ("run_name", job.name), ("steps", "\(training.steps)"), ("max_target_length", "\(training.sequence)"),
      ("per_device_batch_size", plain(Double(batch) / Double(layout.devices))),
      ("gradient_accumulation_steps", "\(isPipeline ? 1 : job.accumulation)"),
      ("dtype", training.precision == .fp32 ? "float32" : "bfloat16"), ("weight_dtype", "float32"),
      ("init_weights_seed", "\(training.seed)"), ("data_shuffle_seed", "\(training.seed)"),
    ]
    switch training.attention {
    case .flash: break
    case .flash3: values += [("attention", "cudnn_flash_te"), ("max_segments_per_seq", "\(Self.packedTexts)")]
    case .unfused: values.append(("attention", "dot_product"))
    }
    if training.precision == .fp8 { values.append(("quantization", "fp8")) }
    let gpus = job.resources.gpusPerNode
    values.append(("hardware", gpus == 0 ? "cpu" : job.resources.nodes > 1 ? "gpu_multiprocess" : "gpu"))
    return values
  }

  private func optimizer(of job: JobSpec) -> [(String, String)] {
    let (optimizer, schedule, steps) = (job.optimizer, job.schedule, job.training.steps)
    let warmup = share(schedule.warmupSteps, of: steps)
    // A line to the end is a fall over all that the warm-up leaves; a share of 0 is none.
    let decay: Double =
      switch schedule.kind {
      case .cosine, .constant: 0
      case .linear: 1 - warmup
      case .wsd: share(job.decaySteps, of: steps)
      }
    return [
      ("opt_type", "adamw"), ("learning_rate", plain(optimizer.learningRate)), ("adam_b1", plain(optimizer.beta1)),
      ("adam_b2", plain(optimizer.beta2)), ("adam_weight_decay", plain(optimizer.weightDecay)),
      ("gradient_clipping_threshold", plain(optimizer.clip ?? 0)),
      ("lr_schedule_type", schedule.kind == .cosine ? "cosine" : "wsd"), ("warmup_steps_fraction", plain(warmup)),
      ("wsd_decay_steps_fraction", plain(decay)), ("wsd_decay_style", "linear"),
      ("learning_rate_final_fraction", plain(schedule.kind == .constant ? 1 : schedule.finalShare)),
    ]
  }

  private func refuseTraining(of job: JobSpec, _ unsupported: inout Unsupported) {
    unsupported.refuse(
      job.training.precision == .fp16 || job.training.precision == .fp4,
      "MaxText has no scaled losses for \(job.training.precision.rawValue); set precision to bf16, fp8 or fp32")
    unsupported.refuse(
      job.training.precision == .fp8 && job.layout.pipeline == 1 && job.accumulation > 1,
      "MaxText's fp8 does not go with accumulated gradients; set micro_batch to "
        + "\(job.training.batch / max(1, job.layout.data)), or precision to bf16")
    unsupported.refuse(
      job.data.tokenizer == nil && !job.hasSetting("tokenizer_path", "dataset_type"),
      "MaxText needs a tokenizer of Hugging Face's; name it under data")
    unsupported.refuse(
      job.data.train.count > 1 && !Self.areFiles(job.data.train),
      "MaxText mixes files only; name one data set, or patterns of ArrayRecord files")
    unsupported.refuse(
      job.data.validation.count > 1, "MaxText evaluates on one data set; name one, or a pattern of files")
    unsupported.refuse(
      !job.data.validation.isEmpty && Self.areFiles(job.data.validation) != Self.areFiles(job.data.train),
      "MaxText reads training and validation data the same way; name files for both, or data sets for both")
    unsupported.refuseNoData(
      job, settings: ["dataset_type"], trainer: "MaxText",
      what: "patterns of ArrayRecord files or the name of a data set")
  }

  // MARK: - Data and checkpoints

  static func areFiles(_ names: [String]) -> Bool {
    names.allSatisfy { $0.hasPrefix("/") || $0.hasPrefix("gs://") || $0.contains("*") }
  }

  private func data(of job: JobSpec) -> [(String, String)] {
    let data = job.data
    var values: [(String, String)] = []
    if let tokenizer = data.tokenizer { values += [("tokenizer_path", tokenizer), ("tokenizer_type", "huggingface")] }
    guard let first = data.train.first else { return values }
    if Self.areFiles(data.train) {
      // Several patterns need weights, which a name may bring along.
      let mixture = data.train.map { $0.contains(",") ? $0 : "\($0),\(1 / Double(data.train.count))" }
      values += [
        ("dataset_type", "grain"),
        ("grain_train_files", data.train.count == 1 ? first : mixture.joined(separator: ";")),
      ]
      if let validation = data.validation.first { values.append(("grain_eval_files", validation)) }
    } else {
      values += [("dataset_type", "hf"), ("hf_path", first)]
      if let validation = data.validation.first { values.append(("hf_eval_split", validation)) }
    }
    guard !data.validation.isEmpty else { return values }
    return values + [
      // Steps are counted from 0, and without a start it would evaluate before the first.
      ("eval_interval", "\(job.evaluationInterval)"), ("eval_start_step", "\(job.evaluationInterval - 1)"),
      ("eval_steps", "\(job.evaluationBatches(of: job.layout.data * job.layout.microBatch))"),
    ]
  }

  private func checkpoints(of job: JobSpec, in directory: String) -> [(String, String)] {
    [
      ("base_output_directory", job.checkpointDirectory(in: directory)), ("enable_checkpointing", "True"),
      ("checkpoint_period", "\(job.checkpointInterval)"), ("enable_tensorboard", "True"), ("log_period", "10"),
    ]
  }

  static func flag(_ flag: Bool) -> String { flag ? "True" : "False" }
}

extension TrainerRegistry {
  static let maxText: any BackEnd = MaxText()
}
