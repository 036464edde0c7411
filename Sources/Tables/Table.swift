import Documents
import Formulas

/// One column of a table: a name and a cell for every row.
public struct Column: Sendable, Equatable {
  public enum Values: Sendable, Equatable {
    /// Numbers; a missing cell is NaN, `true` is 1 and `false` is 0.
    case numbers([Double])
    /// Text as it was written; a missing cell keeps its text, which may be empty.
    case text([String])

    public var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .text(let texts): texts.count
      }
    }
  }

  public let name: String
  public let values: Values

  public init(name: String, values: Values) {
    self.name = name
    self.values = values
  }
}

/// Rows and typed columns, with the place of each row in its file.
public struct Table: Sendable {
  /// The file as the caller named it, or `standard input`.
  public let name: String
  /// The columns in file order; all have `rowCount` cells and no two have the same name.
  public let columns: [Column]
  public let rowCount: Int
  /// The SHA-256 of the bytes that the table was read from, in hexadecimal. Selections and renamings keep it.
  public let fingerprint: String
  /// The line of every row, counted from 1.
  let lines: [Int]

  /// A table made in memory. Its rows count as lines 1, 2, …, and its fingerprint is that of its names and values.
  ///
  /// Throws when columns differ in length or share a name, or when there is no row.
  public init(name: String, columns: [Column]) throws(TableError) {
    let rowCount = columns.first?.values.count ?? 0
    guard rowCount > 0 else { throw TableError(.badData, file: name, message: "the table has no rows") }
    var names: Set<String> = []
    for column in columns {
      guard column.values.count == rowCount else {
        let message = "expected \(rowCount) cells as in column '\(columns[0].name)', found \(column.values.count)"
        throw TableError(.badData, file: name, column: column.name, message: message)
      }
      guard names.insert(column.name).inserted else {
        throw TableError(.badData, file: name, column: column.name, message: "two columns have this name; rename one")
      }
    }
    self.init(
      name: name, columns: columns, lines: Array(1...rowCount), fingerprint: fingerprintOfContents(columns))
  }

  /// A table whose parts are known to be consistent.
  init(name: String, columns: [Column], lines: [Int], fingerprint: String) {
    self.name = name
    self.columns = columns
    self.rowCount = lines.count
    self.lines = lines
    self.fingerprint = fingerprint
  }

  /// The line of the file (counted from 1) on which a row (counted from 0) begins.
  ///
  /// - Precondition: `row` is in `0..<rowCount`.
  public func line(ofRow row: Int) -> Int { lines[row] }

  /// The column of exactly this name.
  public func column(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// The numbers of a column, NaN where a cell is missing.
  ///
  /// Throws when there is no such column, or for the first cell that is neither a number nor missing.
  public func numbers(_ name: String) throws(TableError) -> [Double] {
    switch try existing(name).values {
    case .numbers(let numbers): return numbers
    case .text(let texts):
      var numbers: [Double] = []
      numbers.reserveCapacity(texts.count)
      for text in texts {
        switch Cell(text) {
        case .number(let value): numbers.append(value)
        case .missing: numbers.append(.nan)
        case .text: throw notNumbers(name, texts, row: numbers.count)
        }
      }
      return numbers
    }
  }

  /// The cells of a column as text. Numbers are written in the shortest form that reads back, whole ones without a
  /// point; missing cells are empty.
  public func texts(_ name: String) throws(TableError) -> [String] {
    switch try existing(name).values {
    case .text(let texts): texts
    case .numbers(let numbers): numbers.map(shortestText)
    }
  }

  /// The table of these rows (counted from 0) in this order; a row may be taken more than once.
  ///
  /// - Precondition: every row is in `0..<rowCount`.
  public func selecting(rows: [Int]) -> Table {
    let selected = columns.map { column in
      switch column.values {
      case .numbers(let numbers): Column(name: column.name, values: .numbers(rows.map { numbers[$0] }))
      case .text(let texts): Column(name: column.name, values: .text(rows.map { texts[$0] }))
      }
    }
    return Table(name: name, columns: selected, lines: rows.map { lines[$0] }, fingerprint: fingerprint)
  }

  /// The table with its columns renamed.
  ///
  /// Throws when two columns would have one name.
  public func renaming(_ newName: (String) -> String) throws(TableError) -> Table {
    let renamed = columns.map { Column(name: newName($0.name), values: $0.values) }
    var names: Set<String> = []
    for column in renamed where !names.insert(column.name).inserted {
      throw TableError(.badData, file: name, column: column.name, message: "two columns have this name; rename one")
    }
    return Table(name: name, columns: renamed, lines: lines, fingerprint: fingerprint)
  }

  /// The column of this name, or an error that lists the existing names.
  private func existing(_ name: String) throws(TableError) -> Column {
    if let column = column(name) { return column }
    throw missingColumn(name)
  }

  /// The error for a column that the table does not have, with the closest name or all of them.
  func missingColumn(_ name: String) -> TableError {
    let names = columns.map(\.name)
    if let near = nearestName(to: name, among: names) {
      return TableError(
        .badData, file: self.name, message: "no column '\(excerpt(name))'; did you mean '\(excerpt(near))'?")
    }
    return TableError(
      .badData, file: self.name, message: "no column '\(excerpt(name))'; the columns are \(listed(names))")
  }

  /// The error for a text cell where numbers are needed. If nearly all cells are numbers the cell is a mistake;
  /// otherwise the column is the wrong one.
  private func notNumbers(_ name: String, _ texts: [String], row: Int) -> TableError {
    let textCount = texts.count { Cell($0) == .text }
    let found = "expected a number, found '\(excerpt(texts[row]))'"
    let remedy =
      textCount * 10 < texts.count
      ? "\(textCount) of \(texts.count) cells \(textCount == 1 ? "is not a number; correct it" : "are not numbers; correct them"), "
        + "or leave missing cells empty"
      : "\(textCount) of \(texts.count) cells are text; choose another column"
    return TableError(
      .badData, file: self.name, line: lines[row], column: name, message: "\(found) (\(remedy))")
  }
}

/// Names in quotes separated by commas, at most a dozen.
func listed(_ names: [String]) -> String {
  let shown = names.prefix(12).map { "'\(excerpt($0))'" }.joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}

private func shortestText(_ number: Double) -> String {
  if number.isNaN { return "" }
  if let whole = Int(exactly: number), abs(number) < 1e15 { return String(whole) }
  return "\(number)"
}

private func fingerprintOfContents(_ columns: [Column]) -> String {
  var bytes: [UInt8] = []
  func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }
  for column in columns {
    append(column.name)
    switch column.values {
    case .numbers(let numbers):
      for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
    case .text(let texts): texts.forEach(append)
    }
  }
  return bytes.withUnsafeBytes(sha256)
}
