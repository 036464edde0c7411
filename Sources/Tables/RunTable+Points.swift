extension RunTable {
  /// The table with one more row, for a point that is known without a run, such as an accuracy of 1 at a loss of 0.
  ///
  /// Its line number is that after the last; columns that are not given are missing in it.
  ///
  /// - Parameter point: values by column, by name or alias, in the unit of the name.
  /// - Throws: for a name that is not a column.
  public func adding(point: [String: Double]) throws(TableError) -> RunTable {
    var cells: [String: Double] = [:]
    for (name, value) in point.sorted(by: { $0.key < $1.key }) {
      guard let resolution = try resolve(name) else { throw table.missingColumn(name) }
      guard cells.updateValue(value / resolution.scale, forKey: resolution.column) == nil else {
        throw TableError(
          .badData, file: table.name, column: resolution.column,
          message: "the added point gives it twice; keep one value")
      }
    }
    let columns = table.columns.map { column in
      let cell = cells[column.name]
      switch column.values {
      case .numbers(let numbers): return Column(name: column.name, values: .numbers(numbers + [cell ?? .nan]))
      case .text(let texts): return Column(name: column.name, values: .text(texts + [cell.map { "\($0)" } ?? ""]))
      }
    }
    return RunTable(
      Table(
        name: table.name, columns: columns, lines: table.lines + [(table.lines.max() ?? 0) + 1],
        fingerprint: table.fingerprint))
  }
}
