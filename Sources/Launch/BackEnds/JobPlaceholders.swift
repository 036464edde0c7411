import Documents
import TrainingCost

/// The placeholders of a ``TrainerFile``: short names, as `{layers}`, and every entry of the job's document by the
/// names on the way to it, as `{layout.recompute}`.
struct JobPlaceholders {
  let values: [String: String]

  init(_ job: JobSpec, in directory: String) {
    let (model, training, layout) = (job.model, job.training, job.layout)
    var values = Self.entries(of: job)
    for (name, path) in Self.shortNames { values[name] = values[path] ?? "" }
    values.merge([
      "directory": directory, "job": "\(directory)/job.json", "checkpoint": job.checkpointDirectory(in: directory),
      "checkpoint_every": "\(job.checkpointInterval)", "evaluate_every": "\(job.evaluationInterval)",
      "tokenizer": job.data.tokenizer ?? "", "tokens": plain(training.tokens), "clip": plain(job.optimizer.clip ?? 0),
      "min_lr": plain(job.finalLearningRate),
    ]) { $1 }
    let counts = [
      "params": model.parameters.total, "experts": model.experts?.count ?? 0,
      "active_experts": model.experts?.active ?? 0, "batch_tokens": training.tokensPerStep, "steps": training.steps,
      "decay_steps": job.decaySteps, "accumulation": job.accumulation, "devices": layout.devices,
    ]
    values.merge(counts.mapValues { "\($0)" }) { $1 }
    self.values = values
  }

  /// Short names of entries.
  private static let shortNames: [String: String] = {
    let groups = [
      "model": [
        "layers", "hidden", "heads", "key_value_heads", "head_size", "feed_forward", "vocabulary",
      ],
      "training": ["sequence", "batch", "precision", "seed"], "optimizer": ["lr", "weight_decay", "beta1", "beta2"],
      "schedule": ["final", "decay"],
      "layout": ["data", "tensor", "pipeline", "context", "expert", "chunks", "micro_batch", "zero"],
      "data": ["train", "validation"], "resources": ["nodes", "gpus"],
    ]
    let pairs = groups.flatMap { group, names in names.map { ($0, "\(group).\($0)") } }
    return Dictionary(pairs + [("schedule", "schedule.kind"), ("warmup_steps", "schedule.warmup")]) { $1 }
  }()

  /// Entries that other placeholders pass on.
  private static let passing: [String: [String]] = [
    "experts": ["model.experts.count"], "active_experts": ["model.experts.active"], "clip": ["optimizer.clip"],
    "min_lr": ["schedule.final"], "decay_steps": ["schedule.decay"],
  ]

  /// The names of all placeholders.
  static let names: Set<String> = {
    let size = TransformerShape(layers: 1, hidden: 2, feedForward: 8, heads: 1, vocabulary: 2)
    var job = JobSpec(
      name: "a", trainer: .init("a"), model: size, training: .init(tokens: 1, sequence: 1, batch: 1),
      optimizer: .init(learningRate: 1), schedule: .init(warmupSteps: 0))
    job.model.experts = .init(count: 2, active: 1, feedForward: 2, capacityFactor: 1)
    job.model.latentAttention = .init(queryRank: 1, keyValueRank: 1)
    (job.layout.shardGroup, job.data.tokenizer) = (1, "a")
    return Set(JobPlaceholders(job, in: "").values.keys)
  }()

  /// Whether a placeholder passes on an entry of a job.
  static func passesOn(_ placeholder: String, _ entry: String) -> Bool {
    // A trainer that is told a size makes a shape of its own, of a dense model.
    if placeholder == "params", entry.hasPrefix("model.") {
      return !["model.experts.", "model.latent_attention."].contains { entry.hasPrefix($0) }
    }
    return placeholder == entry || shortNames[placeholder] == entry || passing[placeholder]?.contains(entry) == true
  }

  /// The choices of a job beside its sizes, tokens and rates: entries that differ from those of the plainest job of its size.
  static func choices(of job: JobSpec) -> [(entry: String, value: String)] {
    let model = job.model
    let plainest = JobSpec(
      name: job.name, trainer: job.trainer,
      model: TransformerShape(
        layers: model.layers, hidden: model.hidden, feedForward: model.feedForward, heads: model.heads,
        vocabulary: model.vocabulary),
      training: .init(tokens: job.training.tokens, sequence: job.training.sequence, batch: job.training.batch),
      optimizer: .init(learningRate: job.optimizer.learningRate),
      schedule: .init(warmupSteps: job.schedule.warmupSteps),
      layout: Layout(data: job.layout.data, microBatch: job.layout.microBatch, sharding: .none))
    let usual = entries(of: plainest)
    return entries(of: job).filter { entry, value in
      ["model.", "training.", "optimizer.", "schedule.", "layout."].contains { entry.hasPrefix($0) }
        && usual[entry] != value
    }
    .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The scalars of a job's document by the names on the way to them; lists joined by commas.
  private static func entries(of job: JobSpec) -> [String: String] {
    guard let document = try? DocumentNode(of: job) else { return [:] }
    var values: [String: String] = [:]
    func add(_ node: DocumentNode, _ path: String) {
      switch node.value {
      case .entries(let entries):
        for entry in entries { add(entry.node, path.isEmpty ? entry.name : "\(path).\(entry.name)") }
      case .list(let items): values[path] = items.compactMap(\.scalar).joined(separator: ",")
      case .flag(let flag): values[path] = "\(flag)"
      case .number(let text): values[path] = Double(text).map(plain) ?? text
      default: values[path] = node.scalar ?? ""
      }
    }
    add(document, "")
    return values
  }
}
