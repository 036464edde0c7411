import Formulas
import Tables

/// A number that trials measure, or that is computed from measured ones.
package struct Measure: Sendable, Hashable {
  package let name: String
  /// The formula that it is computed by, where it is not measured itself.
  private let formula: Formula?

  package init(_ name: String) {
    self.name = name
    formula = nil
  }

  /// A measure as an experiment file writes it.
  ///
  /// - Parameter text: a metric's name, or a formula over several, as `score = accuracy - 0.1 *
  ///   max(0, latency_ms / 30 - 1)`.
  package init(text: String) {
    if let formula = try? Formula(text), formula.names != [text], !formula.names.isEmpty {
      name = formula.target ?? text
      self.formula = formula
    } else {
      name = text
      formula = nil
    }
  }

  /// The value, measured or computed; nil where a metric that it needs was not measured.
  package func value(_ metrics: [String: Double]) -> Double? {
    if let value = metrics[name] { return value }
    guard let formula, formula.names.allSatisfy({ metrics[$0] != nil }) else { return nil }
    return try? formula.value(metrics)
  }

  /// The first of the metrics that it needs that was not measured.
  package func missing(_ metrics: [String: Double]) -> String? {
    value(metrics) != nil ? nil : formula?.names.first { metrics[$0] == nil } ?? name
  }

  /// The value of every row of a table.
  package func values(in table: Table) throws -> [Double] {
    guard let formula, table.column(name) == nil else { return try table.numbers(name) }
    return try formula.values(in: table)
  }
}
