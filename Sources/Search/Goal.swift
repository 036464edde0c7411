import Formulas
import Tables

/// A metric and which way it is better.
public struct Goal: Sendable, Hashable, Encodable {
  public let metric: String
  public let direction: Direction
  /// What the metric is computed from, where it is not measured itself.
  private let formula: Formula?

  private enum CodingKeys: CodingKey {
    case metric, direction
  }

  public init(_ metric: String, _ direction: Direction) {
    self.metric = metric
    self.direction = direction
    formula = nil
  }

  /// - Parameter text: a metric's name, or a formula over several, as `score = accuracy - 0.1 * max(0, latency_ms / 30 - 1)`.
  init(text: String, _ direction: Direction) {
    self.direction = direction
    if let formula = try? Formula(text), formula.names != [text], !formula.names.isEmpty {
      metric = formula.target ?? text
      self.formula = formula
    } else {
      metric = text
      formula = nil
    }
  }

  /// The metric's value, measured or computed; nil where what it needs was not measured.
  func value(_ metrics: [String: Double]) -> Double? {
    if let value = metrics[metric] { return value }
    guard let formula, formula.names.allSatisfy({ metrics[$0] != nil }) else { return nil }
    return try? formula.value(metrics)
  }

  /// Of the names that it needs the first that was not measured.
  func missing(_ metrics: [String: Double]) -> String? {
    value(metrics) != nil ? nil : formula?.names.first { metrics[$0] == nil } ?? metric
  }

  /// The value of every row of a table.
  func values(in table: Table) throws -> [Double] {
    guard let formula, table.column(metric) == nil else { return try table.numbers(metric) }
    return try formula.values(in: table)
  }
}
