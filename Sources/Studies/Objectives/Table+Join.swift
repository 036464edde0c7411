import Tables

extension Table {
  /// This table with the columns of another that it lacks, joined where the values of a column
  /// agree.
  ///
  /// Rows without a partner get missing cells.
  ///
  /// - Throws: ``TableError`` when either lacks the column, or two rows of the other have the same
  ///   value in it.
  func joined(with other: Table, on name: String) throws(TableError) -> Table {
    let keys = try texts(name)
    var partners: [String: Int] = [:]
    for (row, key) in try other.texts(name).enumerated() where partners.updateValue(row, forKey: key) != nil {
      throw TableError(
        .badData, file: other.name, line: other.line(ofRow: row), column: name,
        message: "'\(key.prefix(60))' occurs twice in this column, so that the row to join is ambiguous")
    }
    let rows = keys.map { partners[$0] }
    let own = Set(columns.map(\.name))
    let added = other.columns.filter { !own.contains($0.name) }.map { column in
      switch column.values {
      case .numbers(let numbers):
        Column(name: column.name, values: .numbers(rows.map { $0.map { numbers[$0] } ?? .nan }))
      case .text(let texts): Column(name: column.name, values: .text(rows.map { $0.map { texts[$0] } ?? "" }))
      }
    }
    return try Table(name: self.name, columns: columns + added)
  }
}
