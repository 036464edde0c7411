/// The text that nodes come from, which messages name.
public struct DocumentSource: Sendable, Hashable {
  /// The file's path.
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Parses a text and checks that it is a document of a kind.
  ///
  /// - Throws: ``DocumentError``.
  static func parse<Model: Document>(
    _ text: String, from path: String, as type: Model.Type
  ) throws(DocumentError) -> DocumentNode {
    let source = DocumentSource(path)
    func fault(_ message: String) -> DocumentError { DocumentError("\(path): this is not a \(Model.kind): \(message)") }
    let node: DocumentNode
    do { node = try source.node(text) } catch { throw fault(error.description) }
    guard node.entries != nil else { throw fault("it has no 'key: value' entries") }
    guard let found = node["schema"]?.scalar else {
      throw fault("'schema' is missing; it should begin with 'schema: \(Model.schema)'")
    }
    // A minor version adds; only a major version changes what is there.
    let major = found.split(separator: ".").prefix(2).joined(separator: ".")
    if major == Model.schema { return node }
    if let upgrade = Model.upgrades[major] { return try upgrade(node, source) }
    let known = ([Model.schema] + Model.upgrades.keys.sorted()).map { "'\($0)'" }.joined(separator: " and ")
    throw fault(
      Model.remedies[found] ?? "its schema is '\(excerpt(found))'; this version reads \(known)")
  }

  /// The nodes of JSON, which begins with `{"`, `{}` or `[`, or of YAML.
  func node(_ text: String) throws(DocumentError) -> DocumentNode {
    let start = text.utf8.lazy.filter { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }.prefix(2).map { Character(.init($0)) }
    guard start.first == "[" || start.elementsEqual(["{", "\""]) || start.elementsEqual(["{", "}"]) else {
      return try YAMLReading.node(text)
    }
    do { return try JSONReading.node(Array(text.utf8)) } catch {
      throw DocumentError(
        "it is not whole JSON: \(error.message) (line \(error.place.line), column \(error.place.column))")
    }
  }

  /// A value decoded from a node.
  ///
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong.
  public func value<Value: Decodable>(_ type: Value.Type, from node: DocumentNode) throws(DocumentError) -> Value {
    try NodeDecoder.value(type, from: node, of: self)
  }

  /// A value encoded to a node.
  ///
  /// - Throws: ``DocumentError`` for a number that is not finite.
  public func node(of value: some Encodable) throws(DocumentError) -> DocumentNode {
    do { return try NodeEncoder.node(of: value) } catch { throw DocumentError("\(path): \(error)") }
  }

  /// An error of a node, with its place.
  public func fault(_ message: String, at node: DocumentNode) -> DocumentError { fault(message, at: node, []) }

  /// An error of a node, with its place and the names on the way to it.
  func fault(_ message: String, at node: DocumentNode, _ path: [any CodingKey]) -> DocumentError {
    let place = node.place.map { "\(self.path):\($0.line):\($0.column)" } ?? self.path
    let names = Self.text(of: path)
    return DocumentError("\(place): \(names.isEmpty ? "" : "'\(names)': ")\(message)")
  }

  func fault(_ fault: DocumentFault, in node: DocumentNode, _ path: [any CodingKey]) -> DocumentError {
    guard let key = fault.entry else { return self.fault(fault.message, at: node, path) }
    return self.fault(fault.message, at: node[key] ?? node, path + [NameKey(key)])
  }

  func fault(_ error: DecodingError, _ root: DocumentNode) -> DocumentError {
    let (context, message): (DecodingError.Context, String) =
      switch error {
      case .keyNotFound(let key, let context): (context, "'\(snakeCase(key.stringValue))' is missing")
      case .typeMismatch(_, let context), .valueNotFound(_, let context): (context, "it is not of the right kind")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
      }
    let names = context.codingPath.map { snakeCase($0.stringValue) }
    return fault(message, at: root.node(at: names) ?? root, context.codingPath)
  }

  static func text(of path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
      if let index = key.intValue { return text + "[\(index)]" }
      // Names that are data stay as they are.
      return text + (text.isEmpty ? "" : ".") + (key is NameKey ? key.stringValue : snakeCase(key.stringValue))
    }
  }
}

/// A fault that a model finds in itself; the reader adds the place.
public struct DocumentFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The entry as it is written; nil for the model as a whole.
  public let entry: String?
  public let message: String
  public var description: String { (entry.map { "'\($0)': " } ?? "") + message }

  public init(_ entry: String? = nil, _ message: String) { (self.entry, self.message) = (entry, message) }
}

/// A model that is checked once it is decoded.
public protocol DocumentChecked {
  /// - Throws: ``DocumentFault`` for values that make no sense together.
  func check() throws(DocumentFault)
}
