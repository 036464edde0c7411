import Foundation

/// A model that is stored or read as a document: JSON or YAML whose line `schema` says what it is.
///
/// ```swift
/// struct Note: Document {
///   static let schema = "example.note/1"
///   static let kind = "note"
///   var text: String
/// }
/// let note = try Note.read("note.json").value
/// ```
///
/// Names are written in snake case. A reader takes any minor version of its schema (`example.note/1.2`), which only adds,
/// and refuses another major version.
public protocol Document: Codable, Sendable {
  /// The name and major version, `windtunnel.fit/1`.
  static var schema: String { get }
  /// The name for messages: `fit document`.
  static var kind: String { get }
  /// The advice of the message about a missing file.
  static var remedy: String { get }
  /// Whether people write it by hand, so that a misspelled entry is an error and not an addition of a later version.
  static var isHandwritten: Bool { get }
  /// The remedy for a document of another schema, by that schema.
  static var remedies: [String: String] { get }
  /// The conversions of documents of earlier major versions into the present form, by their schema.
  static var upgrades: [String: DocumentUpgrade] { get }
  /// The reason why a document of this schema belongs to another model that shares the schema; nil for one of this model.
  static func refusal(of node: DocumentNode) -> String?
}

/// Brings a document of an earlier major version into the present form.
public typealias DocumentUpgrade =
  @Sendable (_ node: DocumentNode, _ source: DocumentSource) throws(DocumentError) -> DocumentNode

extension Document {
  public static var remedy: String { "\(article(kind)) begins with 'schema: \(schema)'" }
  public static var isHandwritten: Bool { false }
  public static var remedies: [String: String] { [:] }
  public static var upgrades: [String: DocumentUpgrade] { [:] }
  public static func refusal(of node: DocumentNode) -> String? { nil }

  /// The document as a node, its schema line included, and those of documents within it.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func node() throws -> DocumentNode { try DocumentNode(of: self) }

  /// The document as JSON, a member a line with names in order.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func json() throws -> String { try node().json }

  /// The document as YAML, with names in the order of the model.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func yaml() throws -> String { try node().yaml }

  /// Reads a document from a file of JSON or YAML.
  ///
  /// - Throws: ``DocumentError`` for a file that is missing, or not such a document.
  public static func read(_ path: String) throws(DocumentError) -> DocumentReading<Self> {
    try read(bytes: DocumentFile.bytes(of: path, kind, remedy: remedy), from: path)
  }

  /// Reads a document from the bytes of its file.
  ///
  /// - Parameter path: of the file, for messages.
  /// - Throws: ``DocumentError``.
  public static func read(bytes: Data, from path: String) throws(DocumentError) -> DocumentReading<Self> {
    try read(text: DocumentFile.text(bytes, of: path, kind), from: path)
  }

  /// Whether a schema line is of this document, at a version that is read.
  public static func reads(_ line: String) -> Bool {
    let major = DocumentSource.major(line)
    return major == schema || upgrades[major] != nil
  }

  /// Reads a document from its text.
  ///
  /// - Parameter path: of the file, for messages.
  /// - Throws: ``DocumentError``.
  public static func read(text: String, from path: String) throws(DocumentError) -> DocumentReading<Self> {
    try DocumentReading(try DocumentSource.parse(text, from: path, as: Self.self), from: path)
  }
}

/// A document that was read, with the text's nodes, so that what is found wrong later can be shown at its place.
public struct DocumentReading<Model: Document>: Sendable {
  public let value: Model
  public let node: DocumentNode
  public let source: DocumentSource

  /// Decodes a document from nodes, as of a file whose entries were merged with others.
  ///
  /// - Throws: ``DocumentError``.
  public init(_ node: DocumentNode, from path: String) throws(DocumentError) {
    source = DocumentSource(path)
    self.node = node
    if Model.isHandwritten { try JSONSchema(of: Model.self).check(node, in: source) }
    value = try NodeDecoder.value(Model.self, from: node, of: source)
  }

  /// An error at an entry.
  ///
  /// - Parameter path: the names on the way to it, `training.batch`.
  public func fault(_ path: String, _ message: String) -> DocumentError {
    fault(at: path.split(separator: ".").map(String.init), message)
  }

  /// An error at an entry, or where it is missing at what should have it.
  ///
  /// - Parameter path: the names on the way to it.
  public func fault(at path: [String], _ message: String) -> DocumentError {
    var place = node
    for name in path {
      guard let inner = place.node(at: [name]) else { break }
      place = inner
    }
    return source.fault(message, at: place, path.map(NameKey.init))
  }

  /// An error that a part of the document finds in itself.
  ///
  /// - Parameter path: the names on the way to the part.
  public func fault(at path: [String], _ fault: DocumentFault) -> DocumentError {
    self.fault(at: path + (fault.entry.map { [$0] } ?? []), fault.message)
  }
}
