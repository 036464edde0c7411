import Documents

/// A rule that connects params, tokens and flops.
public enum DerivationRule: Sendable, Equatable {
  /// C = 6·N·D: the compute of a dense transformer's forward and backward passes (Kaplan et al. 2020, section 2.1).
  case sixND
}

extension RunTable {
  /// Fills in missing params, tokens or flops from the other two, and returns notes on what was filled in.
  ///
  /// A missing column is added under its canonical name; a column with missing cells gets those filled. If all three
  /// are given and the median of flops / (6·params·tokens) is more than 1 % from 1, a note says so and nothing changes.
  /// Throws when a role's column is ambiguous or not numeric.
  public func derivingMissing(rule: DerivationRule = .sixND) throws(TableError) -> (table: RunTable, notes: [String]) {
    let known: [Role: [Double]] = try [
      .params: given(.params), .tokens: given(.tokens), .flops: given(.flops),
    ]
    let unknown = [Double](repeating: .nan, count: rowCount)
    let params = known[.params] ?? unknown
    let tokens = known[.tokens] ?? unknown
    let flops = known[.flops] ?? unknown
    let derivations: [(role: Role, formula: String, value: (Int) -> Double)] = [
      (.flops, "6·params·tokens", { 6 * params[$0] * tokens[$0] }),
      (.tokens, "flops / (6·params)", { flops[$0] / (6 * params[$0]) }),
      (.params, "flops / (6·tokens)", { flops[$0] / (6 * tokens[$0]) }),
    ]
    var result = self
    var notes: [String] = []
    for derivation in derivations {
      var values = known[derivation.role] ?? unknown
      var count = 0
      for row in values.indices where values[row].isNaN {
        let value = derivation.value(row)
        guard value.isFinite, value > 0 else { continue }
        values[row] = value
        count += 1
      }
      guard count > 0 else { continue }
      result = try result.setting(derivation.role, to: values)
      notes.append("\(derivation.role.rawValue) was derived as \(derivation.formula) for \(count) of \(rowCount) rows")
    }
    var ratios: [Double] = []
    for row in flops.indices {
      let ratio = flops[row] / (6 * params[row] * tokens[row])
      if ratio.isFinite, ratio > 0 { ratios.append(ratio) }
    }
    if let median = median(ratios), abs(median - 1) > 0.01 {
      notes.append(
        "flops is \(NumberText.rounded(median)) times 6·params·tokens (median of \(ratios.count) rows); "
          + "the column is used as it is")
    }
    return (result, notes)
  }

  /// The table with further columns, each replacing one of the same name.
  public func adding(_ columns: [Column]) throws(TableError) -> RunTable {
    let names = Set(columns.map(\.name))
    for column in columns where column.values.count != rowCount {
      throw TableError(
        .badData, file: table.name, column: column.name,
        message: "has \(column.values.count) cells but the table has \(rowCount) rows")
    }
    return RunTable(
      Table(
        name: table.name, columns: table.columns.filter { !names.contains($0.name) } + columns, lines: table.lines,
        fingerprint: table.fingerprint))
  }

  /// The values of a role, or none when the table has no column for it.
  private func given(_ role: Role) throws(TableError) -> [Double] {
    guard let resolution = try column(for: role) else { return [Double](repeating: .nan, count: rowCount) }
    return try values(of: resolution)
  }

  /// The table with these values, in the role's unit, in the role's column, or in a new one.
  private func setting(_ role: Role, to values: [Double]) throws(TableError) -> RunTable {
    let resolution = try column(for: role) ?? Resolution(column: role.rawValue, role: role, scale: 1)
    let cells = resolution.scale == 1 ? values : values.map { $0 / resolution.scale }
    let column = Column(name: resolution.column, values: .numbers(cells))
    var columns = table.columns
    if let index = columns.firstIndex(where: { $0.name == resolution.column }) {
      columns[index] = column
    } else {
      columns.append(column)
    }
    return RunTable(
      Table(name: table.name, columns: columns, lines: table.lines, fingerprint: table.fingerprint))
  }
}

private func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
