/// Reads JSON (RFC 8259) into nodes with their places, byte by byte.
struct JSONReading {
  /// An error with its place.
  struct Fault: Error {
    let message: String
    let place: DocumentNode.Place
  }

  private let bytes: [UInt8]
  private var at = 0
  /// The place of the byte at `counted`; places are asked for in rising order.
  private var line = 1
  private var lineStart = 0
  private var counted = 0
  private var depth = 0

  private static let deepest = 200

  /// - Throws: ``Fault`` for a text that is not one whole JSON value.
  static func node(_ bytes: [UInt8]) throws(Fault) -> DocumentNode {
    var reading = JSONReading(bytes: bytes)
    let node = try reading.value()
    reading.skipSpace()
    guard reading.at == bytes.count else { throw reading.fault("there is more after the end of the value") }
    return node
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() throws(Fault) -> DocumentNode {
    skipSpace()
    let place = place()
    guard at < bytes.count else { throw fault("it ends too early") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return DocumentNode(.entries(try entries()), place: place)
    case UInt8(ascii: "["): return DocumentNode(try list(), place: place)
    case UInt8(ascii: "\""): return DocumentNode(.text(try string(), isPlain: false), place: place)
    case UInt8(ascii: "t"): return DocumentNode(try word("true", .flag(true)), place: place)
    case UInt8(ascii: "f"): return DocumentNode(try word("false", .flag(false)), place: place)
    case UInt8(ascii: "n"): return DocumentNode(try word("null", .null), place: place)
    default: return DocumentNode(.number(String(decoding: try number(), as: UTF8.self)), place: place)
    }
  }

  private mutating func entries() throws(Fault) -> [DocumentNode.Entry] {
    try descend()
    defer { depth -= 1 }
    var entries: [DocumentNode.Entry] = []
    var names: Set<String> = []
    at += 1
    skipSpace()
    if take("}") { return entries }
    repeat {
      skipSpace()
      let place = place()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw fault("a name in quotes was expected") }
      let name = try string()
      guard names.insert(name).inserted else { throw fault("the name '\(excerpt(name))' is given twice") }
      skipSpace()
      guard take(":") else { throw fault("':' was expected") }
      entries.append(.init(name, try value(), place: place))
      skipSpace()
    } while take(",")
    guard take("}") else { throw fault("',' or '}' was expected") }
    return entries
  }

  private mutating func list() throws(Fault) -> DocumentNode.Value {
    try descend()
    defer { depth -= 1 }
    at += 1
    if let numbers = try plainNumbers() { return .numbers(numbers) }
    var items: [DocumentNode] = []
    skipSpace()
    if take("]") { return .list(items) }
    repeat {
      items.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw fault("',' or ']' was expected") }
    return .list(items)
  }

  /// A list of numbers alone whose digits a `Double` keeps; nil, with nothing read, for any other.
  private mutating func plainNumbers() throws(Fault) -> [Double]? {
    let start = at
    var numbers: [Double] = []
    while true {
      skipSpace()
      guard at < bytes.count, Self.beginsNumber(bytes[at]) else { break }
      let text = try number()
      let isLongInteger = text.count > 15 && !text.contains { Self.marksReal($0) }
      guard !isLongInteger, let value = Double(String(decoding: text, as: UTF8.self)) else { break }
      numbers.append(value)
      skipSpace()
      if take(",") { continue }
      if take("]") { return numbers }
      break
    }
    at = start
    return nil
  }

  private mutating func number() throws(Fault) -> ArraySlice<UInt8> {
    let start = at
    while at < bytes.count, Self.beginsNumber(bytes[at]) || Self.marksReal(bytes[at]) || bytes[at] == UInt8(ascii: "+")
    {
      at += 1
    }
    let text = bytes[start..<at]
    guard Self.isNumber(text) else {
      at = start
      throw fault("a value was expected")
    }
    return text
  }

  /// `-?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?`
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func digits() -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole == 1 || (whole > 1 && !startsWithZero) else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
  }

  private static func marksReal(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
  }

  private mutating func word(_ word: String, _ value: DocumentNode.Value) throws(Fault) -> DocumentNode.Value {
    guard bytes[at...].starts(with: word.utf8) else { throw fault("a value was expected") }
    at += word.utf8.count
    return value
  }

  private mutating func string() throws(Fault) -> String {
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        guard let string = String(validating: text, as: UTF8.self) else { throw fault("a text is not UTF-8") }
        return string
      case UInt8(ascii: "\\"):
        at += 1
        text += try escape()
      case ..<0x20: throw fault("a text has a control character; write \\n or \\u000a")
      default:
        text.append(byte)
        at += 1
      }
    }
    throw fault("a text does not end")
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
    UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  private mutating func escape() throws(Fault) -> [UInt8] {
    guard at < bytes.count else { throw fault("a text does not end") }
    let letter = bytes[at]
    at += 1
    if let byte = Self.escapes[letter] { return [byte] }
    guard letter == UInt8(ascii: "u") else { throw fault("there is no such escape in JSON") }
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), bytes[at...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
      at += 2
      units.append(try codeUnit())
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func codeUnit() throws(Fault) -> UInt16 {
    let digits = bytes[at...].prefix(4)
    guard digits.count == 4, !digits.contains(UInt8(ascii: "+")),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits were expected") }
    at += 4
    return unit
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: byte) else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
  }

  private mutating func descend() throws(Fault) {
    depth += 1
    guard depth <= Self.deepest else { throw fault("it is nested more than \(Self.deepest) levels deep") }
  }

  private mutating func place() -> DocumentNode.Place {
    while counted < min(at, bytes.count) {
      if bytes[counted] == 0x0A { (line, lineStart) = (line + 1, counted + 1) }
      counted += 1
    }
    return .init(line: line, column: at - lineStart + 1)
  }

  private mutating func fault(_ message: String) -> Fault { Fault(message: message, place: place()) }
}
