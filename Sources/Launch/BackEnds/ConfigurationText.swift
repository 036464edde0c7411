import Documents

/// A configuration file of a trainer: names and values in order, as JSON or YAML.
struct Configuration: Sendable, Hashable {
  indirect enum Value: Sendable, Hashable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([Value])
    case map(Configuration)
  }

  struct Entry: Sendable, Hashable {
    let name: String
    var value: Value
  }

  private(set) var entries: [Entry]

  init(_ entries: [(String, Value)] = []) { self.entries = entries.map { Entry(name: $0.0, value: $0.1) } }

  /// The value at names joined by dots. A value that is set again keeps its place; nil removes it.
  subscript(path: String) -> Value? {
    get {
      let (name, rest) = Self.split(path)
      guard let value = entries.first(where: { $0.name == name })?.value else { return nil }
      guard let rest else { return value }
      guard case .map(let inner) = value else { return nil }
      return inner[rest]
    }
    set {
      let (name, rest) = Self.split(path)
      let index = entries.firstIndex { $0.name == name }
      var value = newValue
      if let rest {
        var inner = Configuration()
        if let index, case .map(let present) = entries[index].value { inner = present }
        inner[rest] = newValue
        value = .map(inner)
      }
      switch (index, value) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  private static func split(_ path: String) -> (name: String, rest: String?) {
    guard let dot = path.firstIndex(of: ".") else { return (path, nil) }
    return (String(path[..<dot]), String(path[path.index(after: dot)...]))
  }

  /// Adds the settings of a job, of which values are read as YAML reads a plain one.
  mutating func add(_ settings: JobSpec.Settings) {
    for setting in settings { self[setting.name] = Value(reading: setting.value) }
  }

  /// An object over lines, which ends with one.
  var json: String { Self.json(.map(self), indentation: "") + "\n" }

  /// A document of lines, which ends with one. Texts are quoted as in JSON, which YAML reads alike.
  var yaml: String { Self.yaml(self, indentation: "") }
}

extension Configuration.Value {
  /// A truth value, a number or nothing where it reads as one, a list or an object in brackets as they are in JSON, and
  /// else the text.
  init(reading text: String) {
    switch text {
    case "true", "True": self = .flag(true)
    case "false", "False": self = .flag(false)
    case "null", "None", "": self = .null
    default:
      if let integer = Int(text) {
        self = .integer(integer)
      } else if let number = Double(text), number.isFinite {
        self = .number(number)
      } else if let value = Self(json: text) {
        self = value
      } else {
        self = .text(text)
      }
    }
  }
}

extension Configuration {
  private static func json(_ value: Value, indentation: String) -> String {
    let inner = indentation + "  "
    switch value {
    case .map(let map) where !map.entries.isEmpty:
      let lines = map.entries.map { "\(inner)\(quoted($0.name)): \(json($0.value, indentation: inner))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
    default: return flow(value)
    }
  }

  private static func yaml(_ map: Configuration, indentation: String) -> String {
    map.entries.map { entry in
      let name = isPlainName(entry.name) ? entry.name : quoted(entry.name)
      if case .map(let inner) = entry.value, !inner.entries.isEmpty {
        return "\(indentation)\(name):\n" + yaml(inner, indentation: indentation + "  ")
      }
      return "\(indentation)\(name): \(flow(entry.value))\n"
    }.joined()
  }

  /// A value on one line, as JSON.
  static func flow(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .flag(let flag): flag ? "true" : "false"
    case .integer(let integer): "\(integer)"
    case .number(let number): floating(number)
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(flow).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\(quoted($0.name)): \(flow($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// With a point, and a sign of the exponent: YAML 1.1, as Python reads it, takes `6e-05` for a text.
  static func floating(_ number: Double) -> String {
    let text = "\(number)"
    guard let exponent = text.firstIndex(of: "e") else { return text }
    let (mantissa, power) = (text[..<exponent], text[text.index(after: exponent)...])
    return (mantissa.contains(".") ? "\(mantissa)" : "\(mantissa).0") + "e" + (power.hasPrefix("-") ? "" : "+")
      + (power.hasPrefix("+") ? power.dropFirst() : power)
  }

  /// Words that YAML may take for truth values are quoted.
  private static func isPlainName(_ name: String) -> Bool {
    let letters = name.allSatisfy { ($0.isASCII && $0.isLetter) || $0.isNumber || $0 == "_" || $0 == "-" }
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
    return letters && name.first?.isLetter == true && !words.contains(name.lowercased())
  }

  /// A text in quotes, as JSON and YAML both read it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
