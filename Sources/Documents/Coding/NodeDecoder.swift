/// Decodes values from nodes, with the place in every error.
struct NodeDecoder: Decoder {
  let node: DocumentNode
  let source: DocumentSource
  let codingPath: [any CodingKey]
  private let keepsNames: Bool
  /// An example of the value, for messages.
  private var example: String?
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// - Throws: ``DocumentError``.
  static func value<Value: Decodable>(
    _ type: Value.Type, from node: DocumentNode, of source: DocumentSource, _ path: [any CodingKey] = []
  ) throws(DocumentError) -> Value {
    do {
      return try NodeDecoder(node: node, source: source, codingPath: path, keepsNames: false).decode(type)
    } catch let error as DocumentError {
      throw error
    } catch let error as DecodingError {
      throw source.fault(error, node)
    } catch {
      throw source.fault("\(error)", at: node, path)
    }
  }

  private init(node: DocumentNode, source: DocumentSource, codingPath: [any CodingKey], keepsNames: Bool) {
    (self.node, self.source, self.codingPath, self.keepsNames) = (node, source, codingPath, keepsNames)
  }

  /// This decoder for entries whose names are data.
  var keepingNames: NodeDecoder {
    NodeDecoder(node: node, source: source, codingPath: codingPath, keepsNames: true)
  }

