import Documents
import Tables

extension MetricsSource: Codable, DocumentFormed {
  public static let documentForm = JSONSchema.anyOf([.constant("json_lines"), .map(.text)])
  public static let documentPlaceholder = MetricsSource.jsonLines

  private static let example = "{file: result.json} or {loss: 'val loss ([0-9.]+)'}"

  /// `json_lines`, one of `{file: result.json}`, `{csv: metrics.csv}`, `{tensorboard: DIRECTORY}`, `{wandb: DIRECTORY}` and
  /// `{mlflow: DIRECTORY}`, or patterns with a group each, as `{loss: 'val loss ([0-9.]+)'}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let word = try? container.decode(String.self) {
      guard word == "json_lines" else { throw DocumentFault(nil, "it should be json_lines, \(Self.example)") }
      self = .jsonLines
    } else {
      try self.init(container.decode(OrderedTexts.self).entries)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .jsonLines: try container.encode("json_lines")
    case .patterns(let patterns): try container.encode(patterns)
    case .file(let path): try container.encode(["file": path])
    case .csv(let path): try container.encode(["csv": path])
    case .tensorBoard(let path): try container.encode(["tensorboard": path])
    case .wandb(let path): try container.encode(["wandb": path])
    case .mlflow(let path): try container.encode(["mlflow": path])
    }
  }

  /// The entry `metrics` of a section.
  ///
  /// - Throws: ``DocumentError``.
  public init(_ file: YAMLSection) throws(DocumentError) {
    guard file.hasSection("metrics"),
      let section = try file.section("metrics", example: Self.example, isSubject: false)
    else {
      guard try file.text("metrics") ?? "json_lines" == "json_lines" else {
        throw file.fault("metrics", "it should be json_lines, \(Self.example)")
      }
      self = .jsonLines
      return
    }
    let entries = try file.entries("metrics").map { ($0.name, $0.text) }
    do { try self.init(entries) } catch { throw section.fault(error.entry ?? "metrics", error.message) }
  }

  private init(_ entries: [(name: String, value: String)]) throws(DocumentFault) {
    let places: [String: (String) -> MetricsSource] = [
      "file": MetricsSource.file, "csv": MetricsSource.csv, "tensorboard": MetricsSource.tensorBoard,
      "wandb": MetricsSource.wandb, "mlflow": MetricsSource.mlflow,
    ]
    if entries.count == 1, let place = places[entries[0].name] {
      self = place(entries[0].value)
      return
    }
    for (name, text) in entries {
      do { _ = try MetricsReader.regex(text) } catch { throw DocumentFault(name, error.description) }
    }
    self = .patterns(Dictionary(entries.map { ($0.name, $0.value) }) { $1 })
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
