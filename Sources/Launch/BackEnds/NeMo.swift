import Documents
import TrainingCost

/// NeMo's Megatron-Bridge (NVIDIA): `run_recipe.py` with the recipe that has Megatron's own defaults, and overrides of its
/// configuration in Hydra's form.
///
/// A setting is an override, or an argument of the script where its name begins with dashes, as `--recipe` does.
public struct NeMo: BackEnd {
  public let name = "nemo"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let family = MegatronFamily(job, trainer: "Megatron-Bridge")
    var values = shape(job) + training(job, family) + layout(job) + data(job) + checkpoints(job, in: directory)
    values += [
      ("logger.log_interval", "10"), ("logger.log_throughput", "true"),
      ("logger.tensorboard_dir", Self.quoted("\(directory)/tensorboard")),
    ]
    var arguments = job.trainer.program ?? ["scripts/training/run_recipe.py"]
    arguments += ["--recipe", "vanilla_gpt_pretrain_config"]
    arguments += values.map { "\($0.0)=\($0.1)" }
    for setting in job.settings {
      arguments += setting.name.hasPrefix("--") ? [setting.name, setting.value] : ["\(setting.name)=\(setting.value)"]
    }
    var unsupported = family.unsupported
    unsupported.refuseNoData(
      job, settings: ["dataset.data_path", "dataset.blend", "dataset.blend_per_split"], trainer: "Megatron-Bridge",
      what: "prefixes of indexed data sets")
    unsupported.refuse(
      job.model.latentAttention != nil,
      "Megatron-Bridge has latent attention in the recipes of its DeepSeek models alone; take megatron-lm as the trainer"
    )
    unsupported.refuse(
      job.model.learnedPositions > job.training.sequence,
      "Megatron-Bridge has as many learned positions as a sequence has tokens; set learned_positions to "
        + "\(job.training.sequence)")
    unsupported.refuse(
      job.training.precision == .fp32 && job.layout.pipeline > 1,
      "Megatron-Bridge's pipeline passes on 16-bit values here; set precision to bf16, or pipeline to 1")
    return TrainerCall(
      arguments, processes: .perDevice, environment: family.environment, metrics: .patterns(MegatronFamily.patterns),
      names: MegatronFamily.names, unsupported: unsupported.sentences, notes: family.notes)
  }

  private typealias Values = [(String, String)]

  private func shape(_ job: JobSpec) -> Values {
    let model = job.model
    let values = [
      ("num_layers", "\(model.layers)"), ("hidden_size", "\(model.hidden)"),
      ("ffn_hidden_size", "\(model.feedForward)"), ("num_attention_heads", "\(model.heads)"),
      ("num_query_groups", "\(model.keyValueHeads)"), ("kv_channels", "\(model.headSize)"),
      ("vocab_size", "\(model.vocabulary)"), ("seq_length", "\(job.training.sequence)"),
      ("gated_linear_unit", "\(model.isGated)"), ("activation_func", model.isGated ? "silu" : "gelu"),
      ("normalization", model.norm == .rms ? "RMSNorm" : "LayerNorm"), ("add_bias_linear", "\(model.biases == .all)"),
      ("add_qkv_bias", "\(model.biases == .queryKeyValue)"),
      ("share_embeddings_and_output_weights", "\(model.tiesEmbeddings)"),
      ("position_embedding_type", model.learnedPositions > 0 ? "learned_absolute" : "rope"),
      ("qk_layernorm", "\(model.queryKeyNorm == .perHead)"), ("hidden_dropout", "0.0"), ("attention_dropout", "0.0"),
    ]
    let attention = MegatronFamily.attention(job.training.attention).map { [("attention_backend", $0)] } ?? []
    return (values + attention + experts(job)).map { ("model.\($0.0)", $0.1) }
  }

  private func experts(_ job: JobSpec) -> Values {
    guard let experts = job.model.experts else { return [] }
    var values = [
      ("num_moe_experts", "\(experts.count)"), ("moe_router_topk", "\(experts.active)"),
      ("moe_ffn_hidden_size", "\(experts.feedForward)"), ("moe_token_dispatcher_type", "alltoall"),
      ("moe_grouped_gemm", "true"),
    ]
    if experts.sharedFeedForward > 0 {
      values.append(("moe_shared_expert_intermediate_size", "\(experts.sharedFeedForward)"))
    }
    if experts.denseLayers > 0 {
      let pattern = (0..<job.model.layers).map { $0 < experts.denseLayers ? "0" : "1" }
      values.append(("moe_layer_freq", "[\(pattern.joined(separator: ","))]"))
    }
    if let factor = experts.capacityFactor { values.append(("moe_expert_capacity_factor", plain(factor))) }
    if experts.hasRouterBias {
      values += [
        ("moe_router_enable_expert_bias", "true"), ("moe_router_score_function", "sigmoid"),
        ("moe_router_load_balancing_type", "none"),
      ]
    } else {
      values += [
        ("moe_router_load_balancing_type", "aux_loss"),
        ("moe_aux_loss_coeff", plain(MegatronFamily.balancingCoefficient)),
      ]
    }
    return values
  }

  private func training(_ job: JobSpec, _ family: MegatronFamily) -> Values {
    let (training, optimizer, schedule) = (job.training, job.optimizer, job.schedule)
    let decay = plain(optimizer.weightDecay)
    var values = [
      ("train.train_iters", "\(training.steps)"), ("train.global_batch_size", "\(training.batch)"),
      ("train.micro_batch_size", "\(job.layout.microBatch)"), ("rng.seed", "\(family.seed)"),
      ("dataset.random_seed", "\(family.seed)"), ("dataset.seq_length", "\(training.sequence)"),
      ("optimizer.lr", plain(optimizer.learningRate)), ("optimizer.min_lr", plain(job.finalLearningRate)),
      ("optimizer.weight_decay", decay),
      // The recipe's scheduler has a weight decay of its own, which would win.
      ("scheduler.start_weight_decay", decay), ("scheduler.end_weight_decay", decay),
      ("optimizer.adam_beta1", plain(optimizer.beta1)), ("optimizer.adam_beta2", plain(optimizer.beta2)),
      ("optimizer.clip_grad", plain(optimizer.clip ?? 0)), ("scheduler.lr_warmup_iters", "\(schedule.warmupSteps)"),
      ("scheduler.lr_decay_iters", "\(training.steps)"),
      ("scheduler.lr_decay_style", schedule.kind == .wsd ? "WSD" : schedule.kind.rawValue),
    ]
    if schedule.kind == .wsd {
      values += [("scheduler.lr_wsd_decay_style", "linear"), ("scheduler.lr_wsd_decay_iters", "\(job.decaySteps)")]
    }
    switch training.precision {
    case .bf16: values.append(("mixed_precision", "bf16_mixed"))
    case .fp16: values.append(("mixed_precision", "fp16_mixed"))
    case .fp8: values.append(("mixed_precision", "bf16_with_fp8_current_scaling_mixed"))
    case .fp4: values.append(("mixed_precision", "bf16_with_nvfp4_mixed"))
    case .fp32: values += [("mixed_precision", "null"), ("optimizer.bf16", "false")]
    }
    return values
  }

  private func layout(_ job: JobSpec) -> Values {
    let layout = job.layout
    var values = [
      ("model.tensor_model_parallel_size", "\(layout.tensor)"),
      ("model.pipeline_model_parallel_size", "\(layout.pipeline)"),
      ("model.context_parallel_size", "\(layout.context)"),
      ("model.sequence_parallel", "\(layout.sequenceParallel && layout.tensor > 1)"),
    ]
    if layout.pipeline > 1, layout.virtualStages > 1 {
      values.append(("model.virtual_pipeline_model_parallel_size", "\(layout.virtualStages)"))
    }
    if layout.context > 1 { values.append(("model.cp_comm_type", layout.contextExchange == .ring ? "p2p" : "a2a")) }
    if job.model.experts != nil {
      // Whole experts, whatever the rest of a layer is split into.
      values += [("model.expert_model_parallel_size", "\(layout.expert)"), ("model.expert_tensor_parallel_size", "1")]
    }
    let isSharded = "\(layout.sharding != .none)"
    values += [
      ("ddp.use_distributed_optimizer", isSharded), ("optimizer.use_distributed_optimizer", isSharded),
      ("ddp.overlap_grad_reduce", isSharded), ("ddp.overlap_param_gather", isSharded),
    ]
    if layout.sharding == .gradients || layout.sharding == .parameters {
      values += [
        ("ddp.use_megatron_fsdp", "true"),
        (
          "ddp.data_parallel_sharding_strategy", layout.sharding == .gradients ? "optim_grads" : "optim_grads_params"
        ),
        ("model.gradient_accumulation_fusion", "false"), ("checkpoint.ckpt_format", "fsdp_dtensor"),
      ]
    }
    if layout.sharding != .none, let group = layout.shardGroup {
      let instances = max(1, layout.data * layout.context / group)
      values.append(("ddp.num_distributed_optimizer_instances", "\(instances)"))
    }
    switch layout.recomputation {
    case .none: break
    case .selective: values.append(("model.recompute_granularity", "selective"))
    case .full:
      values += [
        ("model.recompute_granularity", "full"), ("model.recompute_method", "uniform"),
        ("model.recompute_num_layers", "1"),
      ]
    }
    return values
  }

  private func data(_ job: JobSpec) -> Values {
    var values: Values = []
    if !job.data.train.isEmpty {
      let train = Self.list(job.data.train)
      if job.data.validation.isEmpty {
        values += [("dataset.data_path", train), ("dataset.split", Self.quoted(MegatronFamily.split))]
      } else {
        values += [
          ("dataset.blend_per_split", "[[\(train),null],[\(Self.list(job.data.validation)),null],null]"),
          ("dataset.split", "null"),
        ]
      }
    }
    guard let tokenizer = job.data.tokenizer else {
      return values + [
        ("tokenizer.tokenizer_type", "NullTokenizer"), ("tokenizer.vocab_size", "\(job.model.vocabulary - 1)"),
      ]
    }
    let kind = tokenizer.hasSuffix(".model") ? "SentencePieceTokenizer" : "HuggingFaceTokenizer"
    return values + [
      ("tokenizer.tokenizer_type", kind), ("tokenizer.tokenizer_model", Self.quoted(tokenizer)),
      ("tokenizer.vocab_size", "null"),
    ]
  }

  private func checkpoints(_ job: JobSpec, in directory: String) -> Values {
    let path = Self.quoted(job.checkpointDirectory(in: directory))
    return [
      ("checkpoint.save", path), ("checkpoint.load", path), ("checkpoint.save_interval", "\(job.checkpointInterval)"),
      ("validation.eval_interval", "\(job.evaluationInterval)"),
      ("validation.eval_iters", "\(job.evaluationBatches(of: job.training.batch))"),
    ]
  }

  private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ","))]" }

  /// A text in Hydra's quotes.
  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"\'"#) + "'" }
}

extension TrainerRegistry {
  static let nemo: any BackEnd = NeMo()
}
