import Documents
import Foundation
import Tables
import TrainingCost

extension JobSpec {
  /// A job as entries of a file say it; what a plan says holds where they are silent.
  ///
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong; ``PlanError``.
  package init(_ reading: EntriesReading, name: String, plan path: String?) throws {
    let entries = reading.value
    let plan = try path.map { try PlannedRun(path: $0) }
    guard let trainer = entries.trainer else {
      throw reading.fault(
        "trainer", "it is missing; write 'trainer: nanogpt' or '{name: nanogpt, directory: DIRECTORY}'")
    }
    let model = try reading.model(trainer: trainer, plan: plan)
    let training = try reading.training(trainer: trainer, plan: plan)
    let resources = try reading.resources(plan)
    self.init(
      name: name, trainer: trainer, model: model, training: training,
      optimizer: try reading.optimizer(trainer: trainer, params: Double(model.parameters.total)),
      schedule: try reading.schedule(steps: training.steps),
      layout: try reading.layout(resources, training, plan),
      data: try entries.data?.resolved(over: Data()) ?? Data(),
      checkpoints: try entries.checkpoints?.resolved(over: Checkpoints()) ?? Checkpoints(), resources: resources,
      retries: try reading.retries(), after: entries.after ?? [], settings: entries.settings ?? [],
      environment: Dictionary((entries.environment?.entries ?? []).map { ($0.name, $0.value) }) { $1 },
      secrets: entries.secrets ?? [],
      provenance: (plan?.provenance ?? Provenance()).overlaid(by: entries.provenance),
      expected: try entries.expected?.resolved(over: Expected(curve: ""), required: ["curve"]))
    try reading.checkVariables(of: self)
  }

  /// Reads a job's own document, `job.json`.
  ///
  /// - Parameter path: where it is kept, for messages.
  /// - Throws: `DocumentError`.
  public init(document: String, path: String) throws {
    let file = try JobFileEntries.read(text: document, from: path)
    try self.init(
      EntriesReading(file.node, from: path, trainers: .builtIn), name: file.value.run.name ?? "", plan: nil)
  }

  /// The job as a document that ``JobFile`` reads to the same job, with every default written out.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func document() throws -> String { try StoredJob(job: self).json() }
}

/// A job's own document.
private struct StoredJob: Document {
  static let schema = JobSpec.schema
  static let kind = "job"
  let job: JobSpec

  init(job: JobSpec) { self.job = job }
  init(from decoder: any Decoder) throws { job = try JobSpec(from: decoder) }
  func encode(to encoder: any Encoder) throws { try job.encode(to: encoder) }
}

/// The entries of one run, with the places of all.
package struct EntriesReading {
  let value: JobEntries
  /// The trainers that the entries can name.
  let trainers: TrainerRegistry
  private let node: DocumentNode
  private let source: DocumentSource

  package init(_ node: DocumentNode, from path: String, trainers: TrainerRegistry) throws(DocumentError) {
    self.trainers = trainers
    source = DocumentSource(path)
    self.node = node
    value = try source.value(JobEntries.self, from: node)
  }

  func fault(_ entry: String, _ message: String) -> DocumentError {
    source.fault("'\(entry)': \(message)", at: node[entry] ?? node)
  }

  func part<Part>(_ part: Partial<Part>?, _ name: String) -> Partial<Part> {
    part ?? Partial(name, from: source.path)
  }
}

extension EntriesReading {
  fileprivate func training(trainer: JobSpec.Trainer, plan: PlannedRun?) throws -> JobSpec.Training {
    let part = part(value.training, "training")
    let isReference = trainer.name == ReferenceTrainer().name
    let planned = plan?.run?.workload
    let tokens = try part.value("tokens", as: WrittenTokens.self)?.value ?? plan?.tokens
    guard let tokens else { throw fault("training", "'tokens' is missing; write {tokens: 1B}, or name a plan") }
    let sequence =
      try part.value("sequence", as: Int.self) ?? planned?.sequence
      ?? (isReference ? ReferenceTrainer.sequence : 2048)
    var batch =
      try part.value("batch", as: Int.self) ?? planned?.globalBatch ?? (isReference ? ReferenceTrainer.batch : nil)
    if let tokens = try part.value("batch_tokens", as: Int.self) {
      guard !part.says("batch"), sequence > 0, tokens >= sequence, tokens.isMultiple(of: sequence) else {
        throw part.fault(
          "batch_tokens", "it should be a multiple of the sequence, \(sequence), and stand without 'batch'")
      }
      batch = tokens / sequence
    }
    guard let batch else {
      throw fault("training", "'batch' is missing; write {batch: 512}, the sequences of a step")
    }
    // A plan's tokens are a sequence's times sequences only by chance; those of a file win over both.
    return try part.resolved(
      over: JobSpec.Training(
        tokens: tokens, sequence: sequence, batch: batch,
        precision: planned?.precision ?? (isReference ? .fp32 : .bf16), attention: planned?.attention ?? .flash))
  }

