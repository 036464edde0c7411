import Foundation

/// The numbers of a JSON text.
enum JSONNumbers {
  /// The numbers of an object, NaN for NaN and null; nil for anything else.
  static func top(of text: [UInt8]) -> [String: Double]? {
    decode([String: MetricValue?].self, text)?.compactMapValues { $0 == nil ? .nan : $0?.number }
  }

  /// The numbers of an object and of the objects in it, whose names are joined by points; nil for anything else.
  static func all(of text: [UInt8]) -> [String: Double]? { decode(NestedNumbers.self, text)?.numbers }

  /// A number alone, also one that is not finite, bare or as a text.
  static func single(_ text: String) -> Double? {
    var word = text.trimmingCharacters(in: .whitespaces)
    if word.count > 2, word.hasPrefix("\""), word.hasSuffix("\"") {
      word = String(word.dropFirst().dropLast())
      guard ["NaN", "Infinity", "-Infinity"].contains(word) else { return nil }
    }
    return Double(word)
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ text: [UInt8]) -> Value? {
    guard text.first(where: { $0 > 32 }) == UInt8(ascii: "{") else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try? decoder.decode(type, from: quotingNonFinite(Data(text)))
  }

  /// Python writes NaN and Infinity bare, which JSON does not know.
  private static func quotingNonFinite(_ line: Data) -> Data {
    let text = String(decoding: line, as: UTF8.self)
    guard text.contains("NaN") || text.contains("Infinity") else { return line }
    return Data(text.replacing(/:\s*(-?Infinity|NaN)\b/) { ": \"\($0.output.1)\"" }.utf8)
  }
}

/// A value of a metrics line: only numbers count, and null stands for one that is not finite.
private struct MetricValue: Decodable {
  let number: Double?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    number = container.decodeNil() ? .nan : try? container.decode(Double.self)
  }
}

/// The numbers of an object and of those in it. One that says what it is by `_type` is no group of metrics.
private struct NestedNumbers: Decodable {
  private(set) var numbers: [String: Double] = [:]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard !container.contains(Key(stringValue: "_type")) else { return }
    for key in container.allKeys {
      if let number = try? container.decode(Double.self, forKey: key) {
        numbers[key.stringValue] = number
      } else if let nested = try? container.decode(NestedNumbers.self, forKey: key) {
        for (name, number) in nested.numbers { numbers["\(key.stringValue).\(name)"] = number }
      }
    }
  }
}
