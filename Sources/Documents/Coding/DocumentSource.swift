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
    let node: DocumentNode
    do { node = try source.node(text) } catch {
      throw DocumentError("\(path): this is not \(article(Model.kind)): \(error.description)")
    }
    return try source.present(node, as: type)
  }

  /// The nodes of a document in the present form of its model.
  ///
  /// - Throws: ``DocumentError`` where it is of another model, or of a version that is not read.
  func present<Model: Document>(_ node: DocumentNode, as type: Model.Type) throws(DocumentError) -> DocumentNode {
    func fault(_ message: String) -> DocumentError {
      DocumentError("\(path): this is not \(article(Model.kind)): \(message)")
    }
    guard node.entries != nil else { throw fault("it has no 'key: value' entries") }
    guard let found = node["schema"]?.scalar else {
      throw fault("'schema' is missing; it should begin with 'schema: \(Model.schema)'")
    }
    // A minor version adds; only a major version changes what is there.
    let major = Self.major(found)
    let upgrade = Model.upgrades[major]
    guard major == Model.schema || upgrade != nil else {
      let known = ([Model.schema] + Model.upgrades.keys.sorted()).map { "'\($0)'" }.joined(separator: " and ")
      throw fault(Model.remedies[major] ?? "its schema is '\(excerpt(found))'; this version reads \(known)")
    }
    if let reason = Model.refusal(of: node) { throw fault(reason) }
    return try upgrade?(node, self) ?? node
  }

  /// The schema line of a text.
  ///
  /// - Throws: ``DocumentError`` for a text that is not a document.
  public func schema(of text: String) throws(DocumentError) -> String {
    let node: DocumentNode
    do { node = try self.node(text) } catch { throw DocumentError("\(path): this is not a document: \(error)") }
    guard let schema = node["schema"]?.scalar else {
      throw DocumentError("\(path): this is not a document: it has no line 'schema', as 'schema: windtunnel.fit/2'")
    }
    return schema
  }

  /// A schema line without its minor version.
  static func major(_ line: String) -> String { line.split(separator: ".").prefix(2).joined(separator: ".") }

  /// The nodes of JSON, which begins with `{"`, `{}` or `[`, or of YAML.
  package func node(_ text: String) throws(DocumentError) -> DocumentNode {
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
    guard let entry = fault.entry else { return self.fault(fault.message, at: node, path) }
    let place = node[entry] ?? node.node(at: entry.split(separator: ".").map(String.init))
    return self.fault(fault.message, at: place ?? node, path + [NameKey(entry)])
  }

  func fault(_ error: DecodingError, _ root: DocumentNode) -> DocumentError {
    let (context, message): (DecodingError.Context, String) =
      switch error {
      case .keyNotFound(let key, let context): (context, "'\(snakeCase(key.stringValue))' is missing")
      case .typeMismatch(_, let context), .valueNotFound(_, let context): (context, "it is not of the right kind")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
      }
    let names = context.codingPath.map(Self.name)
    return fault(message, at: root.node(at: names) ?? root, context.codingPath)
  }

  static func text(of path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
      if let index = key.intValue { return text + "[\(index)]" }
      return text + (text.isEmpty ? "" : ".") + name(key)
    }
  }

  /// The name of a property as it is written; names that are data stay as they are.
  private static func name(_ key: any CodingKey) -> String {
    key is NameKey ? key.stringValue : snakeCase(key.stringValue)
  }
}

/// A fault that a model finds in itself; the reader adds the place.
public struct DocumentFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The entry as it is written, or the names on the way to it, `training.batch`; nil for the model as a whole.
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
