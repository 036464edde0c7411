import Documents
import Tables

/// Capabilities from benchmark scores as a document, `windtunnel.observation/1`.
public struct ObservationDocument: Document, Equatable {
  public static let schema = "windtunnel.observation/1"
  public static let kind = "observation document"
  public static let remedy = "write one with 'windtunnel observe SCORES --output FILE'"

  public var runs: FitDocument.Runs
  public var models: Int
  /// In the order of the loadings.
  public var benchmarks: [String]
  /// The number of scores that were missing and filled in, and the number of all scores.
  public var imputed: Int
  public var cells: Int
  /// By descending share of the variance.
  public var components: [Component]
  /// The number of components that count as capabilities; nil in documents of earlier versions.
  public var capabilities: Int?
  public var families: [FamilyTrend]
  public var task: TaskForecast?
  public var bootstrap: BootstrapRecord
  public var warnings: [String]
  public var citation: String
  public var tool: String

  public struct Component: Codable, Sendable, Equatable {
    public var share: Observation.Measured
    public var cumulative: Observation.Measured
    public var loadings: [Double]
  }

  public struct BootstrapRecord: Codable, Sendable, Equatable {
    public var resamples: Int
    public var failed: Int
    public var seed: UInt64
    public var level: Double
  }

  public init(_ observation: Observation, runs: FitDocument.Runs) {
    let scores = observation.scores
    let columns = scores.benchmarks.indices.filter { scores.benchmarks[$0] != observation.task?.task }
    self.runs = runs
    models = scores.models.count
    benchmarks = columns.map { scores.benchmarks[$0] }
    imputed = scores.scores.reduce(0) { sum, row in sum + columns.count { row[$0].isNaN } }
    cells = models * columns.count
    components = observation.shares.indices.map { index in
      Component(
        share: observation.shares[index], cumulative: observation.cumulative[index],
        loadings: observation.space.components.loadings[index])
    }
    families = observation.families
    task = observation.task
    let settings = observation.settings
    bootstrap = BootstrapRecord(
      resamples: settings.resamples, failed: observation.failed, seed: settings.seed, level: settings.level)
    warnings = Self.warnings(observation, imputed: Double(imputed) / Double(max(1, cells)))
    citation =
      "Ruan, Maddison and Hashimoto 2024, Observational Scaling Laws and the Predictability of Language Model "
      + "Performance"
    tool = "windtunnel \(windtunnelVersion)"
  }

  private static func warnings(_ observation: Observation, imputed: Double) -> [String] {
    var words: [String] = []
    if imputed > 0.2 {
      words.append(
        "\(Int((imputed * 100).rounded())) % of the scores are filled in: they follow the others by construction")
    }
    if observation.scores.families.isEmpty {
      words.append("no column names the models' families (family, group): compute is compared within families alone")
    } else if observation.scores.flops.isEmpty {
      words.append(
        "no column has the models' compute (flops; params and tokens with --derive): capability is not related to it")
    } else if observation.families.isEmpty {
      words.append("no family has three models of different known compute, so none has a line")
    }
    if let task = observation.task, task.fromCompute.heldOutError.value < task.fromCapabilities.heldOutError.value {
      words.append("compute alone predicts '\(task.task)' better above the cutoff than the capabilities do")
    }
    if let task = observation.task, let most = task.predictions.first?.flops {
      let reach = most / task.cutoff
      if reach > 100 {
        words.append("the largest model has \(Int(reach)) times the compute of the cutoff: this extrapolates far")
      }
    }
    return words
  }
}
