/// Reads a CSV file with a header row (RFC 4180), separated by the commas, semicolons or tabs of its header.
///
/// Lines end in LF, CRLF or CR; empty lines are skipped. Spaces around an unquoted cell are ignored. `fingerprint` is
/// computed only when the contents are valid.
func readDelimited(
  _ bytes: UnsafeBufferPointer<UInt8>, name: String, fingerprint: () -> String
) throws(TableError) -> Table {
  var reader = DelimitedReader(bytes: bytes, file: name)
  let names = try reader.readHeader()
  let rowsStart = reader.position
  var textColumns = [Bool](repeating: false, count: names.count)
  // The first rows show nearly every text column; the whole file is read twice only when text appears later.
  var rowLimit = probedRowCount
  while true {
    reader.position = rowsStart
    try reader.readRows(names, textColumns, upTo: rowLimit)
    let foundText = reader.builders.map(\.foundText)
    if rowLimit == .max, !foundText.contains(true) { break }
    textColumns = zip(textColumns, foundText).map { $0 || $1 }
    rowLimit = .max
  }
  return Table(
    name: name, columns: reader.builders.map(\.column), lines: reader.lines, fingerprint: fingerprint())
}

/// The number of rows that the readers look at to find the text columns.
let probedRowCount = 100

/// The position of a reader.
struct LinePosition {
  var index = 0
  var line = 1
}

private struct DelimitedReader {
  let bytes: UnsafeBufferPointer<UInt8>
  let file: String
  var delimiter = Byte.comma
  var position = LinePosition()
  var builders: [ColumnBuilder] = []
  var lines: [Int] = []

