import Documents
import Foundation

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
/// handles: [model.gated]
/// cannot: [pipeline, experts]
/// ```
///
/// Placeholders are short names of a job's entries, as `{layers}`, their names with dots, as `{layout.recompute}`, and `{job}`,
/// the path of the whole job as JSON. In the command each word is one word for the trainer, whatever it holds; in files they
/// stand as they are, so text belongs in quotes there. `{{` stands for one brace. The words of `resume` are added where the
/// folder `{checkpoint}` is not empty.
///
/// A choice of a job that no placeholder passes on is refused, unless `handles` names it: the trainer does it by itself.
public struct TrainerFile: BackEnd {
  public static let schema = TrainerEntries.schema

  public let name: String
  private let entries: TrainerEntries
  /// The placeholders of the command, the files and the environment.
  private let placeholders: Set<String>

  /// - Throws: `DocumentError` for a file that is missing or wrong.
  public init(path: String) throws {
    let file = try TrainerEntries.read(path)
    entries = file.value
    name = entries.name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    for name in entries.environment?.entries.map(\.name) ?? [] where !isVariable(name) {
      throw file.fault(
        "environment", "'\(excerpt(name))' is not the name of a variable; use letters, digits and '_', as in HF_TOKEN")
    }
    for (name, _) in entries.files?.entries ?? []
    where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      throw file.fault("files", "'\(excerpt(name))' should be a name within the job's directory")
    }
    placeholders = Set(entries.texts.flatMap { CommandTemplate($0).placeholders })
    let known = JobPlaceholders.names
    for name in placeholders.sorted() where !known.contains(name) {
      let hint =
        nearestName(to: name, among: known.sorted()).map { "did you mean '{\($0)}'?" } ?? "write {{ for a brace"
      throw DocumentError("\(path): nothing fills '{\(name)}'; \(hint)")
    }
  }

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let values = JobPlaceholders(job, in: directory).values
    func filled(_ text: String) -> String { CommandTemplate(text).text(values) }
    var unsupported = Unsupported()
    for choice in entries.cannot ?? [] {
      unsupported.refuse(choice.isAsked(of: job), "\(name) cannot do what the job asks of \(choice.rawValue)")
    }
    for (choice, value) in JobPlaceholders.choices(of: job) where !passesOn(choice) {
      unsupported.refuse(
        true,
        "\(name) is not told of \(choice), which is \(value): put {\(choice)} into its command or files, or {job} for the whole "
          + "job, or name \(choice) under 'handles'")
    }
    let settings = job.settings.flatMap { ["--\($0.name)", $0.value] }
    return TrainerCall(
      (job.trainer.program ?? entries.command.map(filled)) + settings, processes: entries.processes ?? .one,
      resume: entries.resume.map { .init($0.map(filled), where: job.checkpointDirectory(in: directory)) },
      files: (entries.files?.entries ?? []).map { .init($0.name, filled($0.value)) },
      environment: Dictionary((entries.environment?.entries ?? []).map { ($0.name, filled($0.value)) }) { $1 },
      metrics: entries.metrics ?? .jsonLines, names: entries.names ?? [:], unsupported: unsupported.sentences)
  }

  private func passesOn(_ choice: String) -> Bool {
    placeholders.contains("job") || placeholders.contains { JobPlaceholders.passesOn($0, choice) }
      || (entries.handles ?? []).contains { choice == $0 || choice.hasPrefix($0 + ".") }
  }
}

/// The entries of a trainer file.
struct TrainerEntries: Document {
  static let schema = "windtunnel.trainer/1"
  static let kind = "trainer file"
  static let isHandwritten = true

  var name: String?
  var command: [String]
  var resume: [String]?
  var processes: TrainerCall.Processes?
  var files: OrderedTexts?
  var environment: OrderedTexts?
  var metrics: MetricsSource?
  /// The trainer's names of metrics, by Windtunnel's.
  var names: [String: MetricName]?
  /// Choices that the trainer does not do.
  var cannot: [Choice]?
  /// Entries of a job that the trainer takes care of without being told.
  var handles: [String]?

  /// The texts with placeholders.
  var texts: [String] {
    command + (resume ?? []) + (files?.entries ?? []).map(\.value) + (environment?.entries ?? []).map(\.value)
  }

  /// Features that a trainer may lack.
  enum Choice: String, Codable, CaseIterable {
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
}
