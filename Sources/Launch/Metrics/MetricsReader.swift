/// The metrics of a running command, read while it writes them.
///
/// Files need not exist yet. A file that is replaced or grows shorter is read again from its start, and damaged records are
/// skipped and counted in ``problems``.
public struct MetricsReader {
  private var format: any MetricsFormat
  private let names: MetricNames

  /// - Parameters:
  ///   - names: the trainer's name of a metric, by Windtunnel's; values are multiplied by the factor. Other metrics keep the
  ///     trainer's names, unless Windtunnel uses that name for another metric. Patterns may go by Windtunnel's names.
  ///   - directory: the base of the source's relative paths.
  ///   - outputPath: the file of the command's standard output.
  ///   - metricsPath: the file that `WINDTUNNEL_METRICS` names.
  /// - Throws: ``LaunchError`` for a pattern that cannot be read or has no group.
  public init(
    _ source: MetricsSource, names: [String: MetricName] = [:], directory: String, outputPath: String,
    metricsPath: String
  ) throws(LaunchError) {
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : "\(directory)/\(name)" }
    let given: MetricNames =
      if case .patterns(let patterns) = source { MetricNames(names, patterns: patterns.keys) } else {
        MetricNames(names)
      }
    self.names = given
    format =
      switch source {
      case .jsonLines: JSONLineMetrics(metrics: metricsPath, output: outputPath)
      case .patterns(let patterns): try PatternMetrics(patterns, output: outputPath)
      case .file(let name): JSONFileMetrics(path(name))
      case .csv(let name): CSVMetrics(path(name))
      case .tensorBoard(let name): TensorBoardMetrics(path(name), wanted: given.wanted)
      case .wandb(let name): WandbMetrics(path(name))
      case .mlflow(let name): MLflowMetrics(path(name))
      }
  }

  /// A pattern with a group for the number.
  ///
  /// - Throws: ``LaunchError`` for one that cannot be read or has no group.
  public static func regex(_ text: String) throws(LaunchError) -> Regex<AnyRegexOutput> {
    try PatternMetrics.regex(text)
  }

  /// The problems so far, in sentences: damaged records with their count, and ambiguous names.
  public var problems: [String] { format.problems.sentences }

  /// The metrics since the last call, in the order in which they were written. A record that is still being written is kept
  /// for later, and so is the last step where a format has a record a metric, unless this is the end; a file that is one
  /// object is read at the end.
  public mutating func read(atEnd: Bool = false) -> [[String: Double]] {
    let values = format.read(atEnd: atEnd)
    return names.wanted.isEmpty ? values : values.map(names.renamed).filter { !$0.isEmpty }
  }
}
