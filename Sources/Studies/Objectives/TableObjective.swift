import Formulas
import Search
import Tables

/// An objective whose values stand in a table: a row a configuration.
///
/// What the constraints name is known beforehand, so a configuration that breaks one is never tried; nor is one that the
/// table does not hold. With a fidelity the table has a row for every configuration and fidelity, and the last decides
/// whether the constraints hold.
public struct TableObjective: Sendable {
  public let space: SearchSpace
  /// What is sought; with several the best compromises are.
  public let goals: [Goal]
  /// How far the table's configurations were trained at most; nil for a table without a column of fidelities.
  public let fidelity: Fidelity?
  /// The least loss of a full training among feasible configurations: the metric, or its negative where that is maximized.
  /// With several metrics, of the first.
  public let bestLoss: Double
  /// The worst loss of every metric among feasible configurations, and the volume below it that the best compromises
  /// dominate; only for several metrics.
  let worstLosses: [Double]
  let bestVolume: Double
  /// How many of the table's configurations are in the space, and how many of these satisfy all constraints.
  public let configurationCount: Int
  public let feasibleCount: Int

  /// By goal and row.
  private let losses: [[Double]]
  private let feasible: [Bool]
  private let costs: [Double]?
  /// By row, of the constraints that only trials measure; nil without such.
  private let excesses: [Double]?
  private let curves: TableCurves

  /// - Parameters:
  ///   - goals: one or more.
  ///   - space: as the user gave it; nil takes every value of the key columns, text as categories and numbers in order.
  ///   - constraints: expressions over the table's columns that must be true, as `latency_ms <= 2.9`.
  ///   - forbidden: combinations of values that may not be tried; they are of the given space.
  ///   - measured: constraints over columns that are not known before a trial, but told by it.
  ///   - cost: the column of what a trial costs, or a formula over columns; with a fidelity, what training from the start to there costs.
  ///   - fidelity: the column of how far a row's configuration was trained.
  ///   - reduction: the η of the fidelity.
  /// - Throws: ``TableError`` for columns that are missing or not numeric, a key that two rows share, or a table without a
  ///   row for the space; ``FormulaError`` for a constraint that cannot be read; ``SearchError`` where none satisfies them.
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
        "several metrics are sought in full trainings only; leave 'fidelity' out, or all metrics but one")
    }
    let holds = try constraints.map { try truth(of: $0, in: table) }
    let numbers = (0..<table.rowCount).map { row -> Int? in
      // A value that the space leaves out has no coordinate.
      let point = coordinates.compactMap { $0[row] }
      return point.count == coordinates.count ? space.number(of: space.canonical(point)) : nil
    }
    // Rows that differ only where a condition does not hold are one configuration, and the last stands for it.
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

  /// The loss of a configuration trained in full, or so far; NaN where the table has none.
  public func loss(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double {
    guard let row = curves.row(space.number(of: point), at: fidelity) else { return .nan }
    return fidelity == nil && !curves.isFull(row) ? .nan : losses[0][row]
  }

  /// How far a configuration exceeds measured constraints; nil without such.
  func excess(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double? {
    excesses.flatMap { excesses in curves.row(space.number(of: point), at: fidelity).map { excesses[$0] } }
  }

  /// The loss of every metric of a configuration; NaN where the table has none.
  public func losses(_ point: SearchSpace.Point) -> [Double] {
    let row = curves.row(space.number(of: point), at: nil)
    return losses.map { column in row.map { column[$0] } ?? .nan }
  }

  /// How far a study is from the best that the table holds: in the metric, or, with several, the share of the volume below
  /// the worst that its best compromises leave out (0 to 1); infinite before anything was found.
  public func regret(of study: Study) -> Double {
    guard goals.count > 1 else {
      let loss = study.best.map { self.loss($0.point) } ?? .nan
      return loss.isFinite ? loss - bestLoss : .infinity
    }
    guard !study.front.members.isEmpty else { return .infinity }
    let volume = ParetoFront.hypervolume(study.front.members.map(\.losses), below: worstLosses)
    return bestVolume > 0 ? 1 - volume / bestVolume : 0
  }

  /// What training a configuration to a fidelity costs from the start on; nil without a cost column.
  public func cost(_ point: SearchSpace.Point, at fidelity: Double? = nil) -> Double? {
    costs.flatMap { costs in curves.row(space.number(of: point), at: fidelity).map { costs[$0] } }
  }

  /// How well losses at every rung below a full training rank configurations as full trainings do: Kendall's τ-b over those
  /// that are feasible and have both, or, of more than a thousand, over so many of them; empty without a fidelity.
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

  /// The fidelities that the table has of a configuration between two, without these.
  func fidelities(_ point: SearchSpace.Point, between low: Double, and high: Double) -> [Double] {
    curves.fidelities(space.number(of: point)).filter { $0 > low && $0 < high }
  }

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
    var places: [ParameterValue: Double?] = [:]
    return values.map { value in
      if let known = places[value.key] { return known }
      let place = coordinate(of: value)
      places[value.key] = .some(place)
      return place
    }
  }
}