  fileprivate func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let node = try present(type)
    if let known = try known(type), let value = known as? Value { return value }
    var inner = NodeDecoder(
      node: node, source: source, codingPath: codingPath, keepsNames: type is any NamedValues.Type)
    inner.example = (type as? any DocumentPart.Type)?.documentExample
    let value: Value
    do { value = try type.init(from: inner) } catch let fault as DocumentFault {
      throw source.fault(fault, in: node, codingPath)
    }
    if let checked = value as? any DocumentChecked {
      do { try checked.check() } catch { throw source.fault(error, in: node, codingPath) }
    }
    return value
  }

  /// The node; of a document within another one, in the present form of its model.
  private func present(_ type: any Any.Type) throws(DocumentError) -> DocumentNode {
    guard !codingPath.isEmpty, let type = type as? any Document.Type, node["schema"] != nil else { return node }
    return try source.present(node, as: type)
  }

  /// A value of a type that needs no container; nil for any other type.
  private func known(_ type: any Any.Type) throws -> Any? {
    switch type {
    case is Double.Type: return try number()
    case is Int.Type: return try whole(Int.self)
    case is String.Type: return try text()
    case is Bool.Type: return try flag()
    // One text stands for a list of it.
    case is [String].Type: if case .text(let text, _) = node.value { return [text] }
    case is [Double].Type: if case .numbers(let numbers) = node.value { return numbers }
    case let type as any AnyPartial.Type: return try type.make(node, of: source, codingPath)
    case let type as any DocumentScalar.Type:
      guard let text = node.scalar else { throw fault("it should be \(type.documentKind)") }
      do { return try type.init(documentText: text) } catch { throw fault("\(error)") }
    default:
      guard let choices = choices(of: type), let text = node.scalar else { return nil }
      guard !choices.contains(text) else { return nil }
      let near = nearestName(to: text, among: choices).map { "did you mean '\($0)'?" }
      throw fault(
        "'\(excerpt(text))' is not one of its values; \(near ?? "there are \(choices.joined(separator: ", "))")")
    }
    return nil
  }

  private func number() throws -> Double {
    guard let text = node.scalar, !isQuoted, let value = Self.number(text), value.isFinite else {
      throw fault("it should be a number\(found)")
    }
    return value
  }

  fileprivate func whole<Whole: FixedWidthInteger>(_ type: Whole.Type) throws -> Whole {
    guard let text = node.scalar, !isQuoted,
      let value = Whole(text) ?? Self.number(text).flatMap({ Whole(exactly: $0) })
    else { throw fault("it should be a whole number\(found)") }
    return value
  }

  private static let magnitudes: [Character: Double] = [
    "k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "g": 1e9, "G": 1e9, "t": 1e12, "T": 1e12, "P": 1e15,
    "E": 1e18,
  ]

  /// A number as people write it: `3e-4`, `1_000`, `1.5k`, `300B`.
  private static func number(_ text: String) -> Double? {
    // `Double` also takes words and hexadecimal digits.
    guard text.utf8.allSatisfy({ $0 < 0x80 }), text.first(where: \.isLetter).map({ $0 != "n" && $0 != "i" }) ?? true,
      !text.contains("x")
    else { return nil }
    let digits = text.replacing("_", with: "")
    if let value = Double(digits) { return value }
    guard let last = digits.last, let magnitude = magnitudes[last] else { return nil }
    return Double(digits.dropLast().filter { $0 != " " }).map { $0 * magnitude }
  }

  private func text() throws -> String {
    switch node.value {
    case .text(let text, _): return text
    default: throw fault("it should be a text\(found)")
    }
  }

  private func flag() throws -> Bool {
    switch node.value {
    case .flag(let flag): return flag
    case .text("true", isPlain: true): return true
    case .text("false", isPlain: true): return false
    default: throw fault("it should be true or false\(found)")
    }
  }

  fileprivate var hint: String { example.map { ", as in \($0)" } ?? "" }

  private var isQuoted: Bool { if case .text(_, let isPlain) = node.value { !isPlain } else { false } }

  private var found: String {
    switch node.value {
    case .entries: ", not entries"
    case .list, .numbers: ", not a list"
    case .null: ", not null"
    case .flag, .number, .text: node.scalar.map { ", not '\(excerpt($0))'" } ?? ""
    }
  }

  fileprivate func fault(_ message: String) -> DocumentError { source.fault(message, at: node, codingPath) }

  fileprivate func inner(_ node: DocumentNode, _ key: any CodingKey) -> NodeDecoder {
    NodeDecoder(node: node, source: source, codingPath: codingPath + [key], keepsNames: false)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let entries = node.entries else { throw fault("it should have entries of its own\(hint)\(found)") }
    let nodes = Dictionary(entries.map { ($0.name, $0.node) }) { $1 }
    return KeyedDecodingContainer(Keyed(decoder: self, nodes: nodes, names: entries.map(\.name)))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch node.value {
    case .list(let items): return Unkeyed(decoder: self, items: items)
    case .numbers(let numbers):
      let items = numbers.map { DocumentNode(.number(DocumentNode.text(of: $0)), place: node.place) }
      return Unkeyed(decoder: self, items: items)
    default: throw fault("it should be a list\(found)")
    }
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: NodeDecoder
    let nodes: [String: DocumentNode]
    let names: [String]
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { names.compactMap { Key(stringValue: $0) } }

    private func node(_ key: Key) -> DocumentNode? {
      nodes[decoder.keepsNames ? key.stringValue : snakeCase(key.stringValue)]
    }

    private func child(_ key: Key) throws -> NodeDecoder {
      let name: any CodingKey = decoder.keepsNames ? NameKey(key.stringValue) : key
      guard let node = node(key) else {
        throw decoder.source.fault("it is missing\(decoder.hint)", at: decoder.node, codingPath + [name])
      }
      return decoder.inner(node, name)
    }

    func contains(_ key: Key) -> Bool { node(key) != nil }
    func decodeNil(forKey key: Key) -> Bool { node(key).map { $0.value == .null } ?? true }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try child(key).decode(type)
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try child(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let decoder: NodeDecoder
    let items: [DocumentNode]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private mutating func next() throws -> NodeDecoder {
      guard !isAtEnd else { throw decoder.fault("it has only \(items.count) elements") }
      defer { currentIndex += 1 }
      return decoder.inner(items[currentIndex], IndexKey(currentIndex))
    }

    mutating func decodeNil() throws -> Bool {
      guard !isAtEnd, items[currentIndex].value == .null else { return false }
      currentIndex += 1
      return true
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
  }

  private struct Single: SingleValueDecodingContainer {
    let decoder: NodeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node.value == .null }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      switch type {
      case let type as any (FixedWidthInteger & Decodable).Type:
        if let value = try decoder.wholeNumber(type) as? Value { return value }
      case is Float.Type: if let value = Float(try decoder.number()) as? Value { return value }
      default: break
      }
      return try decoder.decode(type)
    }
  }

  private func wholeNumber<Whole: FixedWidthInteger>(_ type: Whole.Type) throws -> any FixedWidthInteger {
    try whole(type)
  }
}

/// The raw values of an enumeration of texts or whole numbers; nil for any other type.
func choices(of type: any Any.Type) -> [String]? {
  func texts<Choices: CaseIterable>(_ type: Choices.Type) -> [String]? {
    let values = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue }
    let texts = values.compactMap { $0 as? String ?? ($0 as? Int).map(String.init) }
    return texts.isEmpty ? nil : texts
  }
  return (type as? any CaseIterable.Type).flatMap { texts($0) }
}