  init(bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Reads the names of the columns and finds the delimiter.
  mutating func readHeader() throws(TableError) -> [String] {
    while position.index < bytes.count, isLineEnd(position.index) { skipLineEnd() }
    delimiter = mostFrequentDelimiter()
    let line = position.line
    var names: [String] = []
    var numberOfName: [String: Int] = [:]
    while true {
      let name = try readText()
      if name.isEmpty { throw unnamedColumn(names.count + 1, line) }
      if let first = numberOfName.updateValue(names.count, forKey: name) {
        let message = "columns \(first + 1) and \(names.count + 1) both have this name; rename one in the header"
        throw TableError(.badData, file: file, line: line, column: name, message: message)
      }
      names.append(name)
      guard position.index < bytes.count, bytes[position.index] == delimiter else { break }
      position.index += 1
    }
    skipLineEnd()
    if names.allSatisfy({ if case .number = Cell($0) { true } else { false } }) {
      let message = "the first line holds numbers where names were expected; add a header such as 'params,tokens,loss'"
      throw TableError(.badData, file: file, line: line, message: message)
    }
    return names
  }

  /// Reads the rows, at most `rowLimit`, with the columns of `textColumns` as text.
  mutating func readRows(
    _ names: [String], _ textColumns: [Bool], upTo rowLimit: Int
  ) throws(TableError) {
    let rowEstimate = min(rowLimit, (bytes.count - position.index) / (8 * names.count))
    lines.removeAll(keepingCapacity: true)
    lines.reserveCapacity(rowEstimate)
    builders = zip(names, textColumns).map { ColumnBuilder(name: $0, isText: $1, rowEstimate: rowEstimate) }
    while position.index < bytes.count, lines.count < rowLimit {
      if isLineEnd(position.index) {
        skipLineEnd()
      } else {
        try readRow()
      }
    }
    guard !lines.isEmpty else {
      throw TableError(
        .badData, file: file,
        message: "no rows: the file ends after its header; add one row for each run")
    }
  }

  private mutating func readRow() throws(TableError) {
    let start = position
    lines.append(start.line)
    let last = builders.count - 1
    for column in 0...last {
      try readCell(column)
      let hasDelimiter = position.index < bytes.count && bytes[position.index] == delimiter
      guard hasDelimiter == (column < last) else { throw try raggedRow(start) }
      if hasDelimiter { position.index += 1 }
    }
    skipLineEnd()
  }

  private mutating func readCell(_ column: Int) throws(TableError) {
    if builders[column].isText {
      builders[column].append(text: try readText())
    } else if let number = parseDecimal(bytes, from: position.index), isCellEnd(number.end) {
      builders[column].append(number: number.value)
      position.index = number.end
    } else {
      let cell = try skipCell()
      let contents =
        cell.isQuoted && bytes[cell.contents].contains(Byte.quote) ? .text : Cell(bytes, in: cell.contents)
      builders[column].append(cell: contents)
    }
  }

  /// Reads a cell as text: without quotes, and an unquoted one without the spaces around it.
  private mutating func readText() throws(TableError) -> String {
    let cell = try skipCell()
    guard cell.isQuoted else {
      return String(decoding: bytes[trimmed(cell.contents, of: bytes)], as: UTF8.self)
    }
    guard bytes[cell.contents].contains(Byte.quote) else {
      return String(decoding: bytes[cell.contents], as: UTF8.self)
    }
    var unquoted: [UInt8] = []
    var index = cell.contents.lowerBound
    while index < cell.contents.upperBound {
      unquoted.append(bytes[index])
      index += bytes[index] == Byte.quote ? 2 : 1
    }
    return String(decoding: unquoted, as: UTF8.self)
  }

  /// Moves to the end of the cell and returns the range of its contents; quotes inside a quoted cell are still doubled.
  private mutating func skipCell() throws(TableError) -> (contents: Range<Int>, isQuoted: Bool) {
    let start = position.index
    if start < bytes.count, bytes[start] == Byte.quote { return (try skipQuotedCell(), true) }
    while !isCellEnd(position.index) { position.index += 1 }
    return (start..<position.index, false)
  }

  private mutating func skipQuotedCell() throws(TableError) -> Range<Int> {
    let opening = position
    position.index += 1
    while position.index < bytes.count {
      if isLineEnd(position.index) {
        skipLineEnd()
        continue
      }
      if bytes[position.index] == Byte.quote {
        let next = position.index + 1
        if isCellEnd(next) {
          position.index = next
          return (opening.index + 1)..<(next - 1)
        }
        guard bytes[next] == Byte.quote else {
          let message = "text after a closing quote; write a quote inside a quoted cell twice"
          throw TableError(.badData, file: file, line: position.line, message: message)
        }
        position.index = next
      }
      position.index += 1
    }
    let message = "a quote opens here and is never closed; close it, or write a quote inside a quoted cell twice"
    throw TableError(.badData, file: file, line: opening.line, message: message)
  }

  private func isLineEnd(_ index: Int) -> Bool {
    bytes[index] == Byte.newline || bytes[index] == Byte.carriageReturn
  }

  private func isCellEnd(_ index: Int) -> Bool {
    index >= bytes.count || bytes[index] == delimiter || isLineEnd(index)
  }

  /// Moves past LF, CRLF or CR; stays at the end of the file.
  private mutating func skipLineEnd() {
    guard position.index < bytes.count else { return }
    let isPair =
      bytes[position.index] == Byte.carriageReturn && position.index + 1 < bytes.count
      && bytes[position.index + 1] == Byte.newline
    position.index += isPair ? 2 : 1
    position.line += 1
  }

  /// The delimiter that the header contains most often outside quotes; the comma when in doubt.
  private func mostFrequentDelimiter() -> UInt8 {
    let candidates = [Byte.comma, Byte.semicolon, Byte.tab]
    var counts = [0, 0, 0]
    var isInQuotes = false
    for byte in bytes[position.index...] {
      if byte == Byte.quote { isInQuotes.toggle() }
      if isInQuotes { continue }
      if byte == Byte.newline || byte == Byte.carriageReturn { break }
      if let candidate = candidates.firstIndex(of: byte) { counts[candidate] += 1 }
    }
    var best = 0
    for candidate in 1...2 where counts[candidate] > counts[best] { best = candidate }
    return candidates[best]
  }

  private func unnamedColumn(_ number: Int, _ line: Int) -> TableError {
    let remedy =
      number == 1
      ? "name it, or write the file without an index column (pandas: to_csv(…, index=False))"
      : "name it, or remove the delimiter before it"
    let message = "column \(number) of the header has no name; \(remedy)"
    return TableError(.badData, file: file, line: line, message: message)
  }

  /// The error for a row whose number of cells differs from the header's; reads the row again to count them.
  private mutating func raggedRow(_ start: LinePosition) throws(TableError) -> TableError {
    position = start
    var found = 1
    _ = try skipCell()
    while position.index < bytes.count, bytes[position.index] == delimiter {
      position.index += 1
      found += 1
      _ = try skipCell()
    }
    let remedy =
      if found > builders.count {
        "quote cells that contain the delimiter"
      } else if position.index == bytes.count {
        "the file seems to be cut short"
      } else {
        "add the missing cells, empty if unknown"
      }
    let message = "expected \(builders.count) columns as in the header, found \(found); \(remedy)"
    return TableError(.badData, file: file, line: start.line, message: message)
  }
}
