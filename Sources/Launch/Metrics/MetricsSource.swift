/// The place where a trainer writes its metrics. Paths are relative to the run's own directory unless they begin with `/`.
public enum MetricsSource: Sendable, Hashable {
  /// One JSON object a line, in the file that `WINDTUNNEL_METRICS` names or on standard output.
  case jsonLines
  /// Patterns with one group each, by the name of the metric, searched for in every line of the output.
  case patterns([String: String])
  /// A JSON file that is written at the end, or one with an object a line.
  case file(String)
  /// A CSV file with a header, which grows by lines.
  case csv(String)
  /// A folder of TensorBoard event files.
  case tensorBoard(String)
  /// A folder of offline runs of Weights & Biases.
  case wandb(String)
  /// A folder of MLflow's file store.
  case mlflow(String)

  /// A short description.
  public var summary: String {
    switch self {
    case .jsonLines: "JSON lines"
    case .patterns(let patterns):
      patterns.sorted { $0.key < $1.key }.map { "\($0.key) as /\($0.value)/" }.joined(separator: ", ")
    case .file(let path): "JSON in \(path)"
    case .csv(let path): "CSV in \(path)"
    case .tensorBoard(let path): "TensorBoard events in \(path)"
    case .wandb(let path): "Weights & Biases runs in \(path)"
    case .mlflow(let path): "MLflow runs in \(path)"
    }
  }
}

/// A trainer's name for a metric, and the factor that brings its values to the metric's unit.
public struct MetricName: Sendable, Hashable {
  public let name: String
  public let factor: Double
  /// The unit; nil for that of Windtunnel's metric of the same name, if there is one.
  public let unit: String?

  public init(_ name: String, factor: Double = 1, unit: String? = nil) {
    (self.name, self.factor, self.unit) = (name, factor, unit)
  }
}
