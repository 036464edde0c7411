/// Rows of a table that have the same values in some columns.
public struct RowGroup: Sendable, Equatable {
  /// The shared value of each column, as text; empty for missing cells.
  public let values: [String]
  /// The rows, counted from 0, in table order.
  public let rows: [Int]
}

extension RunTable {
  /// The rows grouped by their values of columns, in the order in which the groups first occur.
  ///
  /// - Parameter columns: by name, role or alias. Without any, all rows are one group.
  /// - Throws: for a column that the table does not have.
  public func grouped(by columns: [String]) throws(TableError) -> [RowGroup] {
    var texts: [[String]] = []
    for name in columns {
      guard let resolution = try resolve(name) else { throw table.missingColumn(name) }
      texts.append(try table.texts(resolution.column))
    }
    var places: [[String]: Int] = [:]
    var groups: [(values: [String], rows: [Int])] = []
    for row in 0..<rowCount {
      let values = texts.map { $0[row] }
      if let place = places[values] {
        groups[place].rows.append(row)
      } else {
        places[values] = groups.count
        groups.append((values, [row]))
      }
    }
    return groups.map { RowGroup(values: $0.values, rows: $0.rows) }
  }
}
