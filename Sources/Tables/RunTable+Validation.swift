import Documents

extension RunTable {
  /// Checks that every cell of these roles is usable, and returns notes on what else looks wrong.
  ///
  /// Quantities must be finite and above zero, and names must not be missing: the first cell that violates this is
  /// thrown as an error with its line. Notes report rows that are equal in every column, and repeated names of runs.
  public func validated(for roles: [Role]) throws(TableError) -> [String] {
    for role in roles {
      if let row = try invalidRows(for: role).first { throw try invalidCell(role, row: row) }
    }
    return [repeatedRowsNote(), repeatedRunsNote()].compactMap { $0 }
  }

  /// The table without the rows that `validated` would reject, and their lines.
  ///
  /// Throws when no row is left.
  public func droppingInvalid(for roles: [Role]) throws(TableError) -> (table: RunTable, droppedLines: [Int]) {
    var isInvalid = [Bool](repeating: false, count: rowCount)
    for role in roles {
      for row in try invalidRows(for: role) { isInvalid[row] = true }
    }
    let kept = (0..<rowCount).filter { !isInvalid[$0] }
    guard !kept.isEmpty else {
      let names = roles.map(\.rawValue).joined(separator: ", ")
      throw TableError(.badData, file: table.name, message: "no row has usable values of \(names)")
    }
    return (selecting(rows: kept), (0..<rowCount).filter { isInvalid[$0] }.map(table.line))
  }

  /// The table without its `count` rows of highest loss, and their lines, in row order.
  ///
  /// Among rows with the same loss the earlier is dropped first. Throws when `count` is negative or no row would be
  /// left, and when a loss is missing, not finite or not above zero.
  public func droppingHighestLoss(_ count: Int) throws(TableError) -> (table: RunTable, droppedLines: [Int]) {
    guard (0..<rowCount).contains(count) else {
      let message = "cannot drop the \(count) rows of highest loss from \(rowCount); drop between 0 and \(rowCount - 1)"
      throw TableError(.badData, file: table.name, message: message)
    }
    if let row = try invalidRows(for: .loss).first { throw try invalidCell(.loss, row: row) }
    let losses = try values(for: .loss)
    let descending = losses.indices.sorted { (-losses[$0], $0) < (-losses[$1], $1) }
    let dropped = descending.prefix(count).sorted()
    return (selecting(rows: descending.dropFirst(count).sorted()), dropped.map(table.line))
  }

  private func invalidRows(for role: Role) throws(TableError) -> [Int] {
    guard role.isQuantity else {
      let labels = try labels(for: role)
      return labels.indices.filter { labels[$0].isEmpty }
    }
    let values = try values(for: role)
    return values.indices.filter { !(values[$0].isFinite && (values[$0] > 0 || role.isPortion && values[$0] == 0)) }
  }

  private func invalidCell(_ role: Role, row: Int) throws(TableError) -> TableError {
    let column = try column(for: role)?.column ?? role.rawValue
    let cell = try table.texts(column)[row]
    let found = Cell(cell) == .missing ? "a missing cell" : "'\(excerpt(cell))'"
    let expected = role.isQuantity ? "a finite number above zero" : "a name"
    return TableError(
      .badData, file: table.name, line: table.line(ofRow: row), column: column,
      message: "expected \(expected), found \(found); correct it, leave such rows out with --where, or use "
        + "--drop-invalid")
  }

  private func repeatedRowsNote() -> String? {
    var firstRow: [Int: Int] = [:]
    var repeats: [(row: Int, first: Int)] = []
    for row in 0..<rowCount {
      let hash = hash(ofRow: row)
      guard let first = firstRow[hash] else {
        firstRow[hash] = row
        continue
      }
      if areSame(row, first) { repeats.append((row, first)) }
    }
    guard let example = repeats.first else { return nil }
    return "\(repeats.count) of \(rowCount) rows repeat an earlier row in every column, such as "
      + "\(table.name):\(table.line(ofRow: example.row)), the same as line \(table.line(ofRow: example.first))"
  }

  private func repeatedRunsNote() -> String? {
    // Two different columns of names are not a mistake here: nothing else depends on which one names the runs.
    guard let column = try? column(for: .run), let names = try? table.texts(column.column) else { return nil }
    var seen: [String: Int] = [:]
    var repeats: [(row: Int, first: Int)] = []
    for (row, name) in names.enumerated() where !name.isEmpty {
      if let first = seen[name] { repeats.append((row, first)) } else { seen[name] = row }
    }
    guard let example = repeats.first else { return nil }
    return "\(repeats.count) of \(rowCount) rows repeat the run of an earlier row, such as "
      + "\(table.name):\(table.line(ofRow: example.row)), the same as line \(table.line(ofRow: example.first)): "
      + "checkpoints of one run are not independent"
  }

  private func hash(ofRow row: Int) -> Int {
    var hasher = Hasher()
    for column in table.columns {
      switch column.values {
      case .numbers(let numbers): hasher.combine(numbers[row].bitPattern)
      case .text(let texts): hasher.combine(texts[row])
      }
    }
    return hasher.finalize()
  }

  private func areSame(_ a: Int, _ b: Int) -> Bool {
    table.columns.allSatisfy { column in
      switch column.values {
      case .numbers(let numbers): numbers[a].bitPattern == numbers[b].bitPattern
      case .text(let texts): texts[a] == texts[b]
      }
    }
  }
}
