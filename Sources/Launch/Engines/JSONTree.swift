import Foundation

/// A JSON value of a manifest or a request, written with sorted keys. The text is YAML too.
indirect enum JSONTree: Sendable, Hashable {
  case text(String)
  case integer(Int)
  case flag(Bool)
  case list([JSONTree])
  case map([String: JSONTree])

  /// A map without the entries that are nil.
  static func some(_ entries: [String: JSONTree?]) -> JSONTree { .map(entries.compactMapValues { $0 }) }

  static func texts(_ entries: [String: String]) -> JSONTree { .map(entries.mapValues { .text($0) }) }

  /// The text on many lines with a newline at its end, or on one line.
  func text(isPretty: Bool) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    // Encoding cannot fail: all numbers are integers.
    let data = (try? encoder.encode(self)) ?? Data()
    return String(decoding: data, as: UTF8.self) + (isPretty ? "\n" : "")
  }
}

extension JSONTree: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .integer(let integer): try container.encode(integer)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    case .map(let map): try container.encode(map)
    }
  }
}

extension JSONTree: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .flag(value) }
  init(arrayLiteral elements: JSONTree...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, JSONTree)...) { self = .map(Dictionary(elements) { $1 }) }
}
