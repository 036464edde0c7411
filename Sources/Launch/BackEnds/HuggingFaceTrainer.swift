import TrainingCost

/// Transformers' Trainer (Hugging Face): the example `run_clm.py`, with a configuration of the model as a file and, for ZeRO,
/// one of DeepSpeed. A short script goes before, which resumes from the last checkpoint and writes metrics.
///
/// A setting is an argument's name without dashes, with its word.
public struct HuggingFaceTrainer: BackEnd {
  public let name = "hf-trainer"

  public init() {}

  private static let (script, modelFile, zeroFile) = ("run_with_metrics.py", "model.json", "deepspeed.json")

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let model = HuggingFaceModel(job)
    var values = training(job) + schedule(job) + data(job) + checkpoints(job, in: directory)
    if job.resources.gpusPerNode == 0 { values.append(("use_cpu", "true")) }
    values.append(("config_name", "\(directory)/\(Self.modelFile)"))
    var files = [
      TrainerCall.File(Self.script, HuggingFaceScript.text), .init(Self.modelFile, model.configuration.json),
    ]
    if job.layout.sharding != .none {
      files.append(.init(Self.zeroFile, zero(job).json))
      values.append(("deepspeed", "\(directory)/\(Self.zeroFile)"))
    }
    values += job.settings.map { ($0.name.trimmingPrefix("--").description, $0.value) }
    let program = job.trainer.program ?? ["examples/pytorch/language-modeling/run_clm.py"]
    var notes = model.notes
    if model.balancesExperts { notes.append("The losses of experts hold a hundredth of the one that balances them.") }
    if job.layout.recomputation == .selective {
      notes.append("Selective recomputation is what PyTorch's fused attention does by itself.")
    }
    if job.data.validation.isEmpty, !job.data.train.isEmpty {
      notes.append(
        "A twentieth of the training data is held out for validation where the data set has none of its own.")
    }
    return TrainerCall(
      ["\(directory)/\(Self.script)"] + program + values.flatMap { ["--\($0.0)", $0.1] }, processes: .perDevice,
      files: files, metrics: .jsonLines, unsupported: model.unsupported + unsupported(job), notes: notes)
  }

  private typealias Values = [(String, String)]

  private func training(_ job: JobSpec) -> Values {
    let (training, optimizer) = (job.training, job.optimizer)
    return [
      ("do_train", "true"), ("do_eval", "true"), ("max_steps", "\(training.steps)"),
      ("per_device_train_batch_size", "\(job.layout.microBatch)"),
      ("per_device_eval_batch_size", "\(job.layout.microBatch)"),
      ("gradient_accumulation_steps", "\(job.accumulation)"), ("block_size", "\(training.sequence)"),
      ("bf16", "\(training.precision == .bf16)"), ("fp16", "\(training.precision == .fp16)"),
      ("seed", "\(training.seed)"), ("optim", "adamw_torch"), ("learning_rate", plain(optimizer.learningRate)),
      ("weight_decay", plain(optimizer.weightDecay)), ("adam_beta1", plain(optimizer.beta1)),
      ("adam_beta2", plain(optimizer.beta2)), ("max_grad_norm", plain(optimizer.clip ?? 0)),
      ("gradient_checkpointing", "\(job.layout.recomputation == .full)"),
    ]
  }

  private func schedule(_ job: JobSpec) -> Values {
    let schedule = job.schedule
    let (kind, options): (String, Configuration) =
      switch schedule.kind {
      case .constant: ("constant_with_warmup", Configuration())
      case .cosine where schedule.finalShare == 0: ("cosine", Configuration())
      case .cosine: ("cosine_with_min_lr", Configuration([("min_lr_rate", .number(schedule.finalShare))]))
      case .linear where schedule.finalShare == 0: ("linear", Configuration())
      case .linear:
        ("polynomial", Configuration([("lr_end", .number(job.finalLearningRate)), ("power", .number(1))]))
      case .wsd:
        (
          "warmup_stable_decay",
          Configuration([
            ("num_decay_steps", .integer(job.decaySteps)), ("decay_type", .text("linear")),
            ("min_lr_ratio", .number(schedule.finalShare)),
          ])
        )
      }
    var values = [("lr_scheduler_type", kind), ("warmup_steps", "\(schedule.warmupSteps)")]
    if !options.entries.isEmpty { values.append(("lr_scheduler_kwargs", Configuration.flow(.map(options)))) }
    return values
  }

  private func data(_ job: JobSpec) -> Values {
    var values: Values = []
    if let train = job.data.train.first { values.append((Self.isFile(train) ? "train_file" : "dataset_name", train)) }
    if let validation = job.data.validation.first { values.append(("validation_file", validation)) }
    if let tokenizer = job.data.tokenizer { values.append(("tokenizer_name", tokenizer)) }
    return values
  }

  /// Whether the script reads it by itself, and does not look it up as a data set.
  private static func isFile(_ path: String) -> Bool {
    [".txt", ".json", ".csv"].contains { path.hasSuffix($0) }
  }

  private func checkpoints(_ job: JobSpec, in directory: String) -> Values {
    [
      ("output_dir", job.checkpointDirectory(in: directory)), ("save_strategy", "steps"),
      ("save_steps", "\(job.checkpointInterval)"), ("eval_strategy", "steps"),
      ("eval_steps", "\(job.evaluationInterval)"),
      ("max_eval_samples", "\(job.evaluationBatches(of: job.training.batch) * job.training.batch)"),
      ("logging_strategy", "steps"), ("logging_steps", "10"), ("report_to", "none"), ("disable_tqdm", "true"),
    ]
  }

  /// DeepSpeed's configuration; values that the Trainer sets too are left to it.
  private func zero(_ job: JobSpec) -> Configuration {
    let layout = job.layout
    var zero = Configuration([
      ("stage", .integer(layout.sharding.rawValue)), ("overlap_comm", .flag(true)),
      ("contiguous_gradients", .flag(true)),
    ])
    if layout.sharding == .parameters {
      zero["stage3_gather_16bit_weights_on_model_save"] = .flag(true)
      if let group = layout.shardGroup { zero["zero_hpz_partition_size"] = .integer(group) }
    }
    let automatic = Configuration.Value.text("auto")
    return Configuration([
      ("train_batch_size", automatic), ("train_micro_batch_size_per_gpu", automatic),
      ("gradient_accumulation_steps", automatic), ("gradient_clipping", automatic),
      ("bf16", .map(Configuration([("enabled", automatic)]))), ("fp16", .map(Configuration([("enabled", automatic)]))),
      ("zero_optimization", .map(zero)),
    ])
  }

  private func unsupported(_ job: JobSpec) -> [String] {
    let layout = job.layout
    var unsupported = Unsupported()
    unsupported.refuseAllButData(layout, trainer: "the Hugging Face Trainer")
    unsupported.refuse(
      layout.offload > 0, "the Hugging Face Trainer keeps activations on the accelerator; set offload to 0")
    unsupported.refuse(
      layout.shardGroup != nil && (layout.sharding == .optimizer || layout.sharding == .gradients),
      "DeepSpeed shards an optimizer over all data-parallel devices; leave shard_group out")
    unsupported.refuse(
      job.training.precision == .fp8 || job.training.precision == .fp4,
      "the Hugging Face Trainer trains in bf16, fp16 or fp32, not \(job.training.precision.rawValue)")
    unsupported.refuse(
      job.schedule.kind == .linear && job.schedule.finalShare >= 1,
      "a line to \(plain(job.schedule.finalShare)) of the peak does not fall; set kind to constant")
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(
      job.data.tokenizer == nil && !job.hasSetting("tokenizer_name"),
      "run_clm.py reads text and needs a tokenizer; name one under data")
    unsupported.refuseNoData(
      job, settings: ["train_file", "dataset_name"], trainer: "run_clm.py", what: "a text file or a data set")
    unsupported.refuse(
      job.data.train.count > 1 || job.data.validation.count > 1,
      "run_clm.py trains on one file or data set and evaluates on one file; merge them")
    unsupported.refuse(
      job.data.validation.contains { !Self.isFile($0) }
        || (!job.data.validation.isEmpty
          && job.data.train.contains { !Self.isFile($0) }),
      "run_clm.py takes validation text from a .txt, .json or .csv file beside one for training, or from the data set "
        + "itself; name two files, or leave validation out")
    return unsupported.sentences
  }
}

extension TrainerRegistry {
  static let huggingFaceTrainer: any BackEnd = HuggingFaceTrainer()
}
