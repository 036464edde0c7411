import TrainingCost

/// LitGPT (Lightning AI): `litgpt pretrain` with a YAML file.
///
/// A setting is an entry of the file, within another where dots join their names.
public struct LitGPT: BackEnd {
  public let name = "litgpt"

  public init() {}

  private static let file = "litgpt.yaml"

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    var configuration = Configuration([
      // It asks for a name, and takes the model from its configuration.
      ("model_name", .text(job.name)), ("model_config", .map(model(job))),
      ("out_dir", .text(job.checkpointDirectory(in: directory))),
      ("precision", .text(job.training.precision == .fp32 ? "32-true" : "bf16-mixed")), ("resume", .text("auto")),
    ])
    if let data = data(job) { configuration["data"] = .map(data) }
    configuration["train"] = .map(training(job))
    configuration["eval"] = .map(evaluation(job))
    configuration["optimizer"] = .map(optimizer(job))
    configuration["devices"] = .integer(max(1, job.resources.gpusPerNode))
    configuration["num_nodes"] = .integer(job.resources.nodes)
    if let tokenizer = job.data.tokenizer { configuration["tokenizer_dir"] = .text(tokenizer) }
    configuration["logger_name"] = .text("csv")
    configuration["seed"] = .integer(job.training.seed)
    configuration.add(job.settings)
    return TrainerCall(
      (job.trainer.program ?? ["-m", "litgpt"]) + ["pretrain", "--config", "\(directory)/\(Self.file)"],
      processes: .perDevice, files: [.init(Self.file, configuration.yaml)],
      metrics: .patterns([
        "step": #"iter \d+ step (\d+) \|"#, "train_loss": #"loss train: ([-+.\w]+)"#, "loss": #"val loss:? ([-+.\w]+)"#,
        "milliseconds_per_step": #"iter time: ([\d.]+) ms"#,
      ]),
      names: [
        // The time of the last micro-batch of a step.
        "seconds_per_step": MetricName("milliseconds_per_step", factor: 0.001 * Double(job.accumulation))
      ], unsupported: unsupported(job), notes: notes(job))
  }

  private func model(_ job: JobSpec) -> Configuration {
    let model = job.model
    let kind = model.experts != nil ? "LLaMAMoE" : model.isGated ? "LLaMAMLP" : "GptNeoxMLP"
    var configuration = Configuration([
      ("name", .text(job.name)), ("block_size", .integer(job.training.sequence)), ("n_layer", .integer(model.layers)),
      ("n_embd", .integer(model.hidden)), ("vocab_size", .integer(model.vocabulary)),
      ("padded_vocab_size", .integer(model.vocabulary)), ("n_head", .integer(model.heads)),
      ("n_query_groups", .integer(model.latentAttention == nil ? model.keyValueHeads : model.heads)),
      ("head_size", .integer(model.headSize)), ("rotary_percentage", .number(1)), ("mlp_class_name", .text(kind)),
      ("intermediate_size", .integer(model.feedForward)), ("bias", .flag(model.biases == .all)),
      ("attn_bias", .flag(model.biases == .queryKeyValue)), ("lm_head_bias", .flag(model.hasOutputBias)),
      ("norm_class_name", .text(model.norm == .rms ? "RMSNorm" : "LayerNorm")),
      ("parallel_residual", .flag(model.normsPerLayer == 1)),
      ("shared_attention_norm", .flag(model.normsPerLayer == 1)),
      ("post_attention_norm", .flag(model.normsPerLayer == 4)), ("post_mlp_norm", .flag(model.normsPerLayer == 4)),
    ])
    if model.queryKeyNorm != .none {
      configuration["norm_qk"] = .flag(true)
      configuration["norm_qk_type"] = .text(model.queryKeyNorm == .perHead ? "default" : "olmo2")
    }
    if let experts = model.experts {
      configuration["n_expert"] = .integer(experts.count)
      configuration["n_expert_per_token"] = .integer(experts.active)
      configuration["moe_intermediate_size"] = .integer(experts.feedForward)
      if experts.sharedFeedForward > 0 {
        configuration["n_shared_expert"] = .integer(experts.sharedFeedForward / max(1, experts.feedForward))
      }
      if experts.denseLayers > 0 { configuration["first_k_dense_replace"] = .integer(experts.denseLayers) }
    }
    if let latent = model.latentAttention {
      configuration["latent_attention"] = .map(
        Configuration([
          ("q_lora_rank", latent.queryRank.map { .integer($0) } ?? .null),
          ("kv_lora_rank", .integer(latent.keyValueRank)), ("qk_rope_head_dim", .integer(latent.ropeHeadSize)),
          ("qk_nope_head_dim", .integer(latent.nopeHeadSize)), ("v_head_dim", .integer(latent.valueHeadSize)),
        ]))
    }
    return configuration
  }

  /// Text where there is a tokenizer for it, and else tokens that LitData has packed.
  private func data(_ job: JobSpec) -> Configuration? {
    guard let train = job.data.train.first else { return nil }
    var arguments = Configuration([("seed", .integer(job.training.seed))])
    if job.data.tokenizer != nil {
      arguments["train_data_path"] = .text(train)
      if let validation = job.data.validation.first { arguments["val_data_path"] = .text(validation) }
    } else if let validation = job.data.validation.first {
      let (parent, folders) = Self.siblings(train, validation)
      arguments["data_path"] = .text(parent)
      arguments["split_names"] = .list(folders.map { .text($0) })
    } else {
      arguments["data_path"] = .text(train)
      arguments["split_names"] = .list([.text("train"), .text("val")])
    }
    let kind = job.data.tokenizer != nil ? "TextFiles" : "LitData"
    return Configuration([("class_path", .text("litgpt.data.\(kind)")), ("init_args", .map(arguments))])
  }

  /// The folder that two paths lie in, and their places in it.
  private static func siblings(_ first: String, _ second: String) -> (parent: String, folders: [String]) {
    let (one, other) = (first.split(separator: "/"), second.split(separator: "/"))
    let common = zip(one.dropLast(), other.dropLast()).prefix { $0 == $1 }.count
    let parent = (first.hasPrefix("/") ? "/" : "") + one.prefix(common).joined(separator: "/")
    return (parent.isEmpty ? "." : parent, [one, other].map { $0.dropFirst(common).joined(separator: "/") })
  }

  private func training(_ job: JobSpec) -> Configuration {
    Configuration([
      ("save_interval", .integer(job.checkpointInterval)), ("log_interval", .integer(1)),
      ("global_batch_size", .integer(job.training.batch)), ("micro_batch_size", .integer(job.layout.microBatch)),
      ("lr_warmup_steps", .integer(job.schedule.warmupSteps)),
      ("max_tokens", .integer(job.training.steps * job.training.tokensPerStep)),
      ("max_seq_length", .integer(job.training.sequence)), ("tie_embeddings", .flag(job.model.tiesEmbeddings)),
      // It has to clip at something.
      ("max_norm", .number(job.optimizer.clip ?? 1e9)),
      // A cosine that ends where it begins is constant.
      ("min_lr", .number(job.finalLearningRate)),
    ])
  }

  private func evaluation(_ job: JobSpec) -> Configuration {
    // The evaluation at the end has a digit less: it is for runs whose last step has none.
    Configuration([
      ("interval", .integer(job.evaluationInterval)),
      // Each device has its own batches, and the loss is that of the first one.
      ("max_iters", .integer(job.evaluationBatches(of: job.layout.microBatch))), ("initial_validation", .flag(false)),
      ("final_validation", .flag(job.training.steps % job.evaluationInterval != 0)),
    ])
  }

  private func optimizer(_ job: JobSpec) -> Configuration {
    let optimizer = job.optimizer
    return Configuration([
      ("class_path", .text("torch.optim.AdamW")),
      (
        "init_args",
        .map(
          Configuration([
            ("lr", .number(optimizer.learningRate)), ("weight_decay", .number(optimizer.weightDecay)),
            ("betas", .list([.number(optimizer.beta1), .number(optimizer.beta2)])),
          ]))
      ),
    ])
  }

  private func unsupported(_ job: JobSpec) -> [String] {
    let (model, layout) = (job.model, job.layout)
    var unsupported = Unsupported()
    unsupported.refuse(
      model,
      beyond: [
        .plainMLP, .tiedEmbeddings, .groupedQueries, .headSize, .latentAttention, .experts, .sharedExperts,
        .denseBeforeExperts, .oneNorm, .fourNorms, .perHeadNorm, .acrossHeadsNorm, .outputBias, .queryKeyValueBiases,
        .allBiases, .layerNorm, .layerNormWithoutBias,
      ], of: "LitGPT")
    unsupported.refuse(
      model.latentAttention != nil && model.latentAttention?.queryRank == nil,
      "LitGPT's latent attention compresses queries too; give a query_rank")
    unsupported.refuse(
      model.experts != nil && !model.isGated, "LitGPT's experts are gated; set gated to true")
    if let experts = model.experts {
      unsupported.refuse(
        experts.sharedFeedForward % max(1, experts.feedForward) != 0,
        "LitGPT's shared experts are as wide as the routed ones; set shared_feed_forward to a multiple of "
          + "\(experts.feedForward)")
    }
    unsupported.refuse(
      job.schedule.kind == .linear || job.schedule.kind == .wsd,
      "LitGPT has cosine and constant schedules, not \(job.schedule.kind.rawValue); take one of these")
    unsupported.refuse(
      job.training.precision != .bf16 && job.training.precision != .fp32,
      "LitGPT trains in bf16 or fp32, not \(job.training.precision.rawValue); set precision to bf16")
    unsupported.refuse(job.training.attention, beyond: [.flash], of: "LitGPT")
    unsupported.refuseAllButData(layout, trainer: "LitGPT")
    unsupported.refuse(
      layout.recomputation == .full, "LitGPT does not recompute activations in pretraining; set recompute to none")
    unsupported.refuse(layout.offload > 0, "LitGPT keeps activations on the accelerator; set offload to 0")
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(
      job.data.train.count > 1 || job.data.validation.count > 1,
      "LitGPT trains on the files of one folder and evaluates on those of another; name one of each under data")
    unsupported.refuseNoData(
      job, settings: ["data", "data.class_path"], trainer: "LitGPT", what: "a folder of text or tokens")
    return unsupported.sentences
  }

  private func notes(_ job: JobSpec) -> [String] {
    let (model, layout) = (job.model, job.layout)
    var notes: [String] = []
    if layout.devices > 1,
      layout.sharding != .parameters
        || (layout.shardGroup ?? layout.data) != min(layout.data, job.resources.gpusPerNode)
    {
      notes.append(
        "LitGPT shards parameters within a node, as ZeRO-3, and replicates them over nodes, whatever the layout says.")
    }
    if layout.recomputation == .selective {
      notes.append("Selective recomputation is what PyTorch's fused attention does by itself.")
    }
    if model.norm == .layerWithoutBias {
      notes.append(
        "LitGPT's LayerNorm has a bias: \((model.layers * model.normsPerLayer + 1) * model.hidden) parameters more.")
    }
    if model.experts != nil { notes.append("LitGPT adds no loss that balances experts.") }
    if job.data.validation.isEmpty, !job.data.train.isEmpty {
      notes.append(
        job.data.tokenizer == nil
          ? "Training data are sought in the folder's train, validation data in its val."
          : "The first text file of the folder is held out for validation, as the job names none.")
    }
    if job.optimizer.clip == nil { notes.append("LitGPT has to clip gradients: it does so at a norm of 1e9.") }
    notes.append("LitGPT decays all weights, norms and embeddings as well.")
    return notes
  }
}

extension TrainerRegistry {
  static let litGPT: any BackEnd = LitGPT()
}
