/// Values by names that are data, in the order of the file.
public struct OrderedEntries<Value: Codable & Sendable>: Codable, Sendable, DocumentFormed {
  public let entries: [(name: String, value: Value)]

  public static var documentForm: JSONSchema {
    .map(Value.self is String.Type ? .word : SchemaRecorder.schema(of: Value.self))
  }
  public static var documentPlaceholder: OrderedEntries { OrderedEntries([]) }

  public init(_ entries: [(name: String, value: Value)]) { self.entries = entries }

  public init(from decoder: any Decoder) throws {
    let decoder = (decoder as? NodeDecoder)?.keepingNames ?? decoder
    let container = try decoder.container(keyedBy: NameKey.self)
    entries = try container.allKeys.map { ($0.stringValue, try container.decode(Value.self, forKey: $0)) }
  }

  public func encode(to encoder: any Encoder) throws {
    let encoder = (encoder as? NodeEncoder)?.keepingNames ?? encoder
    var container = encoder.container(keyedBy: NameKey.self)
    for (name, value) in entries { try container.encode(value, forKey: NameKey(name)) }
  }
}

/// Texts by names that are data, in the order of the file.
public typealias OrderedTexts = OrderedEntries<String>
