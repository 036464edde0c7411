import Documents
import Fitting
import Formulas
import Foundation
import Tables

extension Law {
  /// A law from a user's formula and the table it is meant for: names that are columns are variables, all others are
  /// parameters.
  ///
  /// - Parameters:
  ///   - given: names of the formula that stand for columns of other names.
  ///   - declared: parameters that the user has given a range; their names are never taken for misspelled columns.
  /// - Throws: `FormulaError` where a parameter looks like a misspelled column, where several parameters occur only
  ///   together in a part without any column, or where there is nothing to fit.
  public static func custom(
    _ formula: Formula, target: String? = nil, over runs: RunTable, variables given: [Variable] = [],
    declared: [ParameterDomain] = [],
    objective: Objective = .hoffmann
  ) throws -> Law {
    let target = formula.target ?? target ?? "loss"
    guard let predicted = try runs.resolve(target) else {
      throw formula.unknown(
        target, known: runs.table.columns.map(\.name), as: "column to predict (name it with --target),")
    }
    let columns = runs.table.columns.map(\.name)
    var variables: [Variable] = []
    var parameters: [String] = []
    for name in formula.names {
      if declared.contains(where: { $0.name == name }) {
        parameters.append(name)
      } else if let variable = given.first(where: { $0.name == name }) {
        variables.append(variable)
      } else if let resolution = try runs.resolve(name) {
        guard resolution.column != predicted.column else {
          throw formula.fault(
            .unknownName,
            "'\(name)' is the column that the formula predicts, so it cannot be predicted from itself; "
              + "if it is a parameter, say so with --parameter \(name)", at: name)
        }
        variables.append(Variable(name, column: resolution.role?.rawValue ?? name))
      } else if name.count > 3, let meant = nearestName(to: name, among: columns) {
        throw formula.fault(
          .unknownName,
          "there is no column '\(name)' in \(runs.table.name); did you mean '\(meant)'? "
            + "If it is a parameter, say so with --parameter \(name)", at: name)
      } else {
        parameters.append(name)
      }
    }
    guard !variables.isEmpty else {
      throw FormulaError(
        .unknownName, "the formula names no column of \(runs.table.name), which has \(columns.joined(separator: ", "))",
        text: formula.text, position: 0, length: formula.text.count)
    }
    guard !parameters.isEmpty else {
      throw FormulaError(
        .unknownName, "the formula has no parameter to fit: every name in it is a column", text: formula.text,
        position: 0, length: formula.text.count)
    }
    for unused in declared where !parameters.contains(unused.name) {
      throw LawError("the parameter '\(unused.name)' does not occur in the formula '\(formula.text)'")
    }
    try rejectHiddenColumns(formula, parameters: Set(parameters), columns: columns, table: runs.table.name)
    let size = variables.first { $0.column == "params" }?.name
    let tokens = variables.first { $0.column == "tokens" }?.name
    let tradeOff = size.flatMap { n in tokens.flatMap { TradeOff(recognizing: formula, size: n, tokens: $0) } }
    return Law(
      name: "formula", title: formula.text, formula: formula, target: target,
      variables: variables,
      parameters: try parameters.map { name in
        try declared.first { $0.name == name } ?? guess(name, formula, variables, runs)
      },
      objective: objective, tradeOff: tradeOff, citation: "the user's own formula")
  }

  /// Parameters that occur only together, in a part without a column, cannot be told apart; most likely one of them was
  /// meant as a column (`B/Dd^beta`).
  private static func rejectHiddenColumns(
    _ formula: Formula, parameters: Set<String>, columns: [String], table: String
  ) throws(FormulaError) {
    var parts: [Formulas.Expression] = []
    func collect(_ expression: Formulas.Expression) {
      let names = Set(expression.names)
      if names.isSubset(of: parameters) {
        if names.count > 1 { parts.append(expression) }
      } else {
        for child in expression.children { collect(child) }
      }
    }
    collect(formula.expression)
    var uses: [String: Int] = [:]
    formula.expression.visit { if case .name(let name) = $0 { uses[name, default: 0] += 1 } }
    for part in parts {
      var inside: [String: Int] = [:]
      part.visit { if case .name(let name) = $0 { inside[name, default: 0] += 1 } }
      let alone = part.names.filter { inside[$0] == uses[$0] }
      guard alone.count > 1 else { continue }
      let hint = alone.compactMap { name in likelyColumn(for: name, among: columns).map { (name, $0) } }.first
      let meant = hint.map { "; is '\($0.0)' meant to be '\($0.1)'?" } ?? "."
      throw formula.fault(
        .unknownName,
        "\(alone.joined(separator: ", ")) occur only together and with no column, so no run can tell them apart\(meant) "
          + "The columns of \(table) are \(columns.joined(separator: ", "))", at: hint?.0 ?? alone[0])
    }
  }

  /// The column that a name is a slip of; the letters of a law are too short for ``nearestName(to:among:)``.
  private static func likelyColumn(for name: String, among columns: [String]) -> String? {
    let letter = ["N", "D", "C"].first { name.count == 2 && name.hasPrefix($0) }
    return letter ?? nearestName(to: name, among: columns.filter { $0 != name })
  }

  /// The range in which a search begins for a parameter without one.
  private static func guess(_ name: String, _ formula: Formula, _ variables: [Variable], _ runs: RunTable) throws
    -> ParameterDomain
  {
    // A parameter divided by a column, or the other way round, is on that column's scale.
    var scale: ClosedRange<Double>?
    let columns = Set(variables.map(\.name))
    var ranges: [String: ClosedRange<Double>] = [:]
    for variable in variables {
      let values = try runs.values(named: variable.column).filter { $0.isFinite && $0 > 0 }
      if let low = values.min(), let high = values.max() { ranges[variable.name] = low...high }
    }
    var isBase = false
    formula.expression.visit { part in
      guard case .binary(.power, let base, _) = part else { return }
      base.visit { inner in
        if case .binary(.divide, .name(let left), .name(let right)) = inner {
          let column = left == name ? right : right == name ? left : nil
          if let column, columns.contains(column), let range = ranges[column] {
            scale = (range.lowerBound / 1e3)...(range.upperBound * 1e6)
            isBase = true
          }
        }
      }
    }
    if isBase, let scale { return .positive(name, scale) }
    return .real(name, -1.5...1.5)
  }
}
