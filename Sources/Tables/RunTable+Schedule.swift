/// Rows that were taken before the end of their learning-rate schedule.
public struct MidScheduleRows: Sendable, Equatable {
  /// The rows, counted from 0, in order.
  public let rows: [Int]
  /// The columns that show it.
  public let columns: [String]
}

extension RunTable {
  /// The rows taken before the end of a schedule; nil if no column says how much of it is done.
  ///
  /// If a row has both, the portion of the decay decides: a decayed checkpoint is finished even if its run continued.
  /// A row with neither counts as finished.
  ///
  /// - Throws: ``TableError`` for a portion that does not lie between 0 and 1.
  public func midScheduleRows() throws(TableError) -> MidScheduleRows? {
    let columns = [try column(for: .schedulePortion), try column(for: .decayPortion)]
    guard columns.contains(where: { $0 != nil }) else { return nil }
    var portions: [[Double]] = []
    for column in columns {
      guard let column else {
        portions.append([Double](repeating: .nan, count: rowCount))
        continue
      }
      let values = try values(of: column)
      // A last step that is counted from 0 may be slightly off.
      if let row = values.firstIndex(where: { !$0.isNaN && !(-tolerance...1 + tolerance).contains($0) }) {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row), column: column.column,
          message:
            "a portion of a schedule must lie between 0 and 1, not \(values[row]); divide percentages by 100, or "
            + "--rename the column if it means something else")
      }
      portions.append(values)
    }
    let rows = (0..<rowCount).filter { row in
      let known = portions[1][row].isNaN ? portions[0][row] : portions[1][row]
      return known < 1 - tolerance
    }
    return MidScheduleRows(rows: rows, columns: columns.compactMap { $0?.column })
  }

  /// The table without these rows, and their lines.
  ///
  /// - Throws: ``TableError`` if no row is left.
  public func dropping(_ unfinished: MidScheduleRows) throws(TableError) -> (table: RunTable, droppedLines: [Int]) {
    let left = Set(unfinished.rows)
    let kept = (0..<rowCount).filter { !left.contains($0) }
    guard !kept.isEmpty else {
      throw TableError(
        .badData, file: table.name,
        message: "all \(rowCount) rows were taken before the end of their learning-rate schedule "
          + "(\(unfinished.columns.joined(separator: ", ")) below 1), but a law of finished runs needs rows at its "
          + "end; keep them with --keep-mid-schedule, or fit the law multi-power to whole curves")
    }
    return (selecting(rows: kept), unfinished.rows.map(table.line))
  }
}

/// The largest distance from 1 at which a portion counts as the end.
private let tolerance = 1e-3
