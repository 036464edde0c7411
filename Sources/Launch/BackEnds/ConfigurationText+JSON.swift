import Foundation

extension Configuration.Value {
  /// A list or an object of JSON; nil for any other text.
  init?(json text: String) {
    guard text.hasPrefix("[") || text.hasPrefix("{"),
      let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    else { return nil }
    self = value.value
  }
}

/// A value of JSON whose kind is not known. Names of an object are sorted, as a decoder keeps no order.
private struct JSONValue: Decodable {
  let value: Configuration.Value

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let flag = try? container.decode(Bool.self) {
      value = .flag(flag)
    } else if let integer = try? container.decode(Int.self) {
      value = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let text = try? container.decode(String.self) {
      value = .text(text)
    } else if let list = try? container.decode([JSONValue].self) {
      value = .list(list.map(\.value))
    } else {
      let map = try container.decode([String: JSONValue].self)
      value = .map(Configuration(map.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }))
    }
  }
}
