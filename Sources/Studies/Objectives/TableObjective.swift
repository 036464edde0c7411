import Formulas
import Search
import Tables

/// An objective whose values are in a table, one row per configuration.
///
/// The constraints' columns are known beforehand, so a configuration that breaks a constraint, or
/// is not in the table, is never tried. With a fidelity the table has a row for every
/// configuration and fidelity, and the last row decides whether the constraints hold.
public struct TableObjective: Sendable {
  public let space: SearchSpace
  /// The metrics with their directions; several for a Pareto front.
  public let goals: [Goal]
  /// The fidelities of the table; nil without a column of them.
  public let fidelity: Fidelity?
  /// The least loss of a full training among feasible configurations: the metric, or its negative
  /// where it is maximized. With several metrics, that of the first.
  public let bestLoss: Double
  /// The worst loss of every metric among feasible configurations, and the hypervolume of the
  /// Pareto front below it; only for several metrics.
  let worstLosses: [Double]
  let bestVolume: Double
  /// The number of the table's configurations that are in the space, and of those that satisfy all
  /// constraints.
  public let configurationCount: Int
  public let feasibleCount: Int

  /// The losses by goal and row.
  private let losses: [[Double]]
  private let feasible: [Bool]
  private let costs: [Double]?
  /// The excesses over measured constraints, by row; nil without such constraints.
  private let excesses: [Double]?
  private let curves: TableCurves

  /// - Parameters:
  ///   - goals: one or more.
  ///   - space: the given space; nil for one with every value of the key columns, text as
  ///     categories and numbers in order.
  ///   - constraints: expressions over the table's columns that must be true, as `latency_ms <=
  ///     2.9`.
  ///   - forbidden: combinations of values of the given space that are excluded.
  ///   - measured: constraints over columns that only a trial measures.
  ///   - cost: the column of a trial's cost, or a formula over columns; with a fidelity, the cost
  ///     of training from the start.
  ///   - fidelity: the column of the fidelity.
  ///   - reduction: the η of the fidelity.
  /// - Throws: `TableError` for columns that are missing or not numeric, a key that two rows
  ///   share, or a table without a row for the space; `FormulaError` for a constraint that
  ///   cannot be read; `SearchError` where none satisfies them.
  public init(
    _ table: Table, key: [String], space: SearchSpace?, goals: [Goal],
    constraints: [String] = [], forbidden: [ForbiddenCombination] = [], measured: [MeasuredConstraint] = [],
    cost: String? = nil, fidelity: String? = nil,
    reduction: Int = 3
  ) throws {
    let space = try space ?? SearchSpace(key.map { try Parameter($0, valuesOf: table) })
    try Self.check(space, holds: key, in: table)
    let coordinates = try space.parameters.map { parameter in
      let values = try parameterValues(table, parameter.name)
      return try parameter.coordinates(of: values)
    }
    guard space.size != nil else { throw SearchError("the space has more configurations than a table can hold") }
    guard fidelity == nil || goals.count == 1 else {
      throw SearchError(
        "several metrics need full trainings; remove 'fidelity', or all metrics but one")
    }
    let holds = try constraints.map { try truth(of: $0, in: table) }
    let numbers = (0..<table.rowCount).map { row -> Int? in
      // A value that the space leaves out has no coordinate.
      let point = coordinates.compactMap { $0[row] }
      return point.count == coordinates.count ? space.number(of: space.canonical(point)) : nil
    }
    // Rows that differ only in absent parameters are one configuration, whose last row counts.
    let isCanonical = { (row: Int) in
      let point = coordinates.compactMap { $0[row] }
      return space.canonical(point) == point
    }
    let curves = try TableCurves(table, numbers, key: key, fidelity: fidelity, reduction: reduction, isCanonical)
    let losses = try goals.map { goal in try goal.measure.values(in: table).map(goal.direction.loss(ofValue:)) }
    let all = try measured.map { try $0.excess(table) }
    let excesses = measured.isEmpty ? nil : (0..<table.rowCount).map { row in measured.excess(all.map { $0[row] }) }
    let feasible = (0..<table.rowCount).map { row in
      holds.allSatisfy { $0[row] }
        && !forbidden.contains { $0.holds { place in coordinates[place][row] ?? SearchSpace.absent } }
    }
    let last = curves.lastRows
    let kept = last.filter { feasible[$0] }
    guard !kept.isEmpty else {
      let counts = zip(constraints, holds).map { text, truth in
        "'\(text)' holds in \(last.count { truth[$0] }) of \(last.count) configurations"
      }
      guard forbidden.isEmpty else {
        throw SearchError(
          "no configuration is left: all are forbidden, or break \(constraints.joined(separator: " or "))")
      }
      throw SearchError("no configuration satisfies all constraints: \(counts.joined(separator: ", "))")
    }
    let whole = kept.filter { row in
      curves.isFull(row) && losses.allSatisfy { $0[row].isFinite } && excesses?[row] ?? 0 <= 0
    }
    guard let best = whole.map({ losses[0][$0] }).min() else {
      throw TableError(
        .badData, file: table.name, column: goals[0].metric,
        message: measured.isEmpty
          ? "no feasible row has a value here"
          : "no feasible row with a value here satisfies \(measured.map(\.text).joined(separator: " and "))")
    }
    self.space = space
    self.goals = goals
    self.losses = losses
    self.feasible = feasible
    self.curves = curves
    self.fidelity = curves.fidelity
    costs = try cost.map { try Measure(text: $0).values(in: table) }
    self.excesses = excesses
    bestLoss = best
    let points = goals.count > 1 ? whole.map { row in losses.map { $0[row] } } : []
    worstLosses = goals.count > 1 ? losses.map { column in whole.map { column[$0] }.max() ?? 0 } : []
    bestVolume = goals.count > 1 ? ParetoFront.hypervolume(points, below: worstLosses) : 0
    configurationCount = last.count
    feasibleCount = kept.count
  }

