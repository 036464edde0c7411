import Formulas
import Tables

/// An objective whose values stand in a table: a row a configuration.
///
/// What the constraints name is known beforehand, so a configuration that breaks one is never tried; nor is one that the
/// table does not hold.
public struct TableObjective: Sendable {
  public enum Direction: String, Sendable, CaseIterable, Codable {
    case minimize, maximize
  }

  public let space: SearchSpace
  public let metric: String
  public let direction: Direction
  /// The least loss among feasible rows: the metric, or its negative where that is maximised.
  public let bestLoss: Double
  /// How many rows are configurations of the space, and how many of these satisfy all constraints.
  public let rowCount: Int
  public let feasibleCount: Int

  private let losses: [Double]
  private let feasible: [Bool]
  private let costs: [Double]?
  private let rows: [Int: Int]

  /// - Parameters:
  ///   - space: as the user gave it; nil takes every value of the key columns, text as categories and numbers in order.
  ///   - constraints: expressions over the table's columns that must be true, as `latency_ms <= 2.9`.
  ///   - cost: the column of what a trial costs.
  /// - Throws: ``TableError`` for columns that are missing or not numeric, a key that two rows share, or a table without a
  ///   row for the space; ``FormulaError`` for a constraint that cannot be read; ``SearchError`` where none satisfies them.
  public init(
    _ table: Table, key: [String], space: SearchSpace?, metric: String, direction: Direction,
    constraints: [String] = [], cost: String? = nil
  ) throws {
    let space = try space ?? SearchSpace(key.map { try Parameter($0, valuesOf: table) })
    try Self.check(space, holds: key, in: table)
    let coordinates = try space.parameters.map { parameter in
      let values = try parameterValues(table, parameter.name)
      return try parameter.coordinates(of: values)
    }
    guard space.size != nil else { throw SearchError("the space has more configurations than a table can hold") }
    let values = try table.numbers(metric)
    let holds = try constraints.map { try truth(of: $0, in: table) }
    var rows: [Int: Int] = [:]
    for row in 0..<table.rowCount {
      let given = coordinates.map { $0[row] }
      // Nil stands for a value that the space leaves out.
      let point = given.compactMap { $0 }
      guard point.count == given.count else { continue }
      let number = space.number(of: space.canonical(point))
      if let other = rows.updateValue(row, forKey: number), space.canonical(point) == point {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row),
          message: "the key \(key.joined(separator: ", ")) is that of line \(table.line(ofRow: other)) too; name more "
            + "columns, or leave repeats out")
      }
    }
    guard !rows.isEmpty else {
      throw TableError(.badData, file: table.name, message: "no row has the values that the space lists")
    }
    let losses = direction == .maximize ? values.map { -$0 } : values
    let feasible = (0..<table.rowCount).map { row in holds.allSatisfy { $0[row] } }
    let kept = rows.values.filter { feasible[$0] }
    guard !kept.isEmpty else {
      let counts = zip(constraints, holds).map { text, truth in
        "'\(text)' holds in \(rows.values.count { truth[$0] }) of \(rows.count) rows"
      }
      throw SearchError("no configuration satisfies all constraints: \(counts.joined(separator: ", "))")
    }
    guard let best = kept.map({ losses[$0] }).filter(\.isFinite).min() else {
      throw TableError(.badData, file: table.name, column: metric, message: "no feasible row has a value here")
    }
    self.space = space
    self.metric = metric
    self.direction = direction
    self.losses = losses
    self.feasible = feasible
    self.rows = rows
    costs = try cost.map { try table.numbers($0) }
    bestLoss = best
    rowCount = rows.count
    feasibleCount = kept.count
  }

  /// Whether a configuration is in the table and satisfies all constraints.
  public func isFeasible(_ point: SearchSpace.Point) -> Bool { row(point).map { feasible[$0] } ?? false }

  /// The loss of a configuration; NaN where the table has none.
  public func loss(_ point: SearchSpace.Point) -> Double { row(point).map { losses[$0] } ?? .nan }

  /// What trying a configuration costs; nil without a cost column.
  public func cost(_ point: SearchSpace.Point) -> Double? { costs.flatMap { costs in row(point).map { costs[$0] } } }

  /// The metric of a loss, which is its negative where it is maximised.
  public func value(ofLoss loss: Double) -> Double { direction == .maximize ? -loss : loss }

  private func row(_ point: SearchSpace.Point) -> Int? { rows[space.number(of: point)] }

  private static func check(_ space: SearchSpace, holds key: [String], in table: Table) throws {
    guard !key.isEmpty else { throw SearchError("the table has no key; list the columns that tell its rows apart") }
    for name in key where !space.parameters.contains(where: { $0.name == name }) {
      throw SearchError("the key '\(name)' is no parameter of the space; add it, or leave it out of the key")
    }
    for parameter in space.parameters where !key.contains(parameter.name) {
      throw SearchError("the parameter '\(parameter.name)' is no key of the table; add it to 'key'")
    }
  }
}

/// Whether a constraint holds, for every row. A missing cell breaks it.
func truth(of constraint: String, in table: Table) throws -> [Bool] {
  let formula = try Formula(constraint)
  if let name = formula.target {
    throw formula.fault(.syntax, "one '=' compares nothing; write '==', as in '\(name) == …'", at: name)
  }
  try formula.check(known: table.columns.map(\.name), as: "column")
  let names = formula.names
  guard !names.isEmpty else { throw SearchError("the constraint '\(constraint)' names no column") }
  let columns = try names.map { try table.numbers($0) }
  let compiled = try CompiledFormula(formula, parameters: [], variables: names, order: .value)
  let values = BoundFormula(compiled, columns: columns).values(parameters: [])
  return values.indices.map { row in
    !columns.contains { $0[row].isNaN } && values[row] != 0 && !values[row].isNaN
  }
}

private func parameterValues(_ table: Table, _ name: String) throws(TableError) -> [ParameterValue] {
  if case .numbers(let numbers) = table.column(name)?.values { return numbers.map { .number($0) } }
  return try table.texts(name).map { .text($0) }
}

extension Parameter {
  /// A parameter with every value of a column.
  fileprivate init(_ name: String, valuesOf table: Table) throws(TableError) {
    let values = try parameterValues(table, name)
    let numbers = Set(values.compactMap { if case .number(let number) = $0 { number } else { nil } })
    let texts = Set(values.compactMap { if case .text(let text) = $0 { text } else { nil } })
    guard texts.isEmpty else {
      self.init(name, .categorical(texts.sorted().map { .text($0) }))
      return
    }
    self.init(name, .ordinal(numbers.sorted().map { .number($0) }))
  }

  /// The coordinates of values, nil for those that are none of this parameter's.
  fileprivate func coordinates(of values: [ParameterValue]) throws(SearchError) -> [Double?] {
    guard let levels, levels <= 1 << 20 else {
      throw SearchError(
        "'\(name)' is a real number, or has too many values to stand in a table; list the table's values")
    }
    let all = (0..<levels).map { value(atCoordinate: Double($0)) }
    let places = Dictionary(all.indices.map { (all[$0].key, Double($0)) }) { first, _ in first }
    return values.map { places[$0.key] }
  }
}

extension ParameterValue {
  /// What makes two values the same, whichever way they are written.
  fileprivate var key: ParameterValue {
    switch self {
    case .number: self
    case .flag(let flag): .number(flag ? 1 : 0)
    case .text(let text): Double(text).map { .number($0) } ?? self
    }
  }
}
