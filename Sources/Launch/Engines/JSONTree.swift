import Foundation

/// A value of JSON, as a manifest or a request is made of, written with its names in order. YAML reads it alike.
indirect enum JSONTree: Sendable, Hashable {
  case text(String)
  case integer(Int)
  case flag(Bool)
  case list([JSONTree])
  case map([String: JSONTree])

  /// A map without what is nil.
  static func some(_ entries: [String: JSONTree?]) -> JSONTree { .map(entries.compactMapValues { $0 }) }

  static func texts(_ entries: [String: String]) -> JSONTree { .map(entries.mapValues { .text($0) }) }

  /// Over lines, which end with one; or on one line.
  func text(isPretty: Bool) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    // Nothing here cannot be written: there are no numbers but whole ones.
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
