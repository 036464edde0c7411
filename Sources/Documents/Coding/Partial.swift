/// A model of which a document says a part, the rest following from elsewhere: a plan, a default.
///
/// ```swift
/// let layout = try entries.layout.resolved(over: planned)
/// ```
public struct Partial<Model: DocumentPart>: Sendable {
  /// The entries that are said; empty where nothing is.
  public private(set) var node: DocumentNode
  private let source: DocumentSource
  private let name: String

  /// A part that says nothing.
  ///
  /// - Parameter name: of the entry, for messages.
  public init(_ name: String, from path: String) {
    (node, source, self.name) = (DocumentNode(.entries([])), DocumentSource(path), name)
  }

  init(_ node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey]) throws(DocumentError) {
    guard node.entries != nil else {
      throw source.fault("it should have entries of its own, as \(Model.documentExample)", at: node, path)
    }
    (self.node, self.source, name) = (node, source, DocumentSource.text(of: path))
  }

  /// Whether an entry is said.
  public func says(_ entry: String) -> Bool { node[entry] != nil }

  /// The value of an entry, nil where it is not said.
  ///
  /// - Throws: ``DocumentError`` for a value of another kind.
  public func value<Value: Decodable>(_ entry: String, as type: Value.Type) throws(DocumentError) -> Value? {
    guard let node = node[entry] else { return nil }
    return try NodeDecoder.value(type, from: node, of: source, [NameKey(name), NameKey(entry)])
  }

  /// The model with what is said here in place of what another says.
  ///
  /// - Parameters:
  ///   - base: what holds for entries that are not said.
  ///   - required: entries that have to be said, as `base` has nothing for them.
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong.
  public func resolved(over base: Model, required: Set<String> = []) throws(DocumentError) -> Model {
    let lower: DocumentNode
    do { lower = try NodeEncoder.node(of: base) } catch { throw DocumentError("\(source.path): '\(name)': \(error)") }
    let said = node.without(Set(Model.documentAlternatives.map(\.name)))
    let whole = lower.without(required.union((said.entries ?? []).map(\.name)))
    let entries = (whole.entries ?? []) + (said.entries ?? [])
    return try NodeDecoder.value(
      Model.self, from: DocumentNode(.entries(entries), place: node.place), of: source, [NameKey(name)])
  }

  /// An error at an entry, or at the part as a whole.
  public func fault(_ entry: String? = nil, _ message: String) -> DocumentError {
    source.fault(
      message, at: entry.flatMap { node[$0] } ?? node, [NameKey(name)] + (entry.map { [NameKey($0)] } ?? []))
  }
}

/// A model that files may say in part.
public protocol DocumentPart: Codable, Sendable {
  /// An example, for messages: `{tensor: 2, pipeline: 2}`.
  static var documentExample: String { get }
  /// Entries that stand for others and are worked out by whoever reads the part.
  static var documentAlternatives: [JSONSchema.Property] { get }
}

extension DocumentPart {
  public static var documentAlternatives: [JSONSchema.Property] { [] }
}

/// A part of any model, which decoders make from its node.
protocol AnyPartial {
  static var form: JSONSchema { get }
  /// A valid node.
  static var placeholder: DocumentNode { get }
  static func make(_ node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey]) throws(DocumentError)
    -> Any
}

extension AnyPartial {
  static var placeholder: DocumentNode { DocumentNode(.entries([])) }
}

extension Partial: AnyPartial {
  /// The model's form, of which no entry is required.
  static var form: JSONSchema {
    guard case .object(let properties) = SchemaRecorder.schema(of: Model.self) else { return .any }
    let others = Model.documentAlternatives
    let own = properties.map { property in
      let forms = others.filter { $0.name == property.name }
      return JSONSchema.Property(
        property.name, forms.isEmpty ? property.schema : .anyOf([property.schema] + forms.map(\.schema)),
        isRequired: false, summary: property.summary ?? forms.first?.summary)
    }
    return .object(own + others.filter { other in !properties.contains { $0.name == other.name } })
  }

  static func make(
    _ node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey]
  ) throws(DocumentError) -> Any { try Partial(node, of: source, path) }
}

extension JSONSchema {
  /// The form of a part of a model.
  public init<Model: DocumentPart>(ofPart type: Model.Type) { self = Partial<Model>.form }
}

extension Partial: Codable {
  public init(from decoder: any Decoder) throws {
    throw DocumentError("a part of a model is read from documents only")
  }

  public func encode(to encoder: any Encoder) throws {
    throw DocumentError("a part of a model is not written")
  }
}
