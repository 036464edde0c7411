import TrainingCost

/// OLMo-core (Ai2): a Python script that builds the configurations of model, data and trainer, as its own examples do.
///
/// A setting is an override with dots, such as `train_module.compile_model`.
public struct OLMoCore: BackEnd {
  public let name = "olmo-core"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    var unsupported = Unsupported()
    refuseShape(of: job, &unsupported)
    refuseLayout(of: job, &unsupported)
    refuseTraining(of: job, &unsupported)
    return TrainerCall(
      ["\(directory)/olmo_core_job.py"] + job.settings.map { "\($0.name)=\($0.value)" }, processes: .perDevice,
      files: [.init("olmo_core_job.py", OLMoCoreScript(job, directory: directory).text)], metrics: .jsonLines,
      names: [
        "step": MetricName("step"), "loss": MetricName("held-out CE loss"), "train_loss": MetricName("train/CE loss"),
        "learning_rate": MetricName("optim/LR (group 0)"),
        "tokens_per_second": MetricName("throughput/device/TPS", factor: Double(job.layout.devices)),
        "tflops": MetricName("throughput/device/flopsPS", factor: 1e-12),
      ], unsupported: unsupported.sentences, notes: notes(of: job))
  }

  private func refuseShape(of job: JobSpec, _ unsupported: inout Unsupported) {
    let model = job.model
    unsupported.refuse(
      model,
      beyond: [
        .tiedEmbeddings, .groupedQueries, .headSize, .experts, .sharedExperts, .denseBeforeExperts, .capacity,
        .routerBias, .fourNorms, .perHeadNorm, .acrossHeadsNorm, .embeddingNorm, .outputBias, .attentionBiases,
        .feedForwardBiases, .allBiases, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
      ], of: "OLMo-core")
    unsupported.refuse(
      model.normsPerLayer == 4 && model.experts != nil,
      "OLMo-core's layers of experts have two norms; plan two norms a layer")
  }

  private func refuseLayout(of job: JobSpec, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(job.resources.gpusPerNode == 0, "OLMo-core needs accelerators; take at least one")
    unsupported.refuse(layout.offload > 0, "OLMo-core does not keep activations in host memory; set offload to 0")
    unsupported.refuse(
      layout.sharding == .none && layout.devices > layout.data,
      "OLMo-core replicates a model only where nothing else is parallel; set zero to 3")
    unsupported.refuse(
      layout.expert > 1 && (layout.tensor > 1 || layout.shardGroup != layout.expert),
      "OLMo-core spreads experts over the devices of a shard group, without tensor parallelism; set tensor to 1 and the shard "
        + "group to \(layout.expert)")
    unsupported.refuse(
      layout.context > 1 && job.model.experts != nil, "OLMo-core has no experts beside context parallelism; set it to 1"
    )
    unsupported.refuse(
      layout.pipeline > 1 && OLMoCoreScript.pipelineSchedule(layout) == nil,
      "OLMo-core has no \(layout.schedule.rawValue) schedule of \(layout.virtualStages) stages a device; set it to 1f1b"
    )
    unsupported.refuse(
      layout.pipeline > 1 && job.model.layers < OLMoCoreScript.stages(layout),
      "\(job.model.layers) layers are fewer than \(OLMoCoreScript.stages(layout)) stages; change the pipeline")
    unsupported.refuse(
      layout.pipeline > 1 && job.model.tiesEmbeddings,
      "stages of a pipeline cannot share the embedding; set tied_embeddings to false or pipeline to 1")
  }

  private func refuseTraining(of job: JobSpec, _ unsupported: inout Unsupported) {
    unsupported.refuse(job.training.attention, beyond: [.flash, .flash3], of: "OLMo-core")
    unsupported.refuse(
      job.training.precision == .fp16 || job.training.precision == .fp4,
      "OLMo-core trains in bf16, fp8 or fp32, not \(job.training.precision.rawValue)")
    unsupported.refuse(
      job.trainer.program != nil, "OLMo-core is run by the job's own script; leave program out, and use settings")
    unsupported.refuse(
      job.data.tokenizer == nil,
      "OLMo-core needs a tokenizer for the tokens that end and fill texts; name one of Hugging Face's under data")
    unsupported.refuseNoData(
      job, settings: ["dataset.paths", "dataset.mix"], trainer: "OLMo-core",
      what: ".npy files of tokens, or patterns of them")
  }

  private func notes(of job: JobSpec) -> [String] {
    let (model, layout) = (job.model, job.layout)
    var notes: [String] = []
    let isRecent =
      model.tiesEmbeddings || model.normsEmbedding || model.headSize * model.heads != model.hidden
      || model.normsPerLayer == 4 || layout.contextExchange == .ulysses && layout.context > 1
    if isRecent { notes.append("The model or its layout needs OLMo-core 3.") }
    if layout.sharding == .optimizer || layout.sharding == .gradients, layout.data > 1 {
      notes.append("OLMo-core shards parameters as well: ZeRO-\(layout.sharding.rawValue) runs as ZeRO-3.")
    }
    if layout.tensor > 1, !layout.sequenceParallel {
      notes.append("Tensor parallelism of OLMo-core is sequence-parallel as well.")
    }
    if layout.recomputation == .selective {
      notes.append("PyTorch's attention computes scores again by itself; nothing else is recomputed.")
    }
    if job.training.precision == .fp8 { notes.append("fp8 needs torchao, and is for linear maps only.") }
    if model.experts?.capacityFactor == nil, model.experts != nil {
      notes.append("Experts that drop no token need the package grouped_gemm.")
    }
    return notes
  }
}

extension TrainerRegistry {
  static let olmoCore: any BackEnd = OLMoCore()
}
