/// Texts by names that are data, in the order of the file.
public struct OrderedTexts: Codable, Sendable, DocumentFormed {
  public let entries: [(name: String, text: String)]

  public static let documentForm = JSONSchema.map(.text)
  public static var documentPlaceholder: OrderedTexts { OrderedTexts([]) }

  public init(_ entries: [(name: String, text: String)]) { self.entries = entries }

  public init(from decoder: any Decoder) throws {
    let decoder = (decoder as? NodeDecoder)?.keepingNames ?? decoder
    let container = try decoder.container(keyedBy: NameKey.self)
    entries = try container.allKeys.map { ($0.stringValue, try container.decode(String.self, forKey: $0)) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(entries.map { ($0.name, $0.text) }) { $1 })
  }
}
