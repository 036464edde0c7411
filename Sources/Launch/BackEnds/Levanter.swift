import TrainingCost

/// Levanter (Stanford CRFM, Marin): `levanter.main.train_lm` with a YAML file; a process a node.
///
/// A setting is an option with its sections, such as `trainer.max_eval_batches`.
public struct Levanter: BackEnd {
  public let name = "levanter"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let mesh = Self.mesh(of: job)
    var unsupported = Unsupported()
    refuseShape(of: job, &unsupported)
    refuseLayout(of: job, mesh, &unsupported)
    refuseTraining(of: job, &unsupported)
    let configuration = Configuration([
      ("data", .map(data(of: job, in: directory))), ("model", .map(model(of: job))),
      ("train_seq_len", .integer(job.training.sequence)), ("optimizer", .map(optimizer(of: job))),
      ("trainer", .map(trainer(of: job, mesh, in: directory))),
    ])
    let words =
      [job.trainer.python] + (job.trainer.program ?? ["-m", "levanter.main.train_lm"])
      + ["--config_path", "\(directory)/levanter.yaml"] + job.settings.map { "--\($0.name)=\($0.value)" }
    return TrainerCall(
      ["sh", "-c", Self.shell(nodes: job.resources.nodes), "sh"] + words, processes: .perNode,
      files: [.init("levanter.yaml", configuration.yaml)],
      metrics: .patterns([
        "step": #""event": "log", "step": (\d+)"#, "train_loss": Self.pattern("train/loss"),
        "loss": Self.pattern("eval/loss"), "learning_rate": Self.pattern("optim/learning_rate"),
        "seconds_per_step": Self.pattern("throughput/duration"),
        "tokens_per_second": Self.pattern("throughput/tokens_per_second"),
      ]), unsupported: unsupported.sentences, notes: notes(of: job))
  }

  private static func pattern(_ name: String) -> String { "\"\(name)\": (NaN|-?Infinity|[-+.\\deE]+)" }

  /// Levanter logs to the error output, and finds other nodes by itself on Slurm only.
  private static func shell(nodes: Int) -> String {
    guard nodes > 1 else { return "exec \"$@\" 2>&1" }
    let options =
      "--trainer.distributed.coordinator_address=\"$WINDTUNNEL_MAIN_NODE:$WINDTUNNEL_MAIN_PORT\" "
      + "--trainer.distributed.num_processes=\(nodes) --trainer.distributed.process_id=\"${WINDTUNNEL_NODE_RANK:-0}\""
    return "exec \"$@\" \(options) 2>&1"
  }

  // MARK: - The model

  /// The family of Levanter's models that has the job's shape.
  private static func family(of model: TransformerShape) -> String {
    if model.learnedPositions > 0 { return "gpt2" }
    if model.experts != nil {
      return model.queryKeyNorm == .none && model.headSize * model.heads == model.hidden ? "mixtral" : "qwen3_moe"
    }
    return model.biases == .queryKeyValue ? "qwen" : "llama"
  }

  private func model(of job: JobSpec) -> Configuration {
    let model = job.model
    let family = Self.family(of: model)
    let recomputes = Configuration.Value.flag(job.layout.recomputation == .full)
    var entries: [(String, Configuration.Value)] = [
      ("type", .text(family)), ("hidden_dim", .integer(model.hidden)), ("num_layers", .integer(model.layers)),
      ("num_heads", .integer(model.heads)), ("gradient_checkpointing", recomputes),
    ]
    if let tokenizer = job.data.tokenizer { entries.append(("tokenizer", .text(tokenizer))) }
    switch job.training.attention {
    case .flash: break
    case .flash3: entries.append(("attn_backend", .text("nvte")))
    case .unfused: entries.append(("attn_backend", .text("vanilla")))
    }
    if family == "gpt2" {
      return Configuration(
        entries + [
          ("max_seq_len", .integer(model.learnedPositions)),
          ("mlp_scale", .integer(model.feedForward / max(1, model.hidden))), ("use_bias", .flag(model.biases == .all)),
        ])
    }
    entries += [
      ("max_seq_len", .integer(job.training.sequence)), ("num_kv_heads", .integer(model.keyValueHeads)),
      ("intermediate_dim", .integer(family == "mixtral" ? model.experts?.feedForward ?? 0 : model.feedForward)),
      ("tie_word_embeddings", .flag(model.tiesEmbeddings)),
    ]
    if family != "mixtral" {
      entries += [
        ("head_dim", .integer(model.headSize)), ("use_qk_norm", .flag(model.queryKeyNorm == .perHead)),
        ("hybrid_norm", .flag(model.normsPerLayer == 4)), ("input_embedding_norm", .flag(model.normsEmbedding)),
      ]
    }
    guard let experts = model.experts else { return Configuration(entries) }
    entries.append(("num_experts_per_tok", .integer(experts.active)))
    if family == "mixtral" {
      entries.append(("n_routed_experts", .integer(experts.count)))
    } else {
      entries += [
        ("num_experts", .integer(experts.count)), ("moe_intermediate_dim", .integer(experts.feedForward)),
      ]
    }
    return Configuration(entries)
  }

  private func refuseShape(of job: JobSpec, _ unsupported: inout Unsupported) {
    let model = job.model
    let isGPT2 = model.learnedPositions > 0
    let known: Set<ShapeFeature> =
      switch Self.family(of: model) {
      case "gpt2":
        [
          .learnedPositions, .plainMLP, .tiedEmbeddings, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
          .allBiases, .attentionBiases, .feedForwardBiases, .queryKeyValueBiases,
        ]
      case "mixtral", "qwen3_moe":
        [.experts, .groupedQueries, .headSize, .perHeadNorm, .tiedEmbeddings]
      default:
        [
          .groupedQueries, .headSize, .tiedEmbeddings, .perHeadNorm, .fourNorms, .embeddingNorm, .queryKeyValueBiases,
        ]
      }
    unsupported.refuse(model, beyond: known, of: isGPT2 ? "Levanter's GPT-2" : "Levanter")
    unsupported.refuse(
      isGPT2
        && (model.isGated || !model.tiesEmbeddings || ![.all, .none].contains(model.biases)
          || model.norm != (model.biases == .all ? .layer : .layerWithoutBias)
          || model.feedForward % max(1, model.hidden) != 0),
      "Levanter has learned positions in GPT-2 only, with plain MLPs some times as wide as the model, tied embeddings, and "
        + "biases in maps and norms or in neither; plan these, or rotary positions")
    unsupported.refuse(
      model.biases == .queryKeyValue
        && (model.queryKeyNorm != .none || model.normsPerLayer != 2 || model.normsEmbedding),
      "Levanter's Qwen has two norms a layer and no more; plan these, or a model without biases")
    unsupported.refuseShortPositions(job)
  }

  // MARK: - Training

  private func optimizer(of job: JobSpec) -> Configuration {
    let (optimizer, schedule, steps) = (job.optimizer, job.schedule, job.training.steps)
    // A number of steps that is no more than 1 is taken for a share of them.
    func stepsOrShare(_ count: Int) -> Configuration.Value {
      count > 1 ? .integer(count) : .number(share(count, of: steps))
    }
    var entries: [(String, Configuration.Value)] = [
      ("type", .text("adam")), ("learning_rate", .number(optimizer.learningRate)),
      ("weight_decay", .number(optimizer.weightDecay)), ("beta1", .number(optimizer.beta1)),
      ("beta2", .number(optimizer.beta2)), ("max_grad_norm", optimizer.clip.map { .number($0) } ?? .null),
      ("warmup", stepsOrShare(schedule.warmupSteps)), ("min_lr_ratio", .number(schedule.finalShare)),
    ]
    switch schedule.kind {
    case .cosine, .linear, .constant: entries.append(("lr_schedule", .text(schedule.kind.rawValue)))
    case .wsd: entries += [("lr_schedule", .text("linear")), ("decay", stepsOrShare(job.decaySteps))]
    }
    return Configuration(entries)
  }

  private func trainer(of job: JobSpec, _ mesh: DeviceMesh, in directory: String) -> Configuration {
    let (training, layout) = (job.training, job.layout)
    let checkpoints: [(String, Configuration.Value)] = [
      ("base_path", .text(job.checkpointDirectory(in: directory))),
      // By time none is saved, only by steps.
      ("save_interval", .null),
      ("keep", job.checkpoints.every.map { .list([.map(Configuration([("every", .integer($0))]))]) } ?? .null),
    ]
    return Configuration([
      ("id", .text(job.name)), ("seed", .integer(training.seed)),
      ("mp", .text(training.precision == .fp32 ? "f32" : "p=f32,c=bfloat16")),
      ("tracker", .map(Configuration([("type", .text("json_logger"))]))), ("log_dir", .text("\(directory)/logs")),
      ("num_train_steps", .integer(training.steps)), ("train_batch_size", .integer(training.batch)),
      ("per_device_parallelism", .integer(layout.microBatch)),
      ("steps_per_eval", .integer(job.evaluationInterval)),
      ("max_eval_batches", .integer(job.evaluationBatches(of: layout.data * layout.microBatch))),
      ("checkpointer", .map(Configuration(checkpoints))), ("mesh", .map(Self.configuration(mesh, of: job))),
      ("require_accelerator", .flag(job.resources.gpusPerNode > 0)),
    ])
  }

  private func refuseTraining(of job: JobSpec, _ unsupported: inout Unsupported) {
    unsupported.refuse(
      job.training.precision != .bf16 && job.training.precision != .fp32,
      "Levanter trains in bf16 or fp32, not \(job.training.precision.rawValue); set precision to one of these")
    unsupported.refuse(
      job.data.tokenizer == nil && !job.hasSetting("data.tokenizer"),
      "Levanter takes the vocabulary from a tokenizer; name one under data")
    unsupported.refuseNoData(
      job, settings: ["data.components"], trainer: "Levanter", what: "names of data sets or paths of JSON lines")
  }

  // MARK: - Data

  private func data(of job: JobSpec, in directory: String) -> Configuration {
    var components = Configuration()
    var weights: [(String, Configuration.Value)] = []
    for (index, train) in job.data.train.enumerated() {
      components["train_\(index)"] = Self.component(train, isValidation: false)
      weights.append(("train_\(index)", .number(1)))
    }
    for (index, validation) in job.data.validation.enumerated() {
      components["validation_\(index)"] = Self.component(validation, isValidation: true)
      weights.append(("validation_\(index)", .number(0)))
    }
    var entries: [(String, Configuration.Value)] = [("cache_dir", .text("\(directory)/cache"))]
    if let tokenizer = job.data.tokenizer { entries.append(("tokenizer", .text(tokenizer))) }
    return Configuration(entries + [("components", .map(components)), ("train_weights", .map(Configuration(weights)))])
  }

  /// Files for one with a slash at its start, a scheme or a star, and else a data set of Hugging Face's.
  private static func component(_ name: String, isValidation: Bool) -> Configuration.Value {
    let isFile = name.hasPrefix("/") || name.contains("://") || name.contains("*")
    let urls: [(String, Configuration.Value)] = [
      ("type", .text("url")), ("train_urls", .list(isValidation ? [] : [.text(name)])),
      ("validation_urls", .list(isValidation ? [.text(name)] : [])),
    ]
    let set: [(String, Configuration.Value)] = [
      ("type", .text("hf")), ("id", .text(name)), ("splits", .list([.text(isValidation ? "validation" : "train")])),
    ]
    return .map(Configuration([("source", .map(Configuration(isFile ? urls : set)))]))
  }
}

extension TrainerRegistry {
  static let levanter: any BackEnd = Levanter()
}
