import TrainingCost

/// How one trainer is called: a job in its words.
public protocol BackEnd: Sendable {
  /// As it is named in a job file.
  var name: String { get }

  /// What runs a job.
  ///
  /// - Parameter directory: the job's own, an absolute path; files are written and relative paths of metrics read there.
  func call(_ job: JobSpec, in directory: String) -> TrainerCall

  /// The model nearest to a size, of a trainer whose models are of one kind; nil where the usual proposals do.
  ///
  /// - Parameters:
  ///   - embedding: whether the size counts it.
  ///   - vocabulary: nil for the trainer's usual one.
  func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape?
}

extension BackEnd {
  public func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape? { nil }
}

/// A trainer's command, the files that it reads, and where it writes what it measures.
public struct TrainerCall: Sendable, Hashable {
  /// How many processes a command is started as.
  public enum Processes: String, Sendable, Hashable, CaseIterable {
    /// One, on the first node.
    case one
    /// One a node, each of which finds its accelerators (JAX), or starts processes for them (Accelerate, DeepSpeed).
    case perNode = "node"
    /// One an accelerator, of a Python script, by torchrun.
    case perDevice = "device"
  }

  /// The program and its arguments, each a word that no shell takes apart. With a process an accelerator they begin with a
  /// Python script, or `-m` and a module, which torchrun calls.
  public var arguments: [String]
  public var processes: Processes
  /// What is added where a run goes on from a checkpoint; nil for a trainer that finds out by itself.
  public var resume: Resume?
  /// Names in the job's directory, and texts.
  public var files: [File]
  public var environment: [String: String]
  public var metrics: MetricsSource
  /// What the trainer calls a metric, by our name of it: `step`, `tokens`, `loss` (nats per token, held out), `train_loss`,
  /// `learning_rate`, `seconds_per_step`, `tokens_per_second`, `tflops` (per accelerator). Others keep their names.
  public var names: [String: MetricName]
  /// What the job asks for and the trainer cannot do, each with what would do instead. Nothing is dropped: a job with such
  /// is not launched.
  public var unsupported: [String]
  /// What is not quite as the job says, and does no harm.
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

/// The trainers that are known by name.
public enum BackEnds {
  public static let all: [any BackEnd] = [
    MegatronLM(), Torchtitan(), NeMo(), GPTNeoX(), LitGPT(), HuggingFaceTrainer(), OLMoCore(), NanoGPT(), LLMC(),
    MaxText(),
    Levanter(), ReferenceTrainer(),
  ]

  public static func named(_ name: String) -> (any BackEnd)? { all.first { $0.name == name } }
}

/// What a trainer is asked for and cannot do.
struct Unsupported {
  private(set) var sentences: [String] = []

  /// Notes a wish where it is one.
  mutating func refuse(_ isWished: Bool, _ sentence: @autoclosure () -> String) {
    if isWished { sentences.append(sentence()) }
  }

  /// Refuses what a trainer without model parallelism lacks, the layouts of the others.
  mutating func refuseAllButData(_ layout: Layout, trainer: String) {
    let degrees = [
      ("tensor", layout.tensor), ("pipeline", layout.pipeline), ("context", layout.context), ("expert", layout.expert),
    ]
    for (kind, degree) in degrees where degree > 1 {
      sentences.append("\(trainer) has no \(kind) parallelism (the job has \(degree)); use data parallelism alone")
    }
  }
}

/// A number as every trainer's parser reads it: whole ones without a point.
func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
