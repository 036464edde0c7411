import Tables

/// A metric and the direction in which it is better.
public struct Goal: Sendable, Hashable, Codable {
  /// The direction in which the metric is better.
  public let direction: Direction
  package let measure: Measure

  private enum CodingKeys: CodingKey {
    case metric, direction
  }

  /// A goal for a measured metric.
  public init(_ metric: String, _ direction: Direction) {
    self.direction = direction
    measure = Measure(metric)
  }

  /// - Parameter text: a metric's name, or a formula over several.
  package init(text: String, _ direction: Direction) {
    self.direction = direction
    measure = Measure(text: text)
  }

  /// The name of the metric.
  public var metric: String { measure.name }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(String.self, forKey: .metric), try container.decode(Direction.self, forKey: .direction))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(metric, forKey: .metric)
    try container.encode(direction, forKey: .direction)
  }
}
