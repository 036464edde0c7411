import TrainingCost

/// nanoGPT (Karpathy): `train.py` with `--name=value` for its globals.
public struct NanoGPT: BackEnd {
  public let name = "nanogpt"

  public init() {}

  public func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape? {
    PlainShape(nearest: size, embedding: embedding, vocabulary: vocabulary ?? 50304, headSize: 64).model
  }

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let (model, training, schedule) = (job.model, job.training, job.schedule)
    var unsupported = Unsupported()
    unsupported.refuseAllButData(job.layout, trainer: "nanoGPT")
    unsupported.refuse(
      model,
      beyond: [
        .plainMLP, .tiedEmbeddings, .learnedPositions, .allBiases, .attentionBiases, .feedForwardBiases,
        .queryKeyValueBiases, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
      ], of: "nanoGPT")
    unsupported.refuse(
      model.isGated || model.feedForward != 4 * model.hidden,
      "nanoGPT's MLPs are plain and 4 times as wide as the model; set feed_forward to \(4 * model.hidden), gated to false"
    )
    unsupported.refuse(
      !model.tiesEmbeddings, "nanoGPT's output projection is its embedding; set tied_embeddings to true")
    unsupported.refuse(
      ![.all, .none].contains(model.biases) || model.norm != (model.biases == .all ? .layer : .layerWithoutBias),
      "nanoGPT has biases in linear maps and norms or in neither; set biases to all and norm to layer, or biases to none and "
        + "norm to layerWithoutBias")
    unsupported.refuse(
      model.learnedPositions != 0 && model.learnedPositions != training.sequence,
      "nanoGPT has a learned position for each token of a sequence; set learned_positions to \(training.sequence)")
    unsupported.refuse(training.attention, beyond: [.flash], of: "nanoGPT")
    unsupported.refuse(job.layout.offload > 0, "nanoGPT keeps activations on the accelerator; set offload to 0")
    unsupported.refuse(
      schedule.kind == .wsd || schedule.kind == .linear,
      "nanoGPT has cosine and constant schedules, not \(schedule.kind.rawValue)")
    unsupported.refuse(
      (job.layout.sharding != .none || job.layout.shardGroup != nil) && job.layout.data > 1,
      "nanoGPT does not shard its optimizer; set zero to 0 in the layout")
    unsupported.refuse(
      job.layout.recomputation != .none, "nanoGPT does not recompute activations; set recompute to none")
    let types: [Precision: String] = [.fp32: "float32", .bf16: "bfloat16", .fp16: "float16"]
    unsupported.refuse(
      types[training.precision] == nil,
      "nanoGPT computes in fp32, bf16 or fp16, not \(training.precision.rawValue); set precision to bf16")
    unsupported.refuseUnevenBatch(job)

    // It saves when it evaluates.
    let every = min(job.evaluationInterval, job.checkpointInterval)
    var values: [(String, String)] = [
      ("n_layer", "\(model.layers)"), ("n_head", "\(model.heads)"), ("n_embd", "\(model.hidden)"),
      ("bias", model.biases == .all ? "True" : "False"), ("dropout", "0.0"),
      ("block_size", "\(training.sequence)"), ("batch_size", "\(job.layout.microBatch)"),
      // It divides this among the processes itself.
      ("gradient_accumulation_steps", "\(job.accumulation * job.layout.data)"),
      ("max_iters", "\(training.steps)"), ("learning_rate", plain(job.optimizer.learningRate)),
      ("decay_lr", schedule.kind == .constant ? "False" : "True"), ("warmup_iters", "\(schedule.warmupSteps)"),
      ("lr_decay_iters", "\(training.steps)"),
      ("min_lr", plain(job.finalLearningRate)),
      ("weight_decay", plain(job.optimizer.weightDecay)), ("beta1", plain(job.optimizer.beta1)),
      ("beta2", plain(job.optimizer.beta2)), ("grad_clip", plain(job.optimizer.clip ?? 0)),
      ("dtype", types[training.precision] ?? "bfloat16"), ("eval_interval", "\(every)"),
      ("out_dir", job.checkpointDirectory(in: directory)), ("always_save_checkpoint", "True"),
      ("log_interval", "10"),
    ]
    if job.resources.gpusPerNode == 0 { values += [("device", "cpu"), ("compile", "False")] }
    if let data = job.data.train.first { values.append(("dataset", data)) }
    var notes = ["nanoGPT takes its vocabulary and validation text from the data set's folder."]
    if model.learnedPositions == 0 {
      notes.append("nanoGPT learns positions: \(training.sequence * model.hidden) parameters more.")
    }
    unsupported.refuse(
      job.data.train.count > 1, "nanoGPT trains on one data set; name one under data, or merge them")
    unsupported.refuse(
      training.seed != 0, "nanoGPT's seed is fixed in train.py; set seed to 0, or make it a setting of your copy")
    values += job.settings.map { ($0.name, $0.value) }
    return TrainerCall(
      (job.trainer.program ?? ["train.py"]) + values.map { "--\($0.0)=\($0.1)" }, processes: .perDevice,
      resume: .init(["--init_from=resume"], where: "\(job.checkpointDirectory(in: directory))/ckpt.pt"),
      metrics: .patterns([
        "step": #"(?:iter|step) (\d+):"#, "loss": #"val loss ([\d.]+)"#, "train_loss": #"(?:loss|train loss) ([\d.]+)"#,
      ]), unsupported: unsupported.sentences, notes: notes)
  }
}

extension TrainerRegistry {
  static let nanoGPT: any BackEnd = NanoGPT()
}
