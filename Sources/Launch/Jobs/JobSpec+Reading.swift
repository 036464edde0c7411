import Documents
import Foundation
import Tables
import TrainingCost

extension JobSpec {
  /// A job as a section of a file says it; what a plan says holds where the section is silent.
  ///
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong; ``PlanError``.
  package init(_ file: YAMLSection, name: String, plan path: String?, trainers: TrainerRegistry) throws {
    let plan = try path.map { try PlannedRun(path: $0) }
    let trainer = try Trainer(file)
    let model = try TransformerShape(file, trainer: trainer, plan: plan, trainers: trainers)
    let training = try Training(file, trainer: trainer, plan: plan)
    let resources = try Resources(file, plan: plan)
    self.init(
      name: name, trainer: trainer, model: model, training: training,
      optimizer: try Optimizer(file, trainer: trainer, params: Double(model.parameters.total)),
      schedule: try Schedule(file, steps: training.steps),
      layout: try Layout(file, resources: resources, training: training, plan: plan), data: try Data(file),
      checkpoints: try Checkpoints(file), resources: resources, retries: try file.whole("retries") ?? 0,
      after: try file.texts("after") ?? [],
      settings: try file.entries("settings").map { Setting($0.name, $0.text) },
      environment: Dictionary(try file.entries("environment").map { ($0.name, $0.text) }) { $1 },
      secrets: try file.texts("secrets") ?? [], provenance: try Provenance(file, plan: plan),
      expected: try Expected(file))
    try checkVariables(file)
  }

  /// Reads a job's own document.
  ///
  /// - Parameter path: where it is kept, for messages.
  /// - Throws: ``DocumentError``.
  public init(document: String, path: String) throws {
    let file = try YAMLSection(
      path: path, text: document, kind: JobFile.kind, schema: Self.schema, keys: JobFile.keys)
    try self.init(file, name: try file.text("name") ?? "", plan: nil, trainers: .builtIn)
  }

