import TrainingCost

/// Megatron-LM (NVIDIA): `pretrain_gpt.py` with flags.
///
/// A setting is a flag's name without dashes, with its values separated by spaces; `true` or nothing sets a flag without a
/// value.
public struct MegatronLM: BackEnd {
  public let name = "megatron-lm"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let family = MegatronFamily(job, trainer: "Megatron-LM")
    var arguments = job.trainer.program ?? ["pretrain_gpt.py"]
    arguments += shape(job) + training(job, family) + schedule(job) + layout(job)
    arguments += data(job) + checkpoints(job, in: directory)
    arguments += ["--log-interval", "10", "--log-throughput"]
    arguments += job.settings.flatMap(flag)
    var unsupported = family.unsupported
    unsupported.refuseNoData(
      job, settings: ["data-path", "data-args-path", "train-data-path", "mock-data"], trainer: "Megatron-LM",
      what: "prefixes of indexed data sets")
    return TrainerCall(
      arguments, processes: .perDevice, environment: family.environment, metrics: .patterns(MegatronFamily.patterns),
      names: MegatronFamily.names, unsupported: unsupported.sentences, notes: family.notes)
  }

  private func flag(_ setting: JobSpec.Setting) -> [String] {
    let name = setting.name.hasPrefix("--") ? setting.name : "--\(setting.name)"
    if setting.value == "true" || setting.value.isEmpty { return [name] }
    return [name] + setting.value.split(separator: " ").map(String.init)
  }

  private func shape(_ job: JobSpec) -> [String] {
    let model = job.model
    var flags = [
      "--num-layers", "\(model.layers)", "--hidden-size", "\(model.hidden)", "--ffn-hidden-size",
      "\(model.feedForward)", "--num-attention-heads", "\(model.heads)", "--kv-channels", "\(model.headSize)",
      "--max-position-embeddings", "\(max(model.learnedPositions, job.training.sequence))",
      "--position-embedding-type", model.learnedPositions > 0 ? "learned_absolute" : "rope", "--normalization",
      model.norm == .rms ? "RMSNorm" : "LayerNorm", "--attention-dropout", "0", "--hidden-dropout", "0",
    ]
    if model.keyValueHeads != model.heads, model.latentAttention == nil {
      flags += ["--group-query-attention", "--num-query-groups", "\(model.keyValueHeads)"]
    }
    if model.isGated { flags.append("--swiglu") }
    if !model.tiesEmbeddings { flags.append("--untie-embeddings-and-output-weights") }
    if model.biases != .all { flags.append("--disable-bias-linear") }
    if model.biases == .queryKeyValue { flags.append("--add-qkv-bias") }
    if let latent = model.latentAttention {
      flags += ["--multi-latent-attention", "--rope-type", "rope"]
      if let rank = latent.queryRank { flags += ["--q-lora-rank", "\(rank)"] }
      flags += [
        "--kv-lora-rank", "\(latent.keyValueRank)", "--qk-head-dim", "\(latent.nopeHeadSize)",
        "--qk-pos-emb-head-dim", "\(latent.ropeHeadSize)", "--v-head-dim", "\(latent.valueHeadSize)",
      ]
    }
    // With latent attention this norms the latent vectors.
    if model.queryKeyNorm == .perHead || model.latentAttention != nil { flags.append("--qk-layernorm") }
    if let backEnd = MegatronFamily.attention(job.training.attention) { flags += ["--attention-backend", backEnd] }
    return flags + experts(job)
  }

  private func experts(_ job: JobSpec) -> [String] {
    guard let experts = job.model.experts else { return [] }
    var flags = [
      "--num-experts", "\(experts.count)", "--moe-router-topk", "\(experts.active)", "--moe-ffn-hidden-size",
      "\(experts.feedForward)", "--moe-token-dispatcher-type", "alltoall", "--moe-grouped-gemm",
    ]
    if experts.sharedFeedForward > 0 {
      flags += ["--moe-shared-expert-intermediate-size", "\(experts.sharedFeedForward)"]
    }
    if experts.denseLayers > 0 {
      flags += ["--moe-layer-freq", MegatronFamily.expertPattern(job.model)]
    }
    if let factor = experts.capacityFactor { flags += ["--moe-expert-capacity-factor", plain(factor)] }
    if experts.hasRouterBias {
      flags += [
        "--moe-router-enable-expert-bias", "--moe-router-score-function", "sigmoid",
        "--moe-router-load-balancing-type", "none",
      ]
    } else {
      flags += [
        "--moe-router-load-balancing-type", "aux_loss", "--moe-aux-loss-coeff",
        plain(MegatronFamily.balancingCoefficient),
      ]
    }
    return flags
  }

  private func training(_ job: JobSpec, _ family: MegatronFamily) -> [String] {
    let (training, optimizer) = (job.training, job.optimizer)
    var flags = [
      "--micro-batch-size", "\(job.layout.microBatch)", "--global-batch-size", "\(training.batch)", "--seq-length",
      "\(training.sequence)", "--train-iters", "\(training.steps)", "--seed", "\(family.seed)", "--optimizer", "adam",
      "--weight-decay", plain(optimizer.weightDecay), "--adam-beta1", plain(optimizer.beta1), "--adam-beta2",
      plain(optimizer.beta2), "--clip-grad", plain(optimizer.clip ?? 0),
    ]
    switch training.precision {
    case .bf16: flags.append("--bf16")
    case .fp16: flags.append("--fp16")
    case .fp8: flags += ["--bf16", "--fp8-format", "hybrid"]
    case .fp4: flags += ["--bf16", "--fp4-format", "e2m1"]
    case .fp32: break
    }
    return flags
  }

  private func schedule(_ job: JobSpec) -> [String] {
    let (schedule, steps) = (job.schedule, "\(job.training.steps)")
    var flags = [
      "--lr", plain(job.optimizer.learningRate), "--min-lr", plain(job.finalLearningRate), "--lr-warmup-iters",
      "\(schedule.warmupSteps)", "--lr-decay-iters", steps, "--lr-decay-style",
    ]
    switch schedule.kind {
    case .cosine, .linear, .constant: flags.append(schedule.kind.rawValue)
    case .wsd:
      flags += ["WSD", "--lr-wsd-decay-style", "linear", "--lr-wsd-decay-iters", "\(job.decaySteps)"]
    }
    return flags
  }

  private func layout(_ job: JobSpec) -> [String] {
    let (layout, model) = (job.layout, job.model)
    var flags = [
      "--tensor-model-parallel-size", "\(layout.tensor)", "--pipeline-model-parallel-size", "\(layout.pipeline)",
      "--context-parallel-size", "\(layout.context)",
    ]
    if layout.pipeline > 1, layout.virtualStages > 1 {
      flags += [
        "--num-layers-per-virtual-pipeline-stage",
        "\(max(1, model.layers / (layout.pipeline * layout.virtualStages)))",
      ]
    }
    if layout.context > 1 { flags += ["--cp-comm-type", layout.contextExchange == .ring ? "p2p" : "a2a"] }
    if layout.sequenceParallel, layout.tensor > 1 { flags.append("--sequence-parallel") }
    if model.experts != nil {
      // Whole experts, whatever the rest of a layer is split into.
      flags += ["--expert-model-parallel-size", "\(layout.expert)", "--expert-tensor-parallel-size", "1"]
    }
    switch layout.sharding {
    case .none: break
    case .optimizer:
      flags += ["--use-distributed-optimizer", "--overlap-grad-reduce", "--overlap-param-gather"]
    case .gradients, .parameters:
      flags += [
        "--use-megatron-fsdp", "--use-distributed-optimizer", "--data-parallel-sharding-strategy",
        layout.sharding == .gradients ? "optim_grads" : "optim_grads_params", "--no-gradient-accumulation-fusion",
        "--overlap-grad-reduce", "--overlap-param-gather", "--ckpt-format", "fsdp_dtensor",
      ]
    }
    if layout.sharding != .none, let group = layout.shardGroup {
      flags += ["--num-distributed-optimizer-instances", "\(max(1, layout.data * layout.context / group))"]
    }
    switch layout.recomputation {
    case .none: break
    case .selective: flags += ["--recompute-granularity", "selective"]
    case .full:
      flags += ["--recompute-granularity", "full", "--recompute-method", "uniform", "--recompute-num-layers", "1"]
    }
    return flags
  }

  private func data(_ job: JobSpec) -> [String] {
    var flags: [String] = []
    if job.data.validation.isEmpty {
      if !job.data.train.isEmpty { flags += ["--data-path"] + job.data.train + ["--split", MegatronFamily.split] }
    } else {
      flags += ["--train-data-path"] + job.data.train + ["--valid-data-path"] + job.data.validation
    }
    flags += ["--padded-vocab-size", "\(job.model.vocabulary)"]
    guard let tokenizer = job.data.tokenizer else {
      // It counts one row more, for the end of a text.
      return flags + ["--tokenizer-type", "NullTokenizer", "--vocab-size", "\(job.model.vocabulary - 1)"]
    }
    let kind = tokenizer.hasSuffix(".model") ? "GPTSentencePieceTokenizer" : "HuggingFaceTokenizer"
    return flags + ["--tokenizer-type", kind, "--tokenizer-model", tokenizer]
  }

  private func checkpoints(_ job: JobSpec, in directory: String) -> [String] {
    let path = job.checkpointDirectory(in: directory)
    return [
      "--save", path, "--load", path, "--save-interval", "\(job.checkpointInterval)", "--eval-interval",
      "\(job.evaluationInterval)", "--eval-iters", "\(job.evaluationBatches(of: job.training.batch))",
    ]
  }
}

extension TrainerRegistry {
  static let megatronLM: any BackEnd = MegatronLM()
}
