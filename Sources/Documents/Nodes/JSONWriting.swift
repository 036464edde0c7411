extension DocumentNode {
  /// JSON with names in order, a member a line, and a list of scalars on one line.
  public var json: String {
    var out = ""
    write(to: &out, indent: "")
    return out + "\n"
  }

  /// JSON on one line, with names in order.
  public var compactJSON: String {
    var out = ""
    write(to: &out, indent: nil)
    return out
  }

  private func write(to out: inout String, indent: String?) {
    switch value {
    case .null: out += "null"
    case .flag(let flag): out += flag ? "true" : "false"
    case .number(let text): out += text
    case .text(let text, _): Self.write(text, to: &out)
    case .numbers(let numbers):
      Self.write(numbers, to: &out, "[", "]", indent: nil, spaced: indent != nil) { number, out, _ in
        out += Self.text(of: number)
      }
    case .list(let items):
      let isBroken = items.contains { if case .list = $0.value { true } else { $0.isNested } }
      Self.write(items, to: &out, "[", "]", indent: isBroken ? indent : nil, spaced: indent != nil) {
        $0.write(to: &$1, indent: $2)
      }
    case .entries(let entries):
      let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      Self.write(sorted, to: &out, "{", "}", indent: indent, spaced: false) { entry, out, inner in
        Self.write(entry.name, to: &out)
        out += inner == nil ? ":" : ": "
        entry.node.write(to: &out, indent: inner)
      }
    }
  }

  var isNested: Bool {
    switch value {
    case .numbers, .entries, .list: true
    case .null, .flag, .number, .text: false
    }
  }

  /// - Parameters:
  ///   - indent: of the line that the list begins on; nil for all on one line.
  ///   - spaced: whether a blank follows each comma of a list on one line.
  private static func write<Item>(
    _ items: [Item], to out: inout String, _ open: String, _ close: String, indent: String?, spaced: Bool,
    _ item: (Item, inout String, String?) -> Void
  ) {
    out += open
    let inner = indent.map { $0 + "  " }
    for (index, one) in items.enumerated() {
      if index > 0 { out += inner == nil && spaced ? ", " : "," }
      if let inner { out += "\n" + inner }
      item(one, &out, inner)
    }
    if let indent, !items.isEmpty { out += "\n" + indent }
    out += close
  }

  /// The shortest text that reads back as the same number, whole ones without a point.
  static func text(of number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func write(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      case "\u{C}": out += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
