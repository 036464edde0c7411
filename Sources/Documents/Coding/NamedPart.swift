/// A part whose model a name chooses among models to which callers add: `slurm`, or `{kind: slurm, partition: gpu}`.
public struct NamedPart<Known: NamedParts>: Sendable {
  /// The name.
  public let name: String
  private let node: DocumentNode
  private let source: DocumentSource
  private let path: [NameKey]

  init(_ node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey]) throws(DocumentError) {
    guard let name = node.scalar ?? node["kind"]?.scalar else {
      throw source.fault("its kind is missing; write '\(Known.example)'", at: node, path)
    }
    (self.name, self.source) = (name, source)
    self.node = node.entries == nil ? DocumentNode(.entries([]), place: node.place) : node.without(["kind"])
    self.path = path.map { NameKey($0.stringValue) }
  }

  /// The entries as a part of the model that the name chooses.
  ///
  /// - Throws: ``DocumentError`` for an entry that the model does not have.
  public func part<Model: DocumentPart>(of type: Model.Type) throws(DocumentError) -> Partial<Model> {
    try Partial<Model>.form.check(node, in: source, path)
    return try Partial(node, of: source, path)
  }

  /// An error at the part.
  public func fault(_ message: String) -> DocumentError { source.fault(message, at: node, path) }
}

/// The models that come with the library for a ``NamedPart``.
public protocol NamedParts: Sendable {
  /// The models by their names.
  static var parts: [(name: String, model: any DocumentPart.Type)] { get }
  /// An example of a part, for messages: `{kind: slurm, partition: gpu}`.
  static var example: String { get }
}

extension NamedPart: AnyPartial {
  static var form: JSONSchema {
    let forms = Known.parts.map { part in
      let kind = JSONSchema.Property("kind", .constant(part.name), isRequired: true)
      guard case .object(let properties) = JSONSchema(ofPart: part.model) else { return JSONSchema.object([kind]) }
      return .object([kind] + properties)
    }
    return .open([.choice(Known.parts.map(\.name))] + forms)
  }

  static func make(
    _ node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey]
  ) throws(DocumentError) -> Any { try NamedPart(node, of: source, path) }

  static var placeholder: DocumentNode { DocumentNode(.text(Known.parts.first?.name ?? "", isPlain: false)) }
}

extension NamedPart: Codable {
  public init(from decoder: any Decoder) throws {
    throw DocumentError("a part of a model is read from documents only")
  }

  public func encode(to encoder: any Encoder) throws {
    throw DocumentError("a part of a model is not written")
  }
}
