import Documents
import TrainingCost

/// The training configuration of OLMo-core: optimizer, schedule, parallelism, checkpoints and evaluation.
extension OLMoCoreScript {
  var trainModule: String {
    let (training, optimizer) = (job.training, job.optimizer)
    var options = [
      "rank_microbatch_size=\(job.layout.microBatch * training.sequence)", "max_sequence_length=\(training.sequence)",
      "optim=AdamWConfig(lr=\(optimizer.learningRate), betas=(\(optimizer.beta1), \(optimizer.beta2)), "
        + "weight_decay=\(optimizer.weightDecay))",
      "max_grad_norm=\(optimizer.clip.map { "\($0)" } ?? "None")", "scheduler=\(scheduler)",
    ]
    if training.precision != .fp32, !isFullySharded { options.append("autocast_precision=DType.bfloat16") }
    if training.precision == .fp8 { options.append("float8_config=Float8Config(enabled=True)") }
    return "train_module = TransformerTrainModuleConfig(\n"
      + (options + parallelism).map { "    \($0),\n" }.joined() + ")"
  }

  private var scheduler: String {
    let schedule = job.schedule
    let warmup = "warmup=\(schedule.warmupSteps)"
    switch schedule.kind {
    case .cosine: return "CosWithWarmup(\(warmup), alpha_f=\(schedule.finalShare))"
    case .linear: return "LinearWithWarmup(\(warmup), alpha_f=\(schedule.finalShare))"
    case .constant: return "ConstantWithWarmup(\(warmup))"
    case .wsd:
      return "WSD(\(warmup), decay=\(job.decaySteps), decay_fraction=None, decay_min_lr=\(job.finalLearningRate))"
    }
  }

  /// Whether parameters are gathered in the precision of the products, and nothing has to be cast.
  private var isFullySharded: Bool { job.layout.devices > 1 && job.layout.sharding != .none }

  private var parallelism: [String] {
    let layout = job.layout
    guard layout.devices > 1 else { return recomputation }
    let reduced = "reduce_dtype=DType.float32"
    let parameters = "param_dtype=DType.\(job.training.precision == .fp32 ? "float32" : "bfloat16")"
    var options =
      switch (isFullySharded, layout.shardGroup) {
      case (false, _): ["dp_config=TransformerDataParallelConfig(name=DataParallelType.ddp, \(reduced))"]
      case (true, let group?):
        [
          "dp_config=TransformerDataParallelConfig(name=DataParallelType.hsdp, \(parameters), \(reduced), shard_degree=\(group))"
        ]
      case (true, nil):
        ["dp_config=TransformerDataParallelConfig(name=DataParallelType.fsdp, \(parameters), \(reduced))"]
      }
    if layout.tensor > 1 { options.append("tp_config=TransformerTensorParallelConfig(degree=\(layout.tensor))") }
    if layout.context > 1 {
      let exchange = layout.contextExchange == .ring ? "zig_zag" : "ulysses"
      options.append("cp_config=TransformerContextParallelConfig.\(exchange)(degree=\(layout.context))")
    }
    if layout.expert > 1 { options.append("ep_config=TransformerExpertParallelConfig(degree=\(layout.expert))") }
    if layout.pipeline > 1 {
      options.append(
        "pp_config=TransformerPipelineParallelConfig(degree=\(layout.pipeline), "
          + "schedule=PipelineScheduleType.\(Self.pipelineSchedule(layout) ?? "single_1F1B"), "
          + "split_points=\(Self.splitPoints(job)))")
    }
    return options + recomputation
  }

  private var recomputation: [String] {
    guard job.layout.recomputation == .full else { return [] }
    return [
      "ac_config=TransformerActivationCheckpointingConfig(mode=TransformerActivationCheckpointingMode.full)"
    ]
  }

  var trainer: String {
    var lines = """
      trainer = TrainerConfig(
          save_folder=\(Configuration.quoted(job.checkpointDirectory(in: directory))), save_overwrite=True,
          work_dir=\(Configuration.quoted("\(directory)/work")), max_duration=Duration.steps(\(job.training.steps)),
          metrics_collect_interval=10,
      )
      trainer = trainer.with_callback("checkpointer", CheckpointerCallback(save_interval=\(job.checkpointInterval)))

      """
    if !job.data.validation.isEmpty {
      let batches = job.evaluationBatches(of: job.layout.data * job.layout.microBatch)
      lines += """
        # Each file needs a label of its own.
        files = [path for name in \(Self.list(job.data.validation)) for path in sorted(glob.glob(name)) or [name]]
        held_out = NumpyPaddedFSLDatasetConfig(
            paths=files, sequence_length=\(job.training.sequence), tokenizer=tokenizer,
            metadata=[{"label": "held-out"}] * len(files), work_dir=\(Configuration.quoted("\(directory)/work")),
        )
        trainer = trainer.with_callback(
            "lm_evaluator",
            LMEvaluatorCallbackConfig(
                eval_dataset=held_out, eval_interval=\(job.evaluationInterval), eval_duration=Duration.steps(\(batches)),
            ),
        )

        """
    }
    return lines
  }

  static func pipelineSchedule(_ layout: Layout) -> String? {
    switch (layout.schedule, layout.virtualStages) {
    case (.gpipe, 1): "gpipe"
    case (.oneForwardOneBackward, 1): "single_1F1B"
    case (.oneForwardOneBackward, _): "interleaved_1F1B"
    case (.zeroBubbleV, _): "zbv_zero_bubble"
    default: nil
    }
  }

  /// Stages of all devices; a V has two on each.
  static func stages(_ layout: Layout) -> Int {
    layout.pipeline * (layout.schedule == .zeroBubbleV ? 2 : layout.virtualStages)
  }

  /// The first layer of each stage but the first. The output projection counts as a layer where the split is balanced.
  private static func splitPoints(_ job: JobSpec) -> [Int] {
    let (stages, layers) = (stages(job.layout), job.model.layers + (job.layout.stageSplit == .balanced ? 1 : 0))
    return (1..<stages).map { min(job.model.layers - 1, ($0 * layers + stages - 1) / stages) }
  }
}
