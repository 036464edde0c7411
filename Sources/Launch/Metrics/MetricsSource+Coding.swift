import Documents

/// In a document `json_lines`, one of `{file: result.json}`, `{csv: metrics.csv}`, `{tensorboard: DIRECTORY}`,
/// `{wandb: DIRECTORY}` and `{mlflow: DIRECTORY}`, or patterns with a group each, as `{loss: 'val loss ([0-9.]+)'}`.
extension MetricsSource: Codable, DocumentFormed {
  public static let documentForm = JSONSchema.anyOf([.choice(["json_lines"]), .map(.text)])
  public static let documentPlaceholder = MetricsSource.jsonLines

  private static let places: [(name: String, source: @Sendable (String) -> MetricsSource)] = [
    ("file", { .file($0) }), ("csv", { .csv($0) }), ("tensorboard", { .tensorBoard($0) }), ("wandb", { .wandb($0) }),
    ("mlflow", { .mlflow($0) }),
  ]

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      guard text == "json_lines" else {
        throw DocumentFault(
          nil, "it should be json_lines, {file: result.json} or {loss: 'val loss ([0-9.]+)'}, not '\(excerpt(text))'")
      }
      self = .jsonLines
      return
    }
    let patterns = try container.decode([String: String].self)
    if patterns.count == 1, let (name, path) = patterns.first,
      let place = Self.places.first(where: { $0.name == name })
    {
      self = place.source(path)
      return
    }
    for (name, pattern) in patterns.sorted(by: { $0.key < $1.key }) {
      do { _ = try MetricsReader.regex(pattern) } catch { throw DocumentFault(name, error.description) }
    }
    self = .patterns(patterns)
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
}

/// In a document the trainer's name of a metric, `lm loss`, or `{name: mem_gb, unit: GB}`.
extension MetricName: Codable, DocumentFormed {
  public static let documentForm = JSONSchema.anyOf([
    .text,
    .object([
      .init("name", .text, isRequired: true), .init("factor", .number, isRequired: false),
      .init("unit", .text, isRequired: false),
    ]),
  ])
  public static let documentPlaceholder = MetricName("loss")

  private struct Entries: Codable {
    var name: String
    var factor: Double?
    var unit: String?
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let name = try? container.decode(String.self) {
      self.init(name)
    } else {
      let entries = try container.decode(Entries.self)
      self.init(entries.name, factor: entries.factor ?? 1, unit: entries.unit)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Entries(name: name, factor: factor, unit: unit))
  }
}
