import Documents
import Tables
import TrainingCost

/// One training run, in no trainer's words: what is trained, on what, how, and where, `windtunnel.job/1`.
///
/// A back end turns it into a trainer's command and files (``BackEnd``), an engine runs that somewhere (``Engine``).
public struct JobSpec: Codable, Sendable, Hashable {
  public static let schema = "windtunnel.job/1"

  /// The name, of letters, digits, `.`, `_` and `-`; unique in a launch, and the name of its directory.
  public var name: String
  public var trainer: Trainer
  public var model: TransformerShape
  public var training: Training
  public var optimizer: Optimizer
  public var schedule: Schedule
  public var layout: Layout
  public var data: Data
  public var checkpoints: Checkpoints
  public var resources: Resources
  /// The number of times that a failed run starts again, from its last checkpoint.
  public var retries: Int
  /// Names of jobs that must have succeeded before this one begins.
  public var after: [String]
  /// Names of the trainer's arguments or configuration entries with their values, passed as they are.
  public var settings: Settings
  /// Variables of the run's environment.
  public var environment: [String: String]
  /// Names of variables that are handed on from the environment of whoever launches, and written nowhere.
  public var secrets: [String]
  public var provenance: Provenance
  /// The curve with which its losses are compared while it runs; nil for nothing.
  public var expected: Expected?

  /// The trainer to call, and its place.
  public struct Trainer: Codable, Sendable, Hashable {
    /// The name of a back end, or the path of a trainer file.
    public var name: String
    /// The directory in which its command runs; nil for that of the launch.
    public var directory: String?
    /// The interpreter of a trainer in Python.
    public var python: String
    /// The words by which it is called, before any argument of the job; nil for the trainer's usual script.
    public var program: [String]?

    public init(_ name: String, directory: String? = nil, python: String = "python3", program: [String]? = nil) {
      (self.name, self.directory, self.python, self.program) = (name, directory, python, program)
    }
  }

  /// The amount of training, and its portions.
  public struct Training: DocumentPart, Hashable {
    public var tokens: Double
    /// Tokens of a sequence.
    public var sequence: Int
    /// Sequences of a step, over all devices.
    public var batch: Int
    public var precision: Precision
    public var attention: AttentionKernel
    public var seed: Int

    public init(
      tokens: Double, sequence: Int, batch: Int, precision: Precision = .bf16, attention: AttentionKernel = .flash,
      seed: Int = 0
    ) {
      (self.tokens, self.sequence, self.batch, self.precision) = (tokens, sequence, batch, precision)
      (self.attention, self.seed) = (attention, seed)
    }

    public var tokensPerStep: Int { sequence * batch }
    /// Whole steps, rounded to the nearest; at least one.
    public var steps: Int { max(1, Int((tokens / Double(tokensPerStep)).rounded())) }
  }

  /// AdamW (Loshchilov and Hutter 2019).
  public struct Optimizer: DocumentPart, Hashable {
    /// The peak learning rate.
    public var learningRate: Double
    public var weightDecay: Double
    public var beta1: Double
    public var beta2: Double
    /// The largest norm of the gradient; nil where it is not clipped.
    public var clip: Double?

    enum CodingKeys: String, CodingKey {
      case learningRate = "lr"
      case weightDecay, beta1, beta2, clip
    }

    public init(
      learningRate: Double, weightDecay: Double = 0.1, beta1: Double = 0.9, beta2: Double = 0.95, clip: Double? = 1
    ) {
      (self.learningRate, self.weightDecay) = (learningRate, weightDecay)
      (self.beta1, self.beta2, self.clip) = (beta1, beta2, clip)
    }
  }

  /// The learning rate over the run: it rises linearly, and then falls as `kind` says.
  public struct Schedule: DocumentPart, Hashable {
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
      /// Half a cosine to the end of the run.
      case cosine
      /// A line to the end of the run.
      case linear
      /// No fall.
      case constant
      /// Warm-up, stable, decay (Hu et al. 2024): constant, and a line over the last share of the run.
      case wsd
    }

    public var kind: Kind
    public var warmupSteps: Int
    /// The rate at the end, as a share of the peak.
    public var finalShare: Double
    /// The share of the run over which ``Kind/wsd`` falls.
    public var decayShare: Double

    enum CodingKeys: String, CodingKey {
      case kind
      case warmupSteps = "warmup"
      case finalShare = "final"
      case decayShare = "decay"
    }

