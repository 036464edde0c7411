import Launch
import LaunchConformance
import TrainingCost
import Workflows

/// A trainer of one's own: a script that trains plain GPT models on data-parallel devices.
struct OwnTrainer: BackEnd {
  let name = "ours"

  func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let (model, training, optimizer) = (job.model, job.training, job.optimizer)
    let checkpoints = job.checkpoints.directory ?? "\(directory)/checkpoints"
    let flags = [
      "layers": "\(model.layers)", "width": "\(model.hidden)", "heads": "\(model.heads)",
      "vocabulary": "\(model.vocabulary)", "positions": "\(model.learnedPositions)", "steps": "\(training.steps)",
      "sequence": "\(training.sequence)",
      "batch": "\(training.batch)", "micro-batch": "\(job.layout.microBatch)", "seed": "\(training.seed)",
      "precision": training.precision.rawValue, "lr": "\(optimizer.learningRate)",
      "final-lr": "\(optimizer.learningRate * job.schedule.finalShare)",
      "warmup": "\(job.schedule.warmupSteps)", "schedule": job.schedule.kind.rawValue,
      "weight-decay": "\(optimizer.weightDecay)", "beta1": "\(optimizer.beta1)", "beta2": "\(optimizer.beta2)",
      "clip": "\(optimizer.clip ?? 0)", "data": job.data.train.joined(separator: ":"),
      "save-every": "\(job.checkpoints.every ?? training.steps)", "save-to": checkpoints,
    ]
    return TrainerCall(
      ["train.py"] + flags.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
        + job.settings.map { "--\($0.name)=\($0.value)" },
      processes: .perDevice, resume: .init(["--resume"], where: "\(checkpoints)/last.pt"),
      metrics: .jsonLines, names: ["val_nats": MetricName("loss")], unsupported: refusals(of: job))
  }

  /// What the script cannot do. Nothing is dropped silently: a job with any of these is not launched.
  private func refusals(of job: JobSpec) -> [String] {
    let model = job.model
    let gpt = TransformerShape(
      layers: model.layers, hidden: model.hidden, feedForward: 4 * model.hidden, heads: model.heads,
      vocabulary: model.vocabulary, isGated: false, tiesEmbeddings: true, norm: .layerWithoutBias,
      learnedPositions: model.learnedPositions)
    let dataParallel = Layout(data: job.layout.data, microBatch: job.layout.microBatch, sharding: .none)
    var sentences: [String] = []
    if model != gpt { sentences.append("ours trains the shapes of GPT-2 only; use gated: false and no options") }
    if job.layout != dataParallel { sentences.append("ours is data parallel only; set zero and all else to 0") }
    if job.training.attention != .flash { sentences.append("ours has flash attention only") }
    if job.schedule.kind == .wsd { sentences.append("ours has no wsd schedule; use linear") }
    return sentences
  }
}

/// What a launch of three sizes on a Slurm cluster would write and run, without doing either.
func rehearseLaunch(in directory: String) async throws -> Rehearsal {
  let jobs = [4, 8, 12].map { layers in
    JobSpec(
      name: "gpt-\(layers)", trainer: .init("ours", directory: "/opt/ours"),
      model: TransformerShape(
        layers: layers, hidden: 64 * layers, feedForward: 256 * layers, heads: layers, vocabulary: 50304,
        isGated: false, tiesEmbeddings: true, norm: .layerWithoutBias, learnedPositions: 1024),
      training: .init(tokens: 2.5e9, sequence: 1024, batch: 480), optimizer: .init(learningRate: 6e-4),
      schedule: .init(warmupSteps: 250), layout: Layout(data: 8, microBatch: 12, sharding: .none),
      data: .init(train: ["openwebtext"]), resources: .init(gpusPerNode: 8, time: 86_400))
  }
  let session = try LaunchSession(
    jobs, directory: directory, engine: EngineChoice(SlurmEngine.Options(partition: "gpu")),
    trainers: .builtIn.adding(OwnTrainer()))
  return try await session.rehearsal()
}

/// The parts of a trainer's contract that this one breaks.
func brokenTrainerRules() -> [LaunchConformance.Violation] { OwnTrainer().violations() }