  fileprivate func optimizer(trainer: JobSpec.Trainer, params: Double) throws -> JobSpec.Optimizer {
    let part = part(value.optimizer, "optimizer")
    let rate: Double
    switch try part.value("lr", as: JobEntries.LearningRate.self) {
    case .value(let value)?: rate = value
    case .power(let value, let size, let exponent)?: rate = value * pow(params / size, exponent)
    case nil:
      throw fault(
        "optimizer",
        "'lr' is missing; write {lr: 6e-4}, or {lr: {value: 6e-4, at_params: 124M, exponent: -0.4}}")
    }
    guard rate.isFinite else { throw part.fault("lr", "it is not a finite rate for \(formatCount(params)) parameters") }
    var optimizer = try part.resolved(
      over: .init(learningRate: rate, beta2: trainer.name == ReferenceTrainer().name ? 0.99 : 0.95))
    if optimizer.clip == 0 { optimizer.clip = nil }
    return optimizer
  }

  fileprivate func schedule(steps: Int) throws -> JobSpec.Schedule {
    let part = part(value.schedule, "schedule")
    let kind = try part.value("kind", as: JobSpec.Schedule.Kind.self) ?? .cosine
    // Below one, a share of the run; else steps.
    let warmup = try part.value("warmup", as: Double.self) ?? 0.01
    let warmupSteps = warmup < 1 ? Int((max(0, warmup) * Double(steps)).rounded()) : Int(min(warmup, 1e12))
    guard warmup >= 0, warmupSteps <= steps else {
      throw part.fault("warmup", "the warm-up should end within the run's \(steps) steps")
    }
    return try part.resolved(
      over: .init(kind: kind, warmupSteps: warmupSteps, finalShare: kind == .constant ? 1 : 0.1))
  }

  fileprivate func resources(_ plan: PlannedRun?) throws -> JobSpec.Resources {
    let part = part(value.resources, "resources")
    let devices = plan?.run?.layout.devices
    let gpus = try part.value("gpus", as: Int.self) ?? devices.map { min(plan?.devicesPerNode ?? 8, $0) } ?? 0
    let nodes = devices.map { max(1, $0 / max(1, gpus)) } ?? 1
    return try part.resolved(
      over: .init(nodes: nodes, gpusPerNode: gpus, cpusPerNode: max(1, 8 * min(max(0, gpus), 1_000_000))))
  }

  fileprivate func layout(
    _ resources: JobSpec.Resources, _ training: JobSpec.Training, _ plan: PlannedRun?
  ) throws -> Layout {
    let part = part(value.layout, "layout")
    let planned = plan?.run?.layout
    var layout = try part.resolved(over: planned ?? Layout(sharding: .none))
    if !part.says("data"), let others = layout.devicesOfReplica {
      layout.data = max(1, resources.devices / others)
    }
    if planned == nil {
      if !part.says("micro_batch") { layout.microBatch = max(1, training.batch / layout.data) }
      if !part.says("sequence_parallel") { layout.sequenceParallel = layout.tensor > 1 }
    }
    guard layout.devices == resources.devices else {
      throw part.fault(
        "data",
        "the layout is for \(layout.devices) accelerators (data x tensor x pipeline x context), the resources are "
          + "\(resources.nodes) nodes of \(resources.gpusPerNode)")
    }
    guard training.batch % (layout.data * layout.microBatch) == 0 else {
      throw part.fault(
        "micro_batch",
        "\(training.batch) sequences a step do not divide among \(layout.data) replicas with micro-batches of "
          + "\(layout.microBatch)")
    }
    return layout
  }

  fileprivate func retries() throws -> Int {
    let retries = value.retries ?? 0
    guard (0...1_000_000).contains(retries) else {
      throw fault("retries", "it should be a whole number from 0 to 1000000")
    }
    return retries
  }

  fileprivate func checkVariables(of job: JobSpec) throws(DocumentError) {
    for (entry, names) in [("environment", job.environment.keys.sorted()), ("secrets", job.secrets)] {
      for name in names where !isVariable(name) {
        throw fault(
          entry,
          "'\(name.prefix(60))' is not a name of a variable; use letters, digits and '_', as in HF_TOKEN")
      }
    }
    for setting in job.settings
    where setting.name.isEmpty || setting.name.contains(where: { $0.isWhitespace || $0 == "=" }) {
      throw fault("settings", "'\(setting.name.prefix(60))' is not a name of a setting")
    }
  }
}

extension Layout {
  /// Devices of one data-parallel replica.
  fileprivate var devicesOfReplica: Int? {
    let devices = tensor * pipeline * context
    return devices > 0 ? devices : nil
  }
}

extension JobSpec.Provenance {
  /// This provenance with the entries of another in place of its own.
  fileprivate func overlaid(by other: Self?) -> Self {
    guard let other else { return self }
    return JobSpec.Provenance(
      plan: other.plan ?? plan, fit: other.fit ?? fit, law: other.law ?? law,
      predictedLoss: other.predictedLoss ?? predictedLoss,
      predictionInterval: other.predictionInterval ?? predictionInterval)
  }
}

/// Whether a shell can export it.
func isVariable(_ name: String) -> Bool {
  guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
  return name.utf8.allSatisfy { byte in
    byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
