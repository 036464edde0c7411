extension DocumentNode {
  /// YAML with entries in their order: a mapping or list of scalars on one line where it fits there, any other a line an
  /// entry.
  public var yaml: String {
    var out = ""
    if isNested { write(to: &out, indent: "", first: "") } else { out = flow + "\n" }
    return out
  }

  private static let longestLine = 110

  /// - Parameters:
  ///   - indent: of the lines.
  ///   - first: in place of the indent on the first line, as an element of a list begins with `- `.
  private func write(to out: inout String, indent: String, first: String) {
    var start = first
    func line(_ head: String, _ node: DocumentNode, inner: String) {
      out += start + head
      start = indent
      let flow = node.isFlat ? node.flow : ""
      let isBroken = node.isNested && !node.isEmpty && (flow.isEmpty || (indent + head + flow).count > Self.longestLine)
      if !isBroken {
        out += " \(node.isEmpty ? node.flow : flow)\n"
      } else if head == "-" {
        node.write(to: &out, indent: inner, first: " ")
      } else {
        out += "\n"
        node.write(to: &out, indent: inner, first: inner)
      }
    }
    switch value {
    case .entries(let entries):
      for entry in entries { line(Self.scalar(entry.name) + ":", entry.node, inner: indent + "  ") }
    case .list(let items): for item in items { line("-", item, inner: indent + "  ") }
    case .numbers(let numbers):
      for number in numbers { line("-", DocumentNode(.number(Self.text(of: number))), inner: indent) }
    case .null, .flag, .number, .text: out += flow + "\n"
    }
  }

  /// Whether it is a scalar, or a mapping or list of scalars.
  private var isFlat: Bool {
    switch value {
    case .entries(let entries): !entries.contains { $0.node.isNested }
    case .list(let items): !items.contains { $0.isNested }
    case .null, .flag, .number, .text, .numbers: true
    }
  }

  private var isEmpty: Bool {
    switch value {
    case .entries(let entries): entries.isEmpty
    case .list(let items): items.isEmpty
    case .numbers(let numbers): numbers.isEmpty
    case .null, .flag, .number, .text: false
    }
  }

  /// On one line.
  private var flow: String {
    switch value {
    case .null: "null"
    case .flag(let flag): flag ? "true" : "false"
    case .number(let text): text
    case .text(let text, let isPlain): Self.scalar(text, isPlain: isPlain)
    case .list(let items): "[\(items.map(\.flow).joined(separator: ", "))]"
    case .numbers(let numbers): "[\(numbers.map(Self.text).joined(separator: ", "))]"
    case .entries(let entries):
      "{\(entries.map { "\(Self.scalar($0.name)): \($0.node.flow)" }.joined(separator: ", "))}"
    }
  }

  /// A text without quotes where YAML takes it for the same text, else in quotes.
  ///
  /// - Parameter isPlain: whether it may stand for a number or a flag.
  private static func scalar(_ text: String, isPlain stands: Bool = false) -> String {
    let isPlain =
      text.first.map { $0.isASCII && $0.isLetter || ("0"..."9").contains($0) } ?? false
      && text.last != " " && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || plain.contains($0) }
    // Words and numbers that stand for something else, and dates, which begin as numbers do.
    let isWord = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
    let isNumber =
      text.first.map { "0123456789+-.".contains($0) } ?? false && text.unicodeScalars.allSatisfy(numeric.contains)
    if isWord || isNumber, stands { return text }
    return isPlain && !isWord && !isNumber ? text : DocumentNode(.text(text, isPlain: false)).compactJSON
  }

  private static let plain = Set("0123456789 _./()-+".unicodeScalars)
  private static let numeric = Set("0123456789 _.-+:abcdefABCDEFxXoO".unicodeScalars)
}
