import Documents

/// A scanner over the JSON of one file, line by line.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let file: String
  private(set) var line = 1
  private var index = 0
  private var lineStart = 0

  init(bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  var isAtEnd: Bool { index >= bytes.count }

  /// The next byte; zero, which no text contains, at the end.
  var next: UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// The next byte in words, for a message.
  var found: String {
    if isAtEnd { return "the end of the file" }
    if next == Byte.newline { return "the end of the line" }
    let rest = bytes[index..<min(index + 24, bytes.count)].prefix { $0 != Byte.newline }
    return "'\(excerpt(String(decoding: rest, as: UTF8.self), limit: 12))'"
  }

  /// Moves past spaces, tabs and carriage returns.
  mutating func skipBlanks() {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn else { return }
      index += 1
    }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  mutating func skipLineEnd() -> Bool {
    guard skip(Byte.newline) else { return false }
    line += 1
    lineStart = index
    return true
  }

  mutating func expect(_ byte: UInt8, _ description: String) throws(TableError) {
    guard skip(byte) else { throw error("expected \(description), found \(found)") }
  }

  /// Moves past a string with the same bytes as the one whose contents lie at `known`.
  mutating func skipKey(like known: Range<Int>) -> Bool {
    let start = index + 1
    let end = start + known.count
    guard end < bytes.count, bytes[index] == Byte.quote, bytes[end] == Byte.quote else { return false }
    for offset in 0..<known.count where bytes[start + offset] != bytes[known.lowerBound + offset] { return false }
    index = end + 1
    return true
  }

  /// Moves past a string and returns the range of its contents, escapes included.
  mutating func readString(_ description: String) throws(TableError) -> Range<Int> {
    try expect(Byte.quote, description)
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte == Byte.quote {
        index += 1
        return start..<(index - 1)
      }
      guard byte >= 0x20 else { break }
      index += 1
      if byte == Byte.backslash, next >= 0x20 { index += 1 }
    }
    throw error("expected a closing quote, found \(found)")
  }

  /// Moves past a number, `true`, `false`, `null`, `NaN` or an infinity.
  mutating func readLiteral() throws(TableError) -> (cell: Cell, range: Range<Int>) {
    let start = index
    if let number = parseDecimal(bytes, from: index), isLiteralEnd(number.end) {
      index = number.end
      return (.number(number.value), start..<index)
    }
    while !isLiteralEnd(index) { index += 1 }
    let range = start..<index
    if let word = literals.first(where: { bytes[range].elementsEqual($0.word.utf8) }) { return (word.cell, range) }
    index = start
    throw error("expected a value (a number, a string in double quotes, true, false or null), found \(found)")
  }

  private func isLiteralEnd(_ index: Int) -> Bool {
    guard index < bytes.count else { return true }
    switch bytes[index] {
    case Byte.comma, Byte.closeBrace, Byte.space, Byte.tab, Byte.newline, Byte.carriageReturn: return true
    default: return false
    }
  }

  /// The text of a string whose contents lie at `range`.
  func decoded(_ range: Range<Int>) -> String {
    guard bytes[range].contains(Byte.backslash) else { return String(decoding: bytes[range], as: UTF8.self) }
    return unescaped(bytes[range])
  }

  func error(_ message: String) -> TableError {
    TableError(
      .badData, file: file, line: line,
      message: "byte \(index - lineStart + 1): \(message); expected one flat JSON object on each line")
  }
}

private let literals: [(word: String, cell: Cell)] = [
  ("true", .number(1)), ("false", .number(0)), ("null", .missing), ("NaN", .missing), ("Infinity", .number(.infinity)),
  ("-Infinity", .number(-.infinity)),
]

/// Replaces the escapes of a JSON string. An unknown escape stands for the character after it, and a lone surrogate
/// becomes U+FFFD, so that a damaged label never hides the numbers beside it.
private func unescaped(_ contents: Slice<UnsafeBufferPointer<UInt8>>) -> String {
  var units: [UInt16] = []
  var plain: [UInt8] = []
  func flush() {
    units.append(contentsOf: String(decoding: plain, as: UTF8.self).utf16)
    plain.removeAll(keepingCapacity: true)
  }
  var index = contents.startIndex
  while index < contents.endIndex {
    let byte = contents[index]
    index += 1
    guard byte == Byte.backslash, index < contents.endIndex else {
      plain.append(byte)
      continue
    }
    let escape = contents[index]
    index += 1
    switch Character(UnicodeScalar(escape)) {
    case "n": plain.append(Byte.newline)
    case "t": plain.append(Byte.tab)
    case "r": plain.append(Byte.carriageReturn)
    case "b": plain.append(0x08)
    case "f": plain.append(0x0C)
    case "u":
      let digits = contents[index...].prefix(4)
      flush()
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
      units.append(digits.count == 4 ? unit ?? 0xFFFD : 0xFFFD)
      index += digits.count
    default: plain.append(escape)
    }
  }
  flush()
  return String(decoding: units, as: UTF16.self)
}