  private func checkVariables(_ file: YAMLSection) throws(DocumentError) {
    try file.variables("environment", environment.keys.sorted())
    try file.variables("secrets", secrets)
    for setting in settings
    where setting.name.isEmpty || setting.name.contains(where: { $0.isWhitespace || $0 == "=" }) {
      throw file.fault("settings", "'\(setting.name.prefix(60))' is no name of a setting")
    }
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

extension JobSpec.Trainer {
  fileprivate init(_ file: YAMLSection) throws(DocumentError) {
    let example = "'trainer: nanogpt' or '{name: nanogpt, directory: DIRECTORY}'"
    guard file.hasSection("trainer"), let section = try file.section("trainer", example: example) else {
      self.init(try file.needed("trainer", example, try file.text("trainer")))
      return
    }
    try section.checkKeys(["name", "directory", "python", "program"])
    self.init(
      try section.needed("name", "{name: nanogpt}", try section.text("name")),
      directory: try section.text("directory").map { URL(fileURLWithPath: $0).path },
      python: try section.text("python") ?? "python3", program: try section.texts("program"))
  }
}

extension JobSpec.Training {
  fileprivate init(_ file: YAMLSection, trainer: JobSpec.Trainer, plan: PlannedRun?) throws {
    let section = try file.section("training", example: "{tokens: 1B, sequence: 2048, batch: 512}")
    try section?.checkKeys(["tokens", "sequence", "batch", "batch_tokens", "precision", "seed"])
    let isReference = trainer.name == ReferenceTrainer().name
    let tokens = try section?.quantity("tokens") { text throws(QuantityError) in try parseCount(text, of: .tokens) }
    let sequence =
      try section?.count("sequence") ?? plan?.run?.sequence ?? (isReference ? ReferenceTrainer.sequence : 2048)
    var batch = try section?.count("batch") ?? plan?.run.map { Int($0.batchTokens) / max(1, $0.sequence) }
    if let tokens = try section?.count("batch_tokens") {
      guard section?.has("batch") != true, tokens >= sequence, tokens % sequence == 0 else {
        throw (section ?? file).fault(
          "batch_tokens", "it should be a multiple of the sequence, \(sequence), and stand without 'batch'")
      }
      batch = tokens / sequence
    }
    self.init(
      tokens: try file.needed("training", "{tokens: 1B}, or name a plan", tokens ?? plan?.tokens), sequence: sequence,
      batch: try file.needed(
        "training", "{batch: 512}, the sequences of a step", batch ?? (isReference ? ReferenceTrainer.batch : nil)),
      precision: try section?.choice("precision", Precision.self) ?? (isReference ? .fp32 : .bf16),
      seed: try section?.whole("seed") ?? 0)
    guard tokens.map({ $0 >= 1 && $0 < 1e18 }) ?? true else {
      throw (section ?? file).fault("tokens", "a run of so many tokens makes no sense")
    }
  }
}

extension JobSpec.Optimizer {
  fileprivate init(_ file: YAMLSection, trainer: JobSpec.Trainer, params: Double) throws {
    let isReference = trainer.name == ReferenceTrainer().name
    let section = try file.section("optimizer", example: "{lr: 6e-4}")
    try section?.checkKeys(["lr", "weight_decay", "beta1", "beta2", "clip"])
    let example = "optimizer: {lr: 6e-4}, or {lr: {value: 6e-4, at_params: 124M, exponent: -0.4}}"
    var rate = section?.hasSection("lr") == true ? nil : try section?.number("lr")
    if section?.hasSection("lr") == true, let rule = try section?.section("lr", example: example) {
      try rule.checkKeys(["value", "at_params", "exponent"])
      let value = try rule.needed("value", example, try rule.number("value"))
      let size = try rule.needed(
        "at_params", example,
        try rule.quantity("at_params") { t throws(QuantityError) in
          try parseCount(t, of: .params)
        })
      rate = value * pow(params / size, try rule.needed("exponent", example, try rule.number("exponent")))
    }
    let clip = try section?.number("clip")
    self.init(
      learningRate: try file.needed("optimizer", example, rate),
      weightDecay: try section?.number("weight_decay") ?? 0.1, beta1: try section?.number("beta1") ?? 0.9,
      beta2: try section?.number("beta2") ?? (isReference ? 0.99 : 0.95), clip: clip == 0 ? nil : clip ?? 1)
    guard learningRate > 0, weightDecay >= 0, (0..<1).contains(beta1), (0..<1).contains(beta2), (self.clip ?? 1) > 0
    else {
      throw (section ?? file).fault("lr", "rates, decay and clip should be positive, betas from 0 to 1")
    }
  }
}

extension JobSpec.Schedule {
  fileprivate init(_ file: YAMLSection, steps: Int) throws(DocumentError) {
    let section = try file.section("schedule", example: "{kind: cosine, warmup: 2000, final: 0.1}")
    try section?.checkKeys(["kind", "warmup", "final", "decay"])
    // Below one, a share of the run; else steps.
    let warmup = try section?.number("warmup") ?? 0.01
    let kind = try section?.choice("kind", Kind.self) ?? .cosine
    self.init(
      kind: kind, warmupSteps: warmup < 1 ? Int((warmup * Double(steps)).rounded()) : Int(min(warmup, 1e12)),
      finalShare: try section?.number("final") ?? (kind == .constant ? 1 : 0.1),
      decayShare: try section?.number("decay") ?? 0.2)
    guard warmup >= 0, (0...1).contains(finalShare), (0...1).contains(decayShare), warmupSteps <= steps else {
      throw (section ?? file).fault(
        "warmup", "warm-up should end within the run's \(steps) steps, and 'final' and 'decay' be shares from 0 to 1")
    }
  }
}

extension JobSpec.Data {
  fileprivate init(_ file: YAMLSection) throws(DocumentError) {
    let section = try file.section("data", example: "{train: [PATH], tokenizer: PATH}")
    try section?.checkKeys(["train", "validation", "tokenizer"])
    self.init(
      train: try section?.texts("train") ?? [], validation: try section?.texts("validation") ?? [],
      tokenizer: try section?.text("tokenizer"))
  }
}

extension JobSpec.Expected {
  fileprivate init?(_ file: YAMLSection) throws(DocumentError) {
    let example = "{curve: fit.json}"
    guard let section = try file.section("expected", example: example) else { return nil }
    try section.checkKeys(["curve", "interval", "end", "end_interval", "from", "stop"])
    self.init(
      curve: try section.needed("curve", example, try section.text("curve")),
      level: try section.number("interval") ?? 0.9, end: try section.number("end"),
      endInterval: try section.texts("end_interval")?.compactMap(Double.init), from: try section.number("from"),
      stops: try section.flag("stop") ?? false)
    guard level > 0, level < 1, (0..<1).contains(from ?? 0), end.map({ $0 > 0 }) ?? true,
      endInterval.map({ $0.count == 2 && 0 < $0[0] && $0[0] <= $0[1] }) ?? true
    else {
      throw section.fault(
        "interval",
        "it should be between 0 and 1, as 0.9; 'end' a loss, 'end_interval' two, as [2.1, 2.3], and 'from' a share of the run"
      )
    }
  }
}

extension JobSpec.Checkpoints {
  fileprivate init(_ file: YAMLSection) throws(DocumentError) {
    let section = try file.section("checkpoints", example: "{every: 1000}")
    try section?.checkKeys(["every", "directory", "evaluate_every"])
    self.init(
      every: try section?.count("every"), directory: try section?.text("directory"),
      evaluateEvery: try section?.count("evaluate_every"))
  }
}

extension JobSpec.Resources {
  /// The entry `resources` of a section, `{nodes: 2, gpus: 8, cpus: 64, memory: 512 GB, time: 12h}`.
  ///
  /// - Throws: ``DocumentError``.
  public init(_ file: YAMLSection) throws(DocumentError) { try self.init(file, plan: nil) }

  fileprivate init(_ file: YAMLSection, plan: PlannedRun?) throws(DocumentError) {
    let section = try file.section("resources", example: "{nodes: 2, gpus: 8, time: 12h}")
    try section?.checkKeys(["nodes", "gpus", "cpus", "memory", "time"])
    let devices = plan?.run.map { $0.data * $0.tensor * $0.pipeline * $0.context }
    let gpus = try section?.whole("gpus") ?? devices.map { min(8, $0) } ?? 0
    let nodes = try section?.count("nodes") ?? devices.map { max(1, $0 / max(1, gpus)) } ?? 1
    self.init(
      nodes: nodes, gpusPerNode: gpus, cpusPerNode: try section?.count("cpus") ?? max(1, 8 * gpus),
      memory: try section?.quantity("memory", parseBytes), time: try section?.quantity("time", parseDuration))
  }
}
