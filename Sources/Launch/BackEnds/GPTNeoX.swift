import TrainingCost

/// GPT-NeoX (EleutherAI): `deepy.py train.py` with a YAML file, of the versions since 2024 that know grouped queries. Processes
/// are started by DeepSpeed.
///
/// A setting is an entry of the file, within another where dots join their names.
public struct GPTNeoX: BackEnd {
  public let name = "gpt-neox"

  public init() {}

  private static let file = "neox.yml"

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    var configuration = Configuration(
      shape(job) + training(job) + schedule(job) + layout(job) + data(job) + checkpoints(job, in: directory))
    configuration.add(job.settings)
    return TrainerCall(
      [job.trainer.python] + (job.trainer.program ?? ["deepy.py", "train.py"]) + ["\(directory)/\(Self.file)"],
      processes: .one, files: [.init(Self.file, configuration.yaml)],
      metrics: .patterns([
        "step": #"(?:\| iteration|results at iteration) +(\d+)"#, "train_loss": #"\| lm_loss: ([-+.\w]+)"#,
        "loss": #"validation results at .*?lm_loss value: ([-+.\w]+)"#, "learning_rate": #"learning rate: ([-+.\w]+)"#,
        "milliseconds_per_step": #"elapsed time per iteration \(ms\): ([\d.]+)"#,
        "tflops": #"approx flops per GPU: ([\d.]+)TFLOPS"#,
      ]), names: ["seconds_per_step": MetricName("milliseconds_per_step", factor: 0.001)],
      unsupported: unsupported(job), notes: notes(job))
  }

  private typealias Values = [(String, Configuration.Value)]

  private func shape(_ job: JobSpec) -> Values {
    let model = job.model
    // Its gated MLPs are a third as wide as the entry says, to have as many parameters as one of two matrices.
    let width = model.isGated ? 3 * model.feedForward : model.feedForward
    let attention = Self.isFlash(job.training) ? "flash" : "global"
    var values: Values = [
      ("num_layers", .integer(model.layers)), ("hidden_size", .integer(model.hidden)),
      ("intermediate_size", .integer(width)), ("num_attention_heads", .integer(model.heads)),
    ]
    if model.keyValueHeads != model.heads { values.append(("num_kv_heads", .integer(model.keyValueHeads))) }
    values += [
      ("seq_length", .integer(job.training.sequence)),
      ("max_position_embeddings", .integer(max(model.learnedPositions, job.training.sequence))),
      ("pos_emb", .text(model.learnedPositions > 0 ? "learned" : "rotary")), ("rotary_pct", .number(1)),
      ("norm", .text(model.norm == .rms ? "rmsnorm" : "layernorm")),
      ("use_bias_in_norms", .flag(model.norm == .layer)),
      ("use_bias_in_attn_linear", .flag(model.biases == .all || model.biases == .attention)),
      ("use_bias_in_mlp", .flag(model.biases == .all || model.biases == .feedForward)),
      ("activation", .text(model.isGated ? "swiglu" : "gelu")), ("no_weight_tying", .flag(!model.tiesEmbeddings)),
      ("gpt_j_residual", .flag(false)), ("output_layer_parallelism", .text("column")),
      ("attention_config", .list([.list([.list([.text(attention)]), .integer(model.layers)])])),
      // The tokenizer's vocabulary is padded to a multiple of this, which is all of the model's.
      ("make_vocab_size_divisible_by", .integer(max(1, model.vocabulary / max(1, job.layout.tensor)))),
      ("attention_dropout", .number(0)), ("hidden_dropout", .number(0)),
    ]
    return values
  }

  /// FlashAttention computes in 16 bits only.
  private static func isFlash(_ training: JobSpec.Training) -> Bool {
    training.attention == .flash && training.precision.isHalf
  }

  private func training(_ job: JobSpec) -> Values {
    let optimizer = job.optimizer
    let values: Values = [
      ("train_batch_size", .integer(job.training.batch)),
      ("train_micro_batch_size_per_gpu", .integer(job.layout.microBatch)),
      ("gradient_accumulation_steps", .integer(job.accumulation)), ("train_iters", .integer(job.training.steps)),
      ("seed", .integer(job.training.seed)),
      (
        "optimizer",
        .map(
          Configuration([
            ("type", .text("Adam")),
            (
              "params",
              .map(
                Configuration([
                  ("lr", .number(optimizer.learningRate)),
                  ("betas", .list([.number(optimizer.beta1), .number(optimizer.beta2)])), ("eps", .number(1e-8)),
                ]))
            ),
          ]))
      ),
      ("weight_decay", .number(optimizer.weightDecay)), ("gradient_clipping", .number(optimizer.clip ?? 0)),
    ]
    switch job.training.precision {
    case .bf16: return values + [("precision", .text("bfloat16")), ("fp32_allreduce", .flag(true))]
    case .fp16:
      let scale = Configuration([
        ("enabled", .flag(true)), ("loss_scale", .integer(0)), ("loss_scale_window", .integer(1000)),
        ("hysteresis", .integer(2)), ("min_loss_scale", .integer(1)),
      ])
      return values + [("precision", .text("fp16")), ("fp16", .map(scale))]
    case .fp32, .fp8, .fp4: return values + [("precision", .text("fp32"))]
    }
  }

  private func schedule(_ job: JobSpec) -> Values {
    let steps = job.training.steps
    return [
      ("lr_decay_style", .text(job.schedule.kind.rawValue)), ("lr_decay_iters", .integer(steps)),
      ("warmup", .number(Double(job.schedule.warmupSteps) / Double(steps))),
      ("min_lr", .number(job.finalLearningRate)),
    ]
  }

  private func layout(_ job: JobSpec) -> Values {
    let layout = job.layout
    let zero = Configuration([
      ("stage", .integer(layout.sharding.rawValue)), ("allgather_partitions", .flag(true)),
      ("overlap_comm", .flag(true)), ("reduce_scatter", .flag(true)), ("contiguous_gradients", .flag(true)),
    ])
    return [
      ("pipe_parallel_size", .integer(layout.pipeline)), ("model_parallel_size", .integer(layout.tensor)),
      ("sequence_parallel", .flag(layout.sequenceParallel && layout.tensor > 1)), ("zero_optimization", .map(zero)),
      ("checkpoint_activations", .flag(layout.recomputation == .full)), ("checkpoint_num_layers", .integer(1)),
    ]
  }

  private func data(_ job: JobSpec) -> Values {
    func list(_ texts: [String]) -> Configuration.Value { .list(texts.map { .text($0) }) }
    var values: Values = [("data_impl", .text("mmap"))]
    if !job.data.validation.isEmpty {
      // It takes three kinds or none.
      values += [
        ("train_data_paths", list(job.data.train)), ("valid_data_paths", list(job.data.validation)),
        ("test_data_paths", list(job.data.validation)),
      ]
    } else if let train = job.data.train.first {
      values += [("data_path", .text(train)), ("split", .text("99,1,0"))]
    }
    guard let tokenizer = job.data.tokenizer else { return values + [("tokenizer_type", .text("CharLevelTokenizer"))] }
    let kind = tokenizer.hasSuffix(".model") ? "SPMTokenizer" : "HFTokenizer"
    return values + [("tokenizer_type", .text(kind)), ("vocab_file", .text(tokenizer))]
  }

  private func checkpoints(_ job: JobSpec, in directory: String) -> Values {
    let path = job.checkpointDirectory(in: directory)
    return [
      ("save", .text(path)), ("load", .text(path)), ("checkpoint_factor", .integer(job.checkpointInterval)),
      ("eval_interval", .integer(job.evaluationInterval)),
      ("eval_iters", .integer(job.evaluationBatches(of: job.training.batch))), ("log_interval", .integer(10)),
      ("steps_per_print", .integer(10)),
    ]
  }

  private func unsupported(_ job: JobSpec) -> [String] {
    let (model, layout) = (job.model, job.layout)
    var unsupported = Unsupported()
    unsupported.refuse(
      model,
      beyond: [
        .plainMLP, .tiedEmbeddings, .groupedQueries, .learnedPositions, .attentionBiases, .feedForwardBiases,
        .allBiases, .layerNorm, .layerNormWithoutBias,
      ], of: "GPT-NeoX")
    unsupported.refuseShortPositions(job)
    unsupported.refuse(
      model.keyValueHeads % max(1, layout.tensor) != 0,
      "GPT-NeoX shares out \(model.keyValueHeads) heads of keys to tensor-parallel devices; set tensor to a divisor")
    unsupported.refuse(
      model.vocabulary % max(1, layout.tensor) != 0,
      "a vocabulary of \(model.vocabulary) cannot be split over \(layout.tensor) tensor-parallel devices; pad it")
    unsupported.refuse(
      job.schedule.kind == .wsd, "GPT-NeoX has cosine, linear and constant schedules, not wsd; take one of these")
    unsupported.refuse(
      job.training.precision == .fp8 || job.training.precision == .fp4,
      "GPT-NeoX's \(job.training.precision.rawValue) needs settings of its own; set precision to bf16")
    unsupported.refuse(job.training.attention, beyond: [.flash, .unfused], of: "GPT-NeoX")
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuseRareLayouts(layout, trainer: "GPT-NeoX")
    for (kind, degree) in [("context", layout.context), ("expert", layout.expert)] {
      unsupported.refuse(degree > 1, "GPT-NeoX has no \(kind) parallelism (the job has \(degree)); set \(kind) to 1")
    }
    unsupported.refuse(
      layout.pipeline > 1 && layout.virtualStages > 1,
      "GPT-NeoX's stages have one chunk; set virtual_stages to 1")
    unsupported.refuse(
      layout.pipeline > 1 && layout.stageSplit == .balanced,
      "GPT-NeoX splits layers evenly; set stages to even, or pipe_partition_method in settings")
    unsupported.refuse(
      layout.pipeline > 1 && layout.sharding.rawValue >= 2,
      "DeepSpeed's pipeline goes with ZeRO 1 at most; set zero to 1, or pipeline to 1")
    unsupported.refuse(
      layout.sharding != .none && layout.shardGroup != nil,
      "GPT-NeoX shards over all data-parallel devices; leave shard_group out")
    unsupported.refuseNoData(
      job, settings: ["data_path", "train_data_paths"], trainer: "GPT-NeoX", what: "prefixes of indexed data sets")
    unsupported.refuse(
      job.data.validation.isEmpty && job.data.train.count > 1,
      "GPT-NeoX mixes data sets where validation has its own; name validation data, or merge the data sets")
    unsupported.refuse(
      job.data.tokenizer == nil && model.vocabulary < 512 && !job.hasSetting("tokenizer_type"),
      "GPT-NeoX's smallest tokenizer has 512 tokens; name a tokenizer under data")
    return unsupported.sentences
  }

  private func notes(_ job: JobSpec) -> [String] {
    var notes: [String] = []
    if job.resources.nodes > 1, !job.hasSetting("hostfile", "launcher", "deepspeed_slurm") {
      notes.append(
        "DeepSpeed's launcher looks for nodes in /job/hostfile, or where DLTS_HOSTFILE or the setting hostfile says.")
    }
    if job.training.attention == .flash, !Self.isFlash(job.training) {
      notes.append("FlashAttention needs 16 bits; in \(job.training.precision.rawValue) the attention is unfused.")
    }
    if job.data.tokenizer == nil {
      notes.append("A tokenizer of characters stands in, as the job names none: indexed data need no other.")
    }
    if job.model.norm == .layerWithoutBias {
      notes.append("Some versions of GPT-NeoX give LayerNorm a bias all the same.")
    }
    if job.layout.recomputation == .selective {
      notes.append("Selective recomputation is what FlashAttention does by itself.")
    }
    if job.data.validation.isEmpty, !job.data.train.isEmpty {
      notes.append("A hundredth of the training data is held out for validation, as the job names none.")
    }
    return notes
  }
}

extension TrainerRegistry {
  static let gptNeoX: any BackEnd = GPTNeoX()
}
