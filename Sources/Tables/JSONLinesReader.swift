import Documents

/// Reads JSONL: one flat JSON object on each line.
///
/// Columns are in the order in which their keys first appear; a key that a line lacks, or `null`, is a missing cell.
/// Strings are text, except the words for missing and non-finite numbers; `NaN`, `Infinity` and `-Infinity` may be
/// unquoted, as Python writes them. `fingerprint` is computed only when the contents are valid.
func readJSONLines(
  _ bytes: UnsafeBufferPointer<UInt8>, name: String, fingerprint: () -> String
) throws(TableError) -> Table {
  func read(_ textColumns: Set<String>, upTo rowLimit: Int) throws(TableError) -> JSONLinesReader {
    var reader = JSONLinesReader(bytes: bytes, file: name, textColumns: textColumns)
    try reader.readRows(upTo: rowLimit)
    return reader
  }
  // As in CSV, the first rows show nearly every text column.
  let probe = try read([], upTo: probedRowCount)
  var reader = try read(probe.foundTextColumns, upTo: .max)
  if !reader.foundTextColumns.isEmpty {
    reader = try read(reader.textColumns.union(reader.foundTextColumns), upTo: .max)
  }
  return Table(name: name, columns: reader.builders.map(\.column), lines: reader.lines, fingerprint: fingerprint())
}

private struct JSONLinesReader {
  let textColumns: Set<String>
  private var scanner: JSONScanner
  private(set) var builders: [ColumnBuilder] = []
  private(set) var lines: [Int] = []
  /// The place of each column's key between its first quotes, to recognize it by its bytes.
  private var keys: [Range<Int>] = []
  private var columnOfName: [String: Int] = [:]

  /// With more cells than this, most of them missing, the objects have different keys and are not a table.
  private static let largestCellCount = 1 << 28

  init(bytes: UnsafeBufferPointer<UInt8>, file: String, textColumns: Set<String>) {
    self.textColumns = textColumns
    scanner = JSONScanner(bytes: bytes, file: file)
  }

  /// The columns that contain text although they were not read as text.
  var foundTextColumns: Set<String> { Set(builders.filter(\.foundText).map(\.name)) }

  mutating func readRows(upTo rowLimit: Int) throws(TableError) {
    while lines.count < rowLimit {
      scanner.skipBlanks()
      if scanner.isAtEnd { break }
      if scanner.skipLineEnd() { continue }
      lines.append(scanner.line)
      try readObject()
      scanner.skipBlanks()
      guard scanner.isAtEnd || scanner.skipLineEnd() else {
        throw scanner.error("expected the end of the line after the object, found \(scanner.found)")
      }
      guard lines.count * max(builders.count, 1) <= JSONLinesReader.largestCellCount else {
        throw scanner.error(
          "\(builders.count) different keys on \(lines.count) lines; the objects of a table have the same keys")
      }
    }
    guard !builders.isEmpty else {
      throw TableError(.badData, file: scanner.file, message: "no rows: expected one JSON object on each line")
    }
    for column in builders.indices { builders[column].pad(to: lines.count) }
  }

  private mutating func readObject() throws(TableError) {
    try scanner.expect(Byte.openBrace, "'{'")
    scanner.skipBlanks()
    if scanner.skip(Byte.closeBrace) { return }
    var nextColumn = 0
    while true {
      scanner.skipBlanks()
      let column = try readKey(expecting: nextColumn)
      nextColumn = column + 1
      scanner.skipBlanks()
      try scanner.expect(Byte.colon, "':' after the key")
      scanner.skipBlanks()
      try readValue(column)
      scanner.skipBlanks()
      if scanner.skip(Byte.closeBrace) { return }
      try scanner.expect(Byte.comma, "',' or '}' after the value")
    }
  }

  /// Reads a key and returns its column. Objects usually repeat their keys in order, so `expected` is tried by its
  /// bytes.
  private mutating func readKey(expecting expected: Int) throws(TableError) -> Int {
    let column: Int
    if expected < keys.count, scanner.skipKey(like: keys[expected]) {
      column = expected
    } else {
      let key = try scanner.readString("a key in double quotes")
      let name = scanner.decoded(key)
      if let known = columnOfName[name] {
        column = known
      } else {
        guard !name.isEmpty else { throw scanner.error("a key is empty; give it a name") }
        column = builders.count
        columnOfName[name] = column
        keys.append(key)
        builders.append(ColumnBuilder(name: name, isText: textColumns.contains(name)))
      }
    }
    guard builders[column].count < lines.count else {
      throw scanner.error("the key '\(excerpt(builders[column].name))' occurs twice in the object; remove one")
    }
    builders[column].pad(to: lines.count - 1)
    return column
  }

  private mutating func readValue(_ column: Int) throws(TableError) {
    if scanner.next == Byte.quote {
      let string = try scanner.readString("a value")
      if builders[column].isText {
        builders[column].append(text: scanner.decoded(string))
      } else {
        builders[column].append(cell: Cell(word: scanner.bytes, in: string))
      }
    } else if scanner.next == Byte.openBrace || scanner.next == Byte.openBracket {
      let kind = scanner.next == Byte.openBrace ? "an object" : "an array"
      throw TableError(
        .badData, file: scanner.file, line: scanner.line, column: builders[column].name,
        message: "the value is \(kind); write flat objects with one number, string or Boolean for each key")
    } else {
      let literal = try scanner.readLiteral()
      if !builders[column].isText {
        builders[column].append(cell: literal.cell)
      } else if literal.cell == .missing {
        builders[column].append(text: "")
      } else {
        builders[column].append(text: String(decoding: scanner.bytes[literal.range], as: UTF8.self))
      }
    }
  }
}