  /// Whether a configuration is in the table and satisfies all constraints.
  public func isFeasible(_ point: SearchSpace.Point) -> Bool {
    curves.row(space.number(of: point), at: nil).map { feasible[$0] } ?? false
  }

  /// The loss of a configuration trained in full, or to a fidelity; NaN where the table has none.
  public func loss(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double {
    guard let row = curves.row(space.number(of: point), at: fidelity) else { return .nan }
    return fidelity == nil && !curves.isFull(row) ? .nan : losses[0][row]
  }

  /// The excess of a configuration over measured constraints; nil without such constraints.
  func excess(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double? {
    excesses.flatMap { excesses in curves.row(space.number(of: point), at: fidelity).map { excesses[$0] } }
  }

  /// The loss of every metric of a configuration; NaN where the table has none.
  public func losses(_ point: SearchSpace.Point) -> [Double] {
    let row = curves.row(space.number(of: point), at: nil)
    return losses.map { column in row.map { column[$0] } ?? .nan }
  }

  /// The regret of a study: the difference from the best of the table in the metric, or, with
  /// several, the share of the table's hypervolume that its front misses (0 to 1); infinite before
  /// the first feasible trial.
  public func regret(of study: Study) -> Double {
    guard goals.count > 1 else {
      let loss = study.best.map { self.loss($0.point) } ?? .nan
      return loss.isFinite ? loss - bestLoss : .infinity
    }
    guard !study.front.members.isEmpty else { return .infinity }
    let volume = ParetoFront.hypervolume(study.front.members.map(\.losses), below: worstLosses)
    return bestVolume > 0 ? 1 - volume / bestVolume : 0
  }

  /// The cost of training a configuration to a fidelity from the start; nil without a cost column.
  public func cost(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double? {
    costs.flatMap { costs in curves.row(space.number(of: point), at: fidelity).map { costs[$0] } }
  }

  /// The agreement of every rung below a full training with full trainings: Kendall's τ-b over the
  /// feasible configurations that have both, or over a thousand of them; empty without a fidelity.
  func rankAgreement() -> [RankAgreement] {
    guard let fidelity else { return [] }
    let numbers = curves.numbers.filter { number in
      curves.row(number, at: nil).map { feasible[$0] && curves.isFull($0) } ?? false
    }
    let stride = max(1, numbers.count / RankAgreement.most)
    let kept = numbers.indices.filter { $0 % stride == 0 }.map { numbers[$0] }
    return fidelity.rungs.filter { $0 < fidelity.full }.map { rung in
      let pairs = kept.compactMap { number -> (early: Double, full: Double)? in
        guard let early = curves.row(number, at: rung), let full = curves.row(number, at: nil) else { return nil }
        let pair = (losses[0][early], losses[0][full])
        return pair.0.isFinite && pair.1.isFinite ? pair : nil
      }
      return RankAgreement(
        fidelity: rung, configurations: pairs.count, kendallTau: kendallTau(pairs.map(\.early), pairs.map(\.full)))
    }
  }

  /// The fidelities of a configuration in the table strictly between two.
  func fidelities(_ point: SearchSpace.Point, between low: Double, and high: Double) -> [Double] {
    curves.fidelities(space.number(of: point)).filter { $0 > low && $0 < high }
  }

  private static func check(_ space: SearchSpace, holds key: [String], in table: Table) throws {
    guard !key.isEmpty else { throw SearchError("the table has no key; list the columns that identify its rows") }
    for name in key where !space.parameters.contains(where: { $0.name == name }) {
      throw SearchError("the key '\(name)' is not a parameter of the space; add it, or remove it from the key")
    }
    for parameter in space.parameters where !key.contains(parameter.name) {
      throw SearchError("the parameter '\(parameter.name)' is missing from the table's key; add it to 'key'")
    }
  }
}

/// Whether a constraint holds, for every row. A missing cell breaks it.
func truth(of constraint: String, in table: Table) throws -> [Bool] {
  let formula = try Formula(constraint)
  if let name = formula.target {
    throw formula.fault(.syntax, "'=' is not a comparison; write '==', as in '\(name) == …'", at: name)
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

  /// The coordinates of values, nil for those that this parameter cannot take.
  fileprivate func coordinates(of values: [ParameterValue]) throws(SearchError) -> [Double?] {
    guard let levels, levels <= 1 << 20 else {
      throw SearchError(
        "'\(name)' is a real number, or has too many values for a table; list the table's values")
    }
    var places: [ParameterValue: Double?] = [:]
    return values.map { value in
      if let known = places[value.key] { return known }
      let place = coordinate(of: value)
      places[value.key] = .some(place)
      return place
    }
  }
}
