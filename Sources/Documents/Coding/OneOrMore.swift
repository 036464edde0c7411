/// A list of values, of which a single one may stand without brackets.
public struct OneOrMore<Value: Codable & Sendable>: Codable, Sendable, DocumentFormed {
  public let values: [Value]

  public static var documentForm: JSONSchema {
    let form = SchemaRecorder.schema(of: Value.self)
    return .anyOf([.list(form), form])
  }
  public static var documentPlaceholder: OneOrMore { OneOrMore([]) }

  public init(_ values: [Value]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    let isList =
      switch (decoder as? NodeDecoder)?.node.value {
      case .list, .numbers: true
      default: false
      }
    let container = try decoder.singleValueContainer()
    values = try isList ? container.decode([Value].self) : [container.decode(Value.self)]
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}
