import Documents
import Tables

extension MetricsSource {
  /// The entry `metrics` of a section: `json_lines`, one of `{file: result.json}`, `{csv: metrics.csv}`,
  /// `{tensorboard: DIRECTORY}`, `{wandb: DIRECTORY}` and `{mlflow: DIRECTORY}`, or patterns with a group each, as
  /// `{loss: 'val loss ([0-9.]+)'}`.
  ///
  /// - Throws: `DocumentError`.
  public init(_ file: YAMLSection) throws(DocumentError) {
    let example = "{file: result.json} or {loss: 'val loss ([0-9.]+)'}"
    guard file.hasSection("metrics"),
      let section = try file.section("metrics", example: example, isSubject: false)
    else {
      guard try file.text("metrics") ?? "json_lines" == "json_lines" else {
        throw file.fault("metrics", "it should be json_lines, \(example)")
      }
      self = .jsonLines
      return
    }
    let places: [String: (String) -> MetricsSource] = [
      "file": MetricsSource.file, "csv": MetricsSource.csv, "tensorboard": MetricsSource.tensorBoard,
      "wandb": MetricsSource.wandb, "mlflow": MetricsSource.mlflow,
    ]
    if section.names.count == 1, let place = places[section.names[0]] {
      self = place(try section.needed(section.names[0], "a path", try section.text(section.names[0])))
      return
    }
    var patterns: [String: String] = [:]
    for (name, text) in try file.entries("metrics") {
      do { _ = try MetricsReader.regex(text) } catch { throw section.fault(name, error.description) }
      patterns[name] = text
    }
    self = .patterns(patterns)
  }
}

extension YAMLSection {
  /// `{loss: lm loss, memory: {name: mem_gb, unit: GB}}`, our names first.
  func metricNames(_ key: String) throws(DocumentError) -> [String: MetricName] {
    guard let section = try section(key, example: "{loss: lm loss}") else { return [:] }
    var names: [String: MetricName] = [:]
    for name in section.names {
      guard section.hasSection(name), let entry = try section.section(name, example: "{name: lm loss}") else {
        names[name] = MetricName(try section.text(name) ?? name)
        continue
      }
      try entry.checkKeys(["name", "factor", "unit"])
      names[name] = MetricName(
        try entry.text("name") ?? name, factor: try entry.number("factor") ?? 1, unit: try entry.text("unit"))
    }
    return names
  }
}
