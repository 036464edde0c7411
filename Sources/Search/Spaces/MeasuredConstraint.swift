import Formulas
import Tables

/// A constraint on metrics that only a trial measures, as `latency_ms <= 30`.
public struct MeasuredConstraint: Sendable, Hashable {
  /// The constraint as it was written.
  public let text: String
  /// The excess: for a comparison, the difference of its sides in units of the bound, where that
  /// is not 0; for any other expression, 1 where it does not hold, else 0. At most 0 where the
  /// constraint holds.
  private let excess: Formula

  /// A constraint from its text.
  ///
  /// - Throws: `FormulaError` for a text that cannot be read; ``SearchError`` for one that names
  ///   no metric.
  public init(_ text: String) throws {
    let formula = try Formula(text)
    if let name = formula.target {
      throw formula.fault(.syntax, "'=' is not a comparison; write '==', as in '\(name) == …'", at: name)
    }
    guard !formula.names.isEmpty else { throw SearchError("the constraint '\(text)' names no metric") }
    self.text = text
    excess = formula.replacing(expression: Self.excess(of: formula.expression))
  }

  /// The metrics that it names.
  public var names: [String] { excess.names }

  /// The excess of a trial; NaN where a metric is missing.
  public func excess(_ metrics: [String: Double]) -> Double { (try? excess.value(metrics)) ?? .nan }

  /// The excess of every row of a table.
  package func excess(_ table: Table) throws -> [Double] { try excess.values(in: table) }

  private static func excess(of expression: Expression) -> Expression {
    switch expression {
    case .binary(.less, let value, let bound), .binary(.lessOrEqual, let value, let bound):
      relative(.binary(.subtract, value, bound), to: bound)
    case .binary(.greater, let value, let bound), .binary(.greaterOrEqual, let value, let bound):
      relative(.binary(.subtract, bound, value), to: bound)
    case .binary(.equal, let value, let bound):
      relative(.call(.abs, [.binary(.subtract, value, bound)]), to: bound)
    default: .call(.where, [expression, .number(0), .number(1)])
    }
  }

  private static func relative(_ difference: Expression, to bound: Expression) -> Expression {
    let isZero = Expression.binary(.equal, bound, .number(0))
    let unit = Expression.call(.where, [isZero, .number(1), .call(.abs, [bound])])
    return .binary(.divide, difference, unit)
  }
}

extension [MeasuredConstraint] {
  /// The excess of all constraints together: the sum of positive excesses, or, without any, the
  /// greatest. NaN where one has no value.
  package func excess(_ excesses: [Double]) -> Double {
    guard !excesses.contains(where: \.isNaN) else { return .nan }
    let over = excesses.filter { $0 > 0 }
    return over.isEmpty ? excesses.max() ?? 0 : over.reduce(0, +)
  }
}

extension Formula {
  /// The value of every row of a table; NaN where a cell is missing.
  ///
  /// - Throws: ``FormulaError`` for a name without a column; ``TableError`` for a column without
  ///   numbers.
  package func values(in table: Table) throws -> [Double] {
    try check(known: table.columns.map(\.name), as: "column")
    let columns = try names.map { try table.numbers($0) }
    let compiled = try CompiledFormula(self, parameters: [], variables: names, order: .value)
    let values = BoundFormula(compiled, columns: columns).values(parameters: [])
    return values.indices.map { row in columns.contains { $0[row].isNaN } ? .nan : values[row] }
  }
}
