import Formulas

extension RunTable {
  /// The runs for which an expression over the columns is true: `loss < 5 && dataset == 'rw'`.
  ///
  /// Names are columns, by their own name, a role or an alias; a text column is compared with a quoted text by `==` or
  /// `!=`. A run with a missing cell in a numeric column that the expression names is left out.
  ///
  /// - Throws: `FormulaError` for an invalid expression or an unknown column; ``TableError`` for a column
  ///   that is not numeric, and if no run is left.
  public func filtered(where text: String) throws -> (table: RunTable, droppedLines: [Int]) {
    let formula = try Formula(text)
    if let name = formula.target {
      throw formula.fault(.syntax, "a single '=' does not compare; write '==', as in '\(name) == …'", at: name)
    }
    var columns: [String: [Double]] = [:]
    let expression = try numeric(formula.expression, formula, &columns)
    let names = columns.keys.sorted()
    let compiled = try CompiledFormula(
      formula.replacing(expression: expression), parameters: [], variables: names, order: .value)
    let values = BoundFormula(compiled, columns: names.map { columns[$0] ?? [] }).values(parameters: [])
    // An expression without columns has the same value for all runs.
    let truth = columns.isEmpty ? [Double](repeating: values.first ?? 0, count: rowCount) : values
    let complete = truth.indices.map { row in columns.values.allSatisfy { !$0[row].isNaN } }
    let kept = truth.indices.filter { complete[$0] && truth[$0] != 0 && !truth[$0].isNaN }
    guard !kept.isEmpty else {
      throw TableError(
        .badData, file: table.name, message: "no run satisfies '\(text)'; all \(rowCount) would be left out")
    }
    let keptRows = Set(kept)
    let dropped = truth.indices.filter { !keptRows.contains($0) }.map { table.line(ofRow: $0) }
    return (selecting(rows: kept), dropped)
  }

  /// The expression with every comparison of texts replaced by a column of 1 and 0; collects the columns that it names.
  private func numeric(
    _ expression: Expression, _ formula: Formula, _ columns: inout [String: [Double]]
  ) throws -> Expression {
    switch expression {
    case .number, .text: return expression
    case .name(let name):
      guard try resolve(name) != nil else { throw unknownColumn(name, formula) }
      if columns[name] == nil { columns[name] = try values(named: name) }
      return expression
    case .negate(let operand): return .negate(try numeric(operand, formula, &columns))
    case .not(let operand): return .not(try numeric(operand, formula, &columns))
    case .binary(let operation, .name(let name), .text(let text)),
      .binary(let operation, .text(let text), .name(let name)):
      guard let column = try resolve(name) else { throw unknownColumn(name, formula) }
      let wanted = operation == .equal
      let key = "\(name) \(operation.rawValue) '\(text)'"
      columns[key] = try table.texts(column.column).map { ($0 == text) == wanted ? 1 : 0 }
      return .name(key)
    case .binary(let operation, let left, let right):
      return .binary(operation, try numeric(left, formula, &columns), try numeric(right, formula, &columns))
    case .call(let function, let arguments):
      return .call(function, try arguments.map { try numeric($0, formula, &columns) })
    }
  }

  private func unknownColumn(_ name: String, _ formula: Formula) -> FormulaError {
    formula.unknown(name, known: table.columns.map(\.name), as: "column")
  }
}
