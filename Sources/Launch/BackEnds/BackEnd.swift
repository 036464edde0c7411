import TrainingCost

/// A trainer: how a job is translated into its command and files.
public protocol BackEnd: Sendable {
  /// The trainer's name in a job file.
  var name: String { get }

  /// The command and the files that run a job.
  ///
  /// - Parameter directory: the job's own, an absolute path; files are written and relative paths of metrics read there.
  func call(_ job: JobSpec, in directory: String) -> TrainerCall

  /// The model nearest to a size, for a trainer whose models are restricted; nil for one that takes any shape.
  ///
  /// - Parameters:
  ///   - embedding: whether the size counts it.
  ///   - vocabulary: nil for the trainer's usual one.
  func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape?
}

extension BackEnd {
  public func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape? { nil }
}

/// A trainer's command, the files that it reads, and where it writes its metrics.
public struct TrainerCall: Sendable, Hashable {
  /// The number of processes that a command is started as.
  public enum Processes: String, Codable, Sendable, Hashable, CaseIterable {
    /// One, on the first node.
    case one
    /// One a node, each of which finds its accelerators (JAX), or starts processes for them (Accelerate, DeepSpeed).
    case perNode = "node"
    /// One an accelerator, of a Python script, by torchrun.
    case perDevice = "device"
  }

  /// The program and its arguments, each one word. With a process for each accelerator they begin with a
  /// Python script, or `-m` and a module, which torchrun calls.
  public var arguments: [String]
  public var processes: Processes
  /// The arguments that resume from a checkpoint; nil for a trainer that finds its checkpoint by itself.
  public var resume: Resume?
  /// Names in the job's directory, and texts.
  public var files: [File]
  public var environment: [String: String]
  public var metrics: MetricsSource
  /// The trainer's names of metrics, by Windtunnel's: `step`, `tokens`, `loss` (nats per token, held out), `train_loss`,
  /// `learning_rate`, `seconds_per_step`, `tokens_per_second`, `tflops` (per accelerator). Others keep their names.
  public var names: [String: MetricName]
  /// Requests of the job that the trainer cannot meet, each with an alternative. Nothing is dropped: a job with any of these
  /// is not launched.
  public var unsupported: [String]
  /// Harmless differences from what the job says.
  public var notes: [String]

  public struct Resume: Sendable, Hashable {
    /// The file, or the folder that is not empty, that says there is a checkpoint: an absolute path.
    public let path: String
    public let arguments: [String]

    public init(_ arguments: [String], where path: String) { (self.path, self.arguments) = (path, arguments) }
  }

  public struct File: Sendable, Hashable {
    public let name: String
    public let text: String

    public init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
  }

  public init(
    _ arguments: [String], processes: Processes, resume: Resume? = nil, files: [File] = [],
    environment: [String: String] = [:],
    metrics: MetricsSource, names: [String: MetricName] = [:], unsupported: [String] = [], notes: [String] = []
  ) {
    (self.arguments, self.processes, self.resume, self.files) = (arguments, processes, resume, files)
    (self.environment, self.metrics, self.names) = (environment, metrics, names)
    (self.unsupported, self.notes) = (unsupported, notes)
  }
}

/// Requests that a trainer cannot meet.
struct Unsupported {
  private(set) var sentences: [String] = []

  /// Adds a sentence where something is requested.
  mutating func refuse(_ isWished: Bool, _ sentence: @autoclosure () -> String) {
    if isWished { sentences.append(sentence()) }
  }

  /// Refuses all parallelism but that of data.
  mutating func refuseAllButData(_ layout: Layout, trainer: String) {
    let degrees = [
      ("tensor", layout.tensor), ("pipeline", layout.pipeline), ("context", layout.context), ("expert", layout.expert),
    ]
    for (kind, degree) in degrees where degree > 1 {
      sentences.append("\(trainer) has no \(kind) parallelism (the job has \(degree)); use data parallelism alone")
    }
  }
}

/// A number as every trainer's parser reads it: integers without a decimal point.
package func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
