import Documents
import Formulas
import Foundation
import Tables
import TrainingCost

/// A user's own trainer, as a file describes it, `windtunnel.trainer/1`.
///
/// ```yaml
/// schema: windtunnel.trainer/1
/// command: [python3, train.py, --config, "{directory}/config.yaml"]
/// processes: device
/// files:
///   config.yaml: |
///     layers: {layers}
///     tokens: {tokens}
///     lr: {lr}
/// resume: [--resume, "{checkpoint}"]
/// metrics: {loss: 'loss=([0-9.]+)'}
/// cannot: [pipeline, experts]
/// ```
///
/// Placeholders are `values(_:in:)`. In the command each word is one word for the trainer, whatever it holds; in files they
/// stand as they are, so text belongs in quotes there. `{{` stands for one brace. The words of `resume` are added where
/// the folder `{checkpoint}` is not empty.
public struct TrainerFile: BackEnd {
  public static let schema = "windtunnel.trainer/1"

  public let name: String
  private let command: [String]
  private let resume: [String]
  private let processes: TrainerCall.Processes
  private let files: [TrainerCall.File]
  private let environment: [String: String]
  private let metrics: MetricsSource
  private let names: [String: MetricName]
  private let cannot: [Choice]

  /// Features that a trainer may lack.
  enum Choice: String, CaseIterable {
    case tensor, pipeline, context, experts, sharding, recompute, wsd, linear, constant

    func isAsked(of job: JobSpec) -> Bool {
      switch self {
      case .tensor: job.layout.tensor > 1
      case .pipeline: job.layout.pipeline > 1
      case .context: job.layout.context > 1
      case .experts: job.model.experts != nil
      case .sharding: job.layout.sharding != .none && job.layout.data > 1
      case .recompute: job.layout.recomputation != .none
      case .wsd: job.schedule.kind == .wsd
      case .linear: job.schedule.kind == .linear
      case .constant: job.schedule.kind == .constant
      }
    }
  }

  /// - Throws: `DocumentError` for a file that is missing or wrong.
  public init(path: String) throws {
    let file = try YAMLSection(
      path: path, kind: "trainer file", schema: Self.schema,
      keys: ["schema", "name", "command", "resume", "processes", "files", "environment", "metrics", "names", "cannot"])
    name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let example = "[python3, train.py, --layers, \"{layers}\"]"
    command = try file.needed("command", example, try file.texts("command"))
    resume = try file.texts("resume") ?? []
    processes = try file.choice("processes", TrainerCall.Processes.self) ?? .one
    files = try file.entries("files").map { .init($0.name, $0.text) }
    environment = Dictionary(try file.entries("environment").map { ($0.name, $0.text) }) { $1 }
    metrics = try MetricsSource(file)
    names = try file.metricNames("names")
    cannot = try (file.texts("cannot") ?? []).map { try file.choice("cannot", $0, Choice.self) }
    try file.variables("environment", environment.keys.sorted())
    for name in files.map(\.name) where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      throw file.fault("files", "'\(name.prefix(60))' should be a name within the job's directory")
    }
    let known = Set(Self.names)
    for text in command + resume + files.map(\.text) + environment.values {
      for name in CommandTemplate(text).placeholders where !known.contains(name) {
        let hint = nearestName(to: name, among: Self.names).map { "did you mean '{\($0)}'?" } ?? "write {{ for a brace"
        throw DocumentError("\(path): nothing fills '{\(name)}'; \(hint)")
      }
    }
  }

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let values = Self.values(job, in: directory)
    func filled(_ text: String) -> String { CommandTemplate(text).text(values) }
    var unsupported = Unsupported()
    for choice in cannot {
      unsupported.refuse(choice.isAsked(of: job), "\(name) cannot do what the job asks of \(choice.rawValue)")
    }
    let settings = job.settings.flatMap { ["--\($0.name)", $0.value] }
    return TrainerCall(
      (job.trainer.program ?? command.map(filled)) + settings, processes: processes,
      resume: resume.isEmpty
        ? nil : .init(resume.map(filled), where: job.checkpointDirectory(in: directory)),
      files: files.map { .init($0.name, filled($0.text)) }, environment: environment.mapValues(filled),
      metrics: metrics, names: names, unsupported: unsupported.sentences)
  }

  private static let names = values(
    JobSpec(
      name: "a", trainer: .init("a"), model: ReferenceTrainer.shape(layers: 1, width: 2, heads: 1),
      training: .init(tokens: 1, sequence: 1, batch: 1), optimizer: .init(learningRate: 1),
      schedule: .init(warmupSteps: 0)), in: ""
  ).keys.sorted()

  /// The values of the placeholders.
  static func values(_ job: JobSpec, in directory: String) -> [String: String] {
    let (model, training, layout) = (job.model, job.training, job.layout)
    var values: [String: String] = [
      "name": job.name, "directory": directory, "checkpoint": job.checkpointDirectory(in: directory),
      "checkpoint_every": "\(job.checkpointInterval)", "evaluate_every": "\(job.evaluationInterval)",
      "train": job.data.train.joined(separator: ","), "validation": job.data.validation.joined(separator: ","),
      "tokenizer": job.data.tokenizer ?? "", "precision": training.precision.rawValue, "seed": "\(training.seed)",
    ]
    let counts = [
      "layers": model.layers, "hidden": model.hidden, "heads": model.heads, "key_value_heads": model.keyValueHeads,
      "head_size": model.headSize, "feed_forward": model.feedForward, "vocabulary": model.vocabulary,
      "params": model.parameters.total, "experts": model.experts?.count ?? 0,
      "active_experts": model.experts?.active ?? 0, "sequence": training.sequence, "batch": training.batch,
      "batch_tokens": training.tokensPerStep, "steps": training.steps, "warmup_steps": job.schedule.warmupSteps,
      "decay_steps": job.decaySteps, "data": layout.data,
      "tensor": layout.tensor, "pipeline": layout.pipeline, "context": layout.context, "expert": layout.expert,
      "chunks": layout.virtualStages, "micro_batch": layout.microBatch, "accumulation": job.accumulation,
      "zero": layout.sharding.rawValue, "nodes": job.resources.nodes, "gpus": job.resources.gpusPerNode,
      "devices": job.resources.devices,
    ]
    for (name, count) in counts { values[name] = "\(count)" }
    let numbers = [
      "tokens": training.tokens, "lr": job.optimizer.learningRate,
      "min_lr": job.finalLearningRate, "weight_decay": job.optimizer.weightDecay,
      "beta1": job.optimizer.beta1, "beta2": job.optimizer.beta2, "clip": job.optimizer.clip ?? 0,
      "final": job.schedule.finalShare, "decay": job.schedule.decayShare,
    ]
    for (name, number) in numbers { values[name] = plain(number) }
    values["schedule"] = job.schedule.kind.rawValue
    return values
  }
}