    public init(kind: Kind = .cosine, warmupSteps: Int, finalShare: Double = 0.1, decayShare: Double = 0.2) {
      (self.kind, self.warmupSteps) = (kind, warmupSteps)
      (self.finalShare, self.decayShare) = (finalShare, decayShare)
    }
  }

  /// The text and the tokenizer, as the trainer takes them: paths, prefixes, data set names.
  public struct Data: DocumentPart, Hashable {
    public var train: [String]
    public var validation: [String]
    public var tokenizer: String?

    public init(train: [String] = [], validation: [String] = [], tokenizer: String? = nil) {
      (self.train, self.validation, self.tokenizer) = (train, validation, tokenizer)
    }
  }

  public struct Checkpoints: DocumentPart, Hashable {
    /// Steps between two; nil for the end of the run only.
    public var every: Int?
    /// The directory of checkpoints; nil for the job's own.
    public var directory: String?
    /// Steps between two evaluations on the validation data; nil for the end only.
    public var evaluateEvery: Int?

    public init(every: Int? = nil, directory: String? = nil, evaluateEvery: Int? = nil) {
      (self.every, self.directory, self.evaluateEvery) = (every, directory, evaluateEvery)
    }
  }

  /// The resources of a run on a machine or a cluster.
  public struct Resources: DocumentPart, Hashable {
    public var nodes: Int
    /// Accelerators of each node; 0 for a run on processors.
    public var gpusPerNode: Int
    /// Processor cores of each node.
    public var cpusPerNode: Int
    /// Bytes of each node; nil for what the engine gives.
    public var memory: Double?
    /// Seconds that a run may take at once; nil for what the engine gives.
    public var time: Double?

    public init(
      nodes: Int = 1, gpusPerNode: Int = 0, cpusPerNode: Int = 1, memory: Double? = nil, time: Double? = nil
    ) {
      (self.nodes, self.gpusPerNode, self.cpusPerNode) = (nodes, gpusPerNode, cpusPerNode)
      (self.memory, self.time) = (memory, time)
    }

    /// Accelerators in all, or 1 where a run takes none.
    public var devices: Int { max(1, nodes * gpusPerNode) }
  }

  public struct Setting: Sendable, Hashable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// The plan, fit and prediction behind a job.
  public struct Provenance: Codable, Sendable, Hashable {
    /// The SHA-256 of the plan's file.
    public var plan: String?
    /// The SHA-256 of the fit's document.
    public var fit: String?
    /// The source of the plan's law.
    public var law: String?
    /// The loss that was predicted, in nats per token, and the interval of a single run.
    public var predictedLoss: Double?
    public var predictionInterval: [Double]?

    public init(
      plan: String? = nil, fit: String? = nil, law: String? = nil, predictedLoss: Double? = nil,
      predictionInterval: [Double]? = nil
    ) {
      (self.plan, self.fit, self.law) = (plan, fit, law)
      (self.predictedLoss, self.predictionInterval) = (predictedLoss, predictionInterval)
    }
  }

  /// Losses that are predicted along the run: ``ExpectedCurve``.
  public struct Expected: DocumentPart, Hashable {
    /// The document of a fit of the multi-power law, whose target is the metric that is predicted.
    public var curve: String
    /// The share of runs whose losses should lie within.
    public var level: Double
    /// The metric's value at the end of the run, where it is known from elsewhere, and the interval of a single run's: the
    /// curve then says only how the loss comes there.
    public var end: Double?
    public var endInterval: [Double]?
    /// The share of the run from which it is judged; nil for the end of its warm-up.
    public var from: Double?
    /// Whether a run is ended whose losses leave the interval upwards.
    public var stops: Bool

    enum CodingKeys: String, CodingKey {
      case curve, end, endInterval, from
      case level = "interval"
      case stops = "stop"
    }

    public init(
      curve: String, level: Double = 0.9, end: Double? = nil, endInterval: [Double]? = nil, from: Double? = nil,
      stops: Bool = false
    ) {
      (self.curve, self.level, self.end, self.endInterval) = (curve, level, end, endInterval)
      (self.from, self.stops) = (from, stops)
    }
  }

  public init(
    name: String, trainer: Trainer, model: TransformerShape, training: Training, optimizer: Optimizer,
    schedule: Schedule,
    layout: Layout = Layout(sharding: .none), data: Data = Data(), checkpoints: Checkpoints = Checkpoints(),
    resources: Resources = Resources(), retries: Int = 0, after: [String] = [], settings: Settings = [],
    environment: [String: String] = [:], secrets: [String] = [], provenance: Provenance = Provenance(),
    expected: Expected? = nil
  ) {
    (self.name, self.trainer, self.model, self.training) = (name, trainer, model, training)
    self.optimizer = optimizer
    (self.schedule, self.layout, self.data, self.checkpoints) = (schedule, layout, data, checkpoints)
    (self.resources, self.retries, self.after, self.settings) = (resources, retries, after, settings)
    (self.environment, self.secrets, self.provenance) = (environment, secrets, provenance)
    self.expected = expected
  }

  /// Training compute in FLOP, C = 6 N D of all parameters.
  public var flops: Double { 6 * Double(model.parameters.total) * Double(training.steps * training.tokensPerStep) }

  /// Micro-batches of a step on one device.
  public var accumulation: Int { max(1, training.batch / max(1, layout.data * layout.microBatch)) }
}
