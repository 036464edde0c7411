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
      model.isGated || model.feedForward != 4 * model.hidden,
      "nanoGPT's MLPs are plain and 4 times as wide as the model; set feed_forward to \(4 * model.hidden), gated to false"
    )
    unsupported.refuse(
      model.keyValueHeads != model.heads || model.latentAttention != nil,
      "nanoGPT has as many heads of keys as of queries; set key_value_heads to \(model.heads)")
    unsupported.refuse(model.experts != nil, "nanoGPT has no experts; plan a dense model")
    unsupported.refuse(
      !model.tiesEmbeddings, "nanoGPT's output projection is its embedding; set tied_embeddings to true")
    unsupported.refuse(
      schedule.kind == .wsd || schedule.kind == .linear,
      "nanoGPT has cosine and constant schedules, not \(schedule.kind.rawValue)")
    unsupported.refuse(
      job.layout.sharding != .none && job.layout.data > 1,
      "nanoGPT does not shard its optimizer; set zero to 0 in the layout")
    unsupported.refuse(
      job.layout.recomputation != .none, "nanoGPT does not recompute activations; set recompute to none")
    let types: [Precision: String] = [.fp32: "float32", .bf16: "bfloat16", .fp16: "float16"]
    unsupported.refuse(
      types[training.precision] == nil,
      "nanoGPT computes in fp32, bf16 or fp16, not \(training.precision.rawValue); set precision to bf16")
    unsupported.refuse(
      training.batch % (job.layout.data * job.layout.microBatch) != 0,
      "\(training.batch) sequences a step are not a multiple of \(job.layout.data) devices times micro-batches of "
        + "\(job.layout.microBatch)")

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
    let notes = ["nanoGPT takes its vocabulary and validation text from the data set's folder."]
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
