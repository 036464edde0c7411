/// Encodes a value to nodes: names in snake case, numbers that are finite.
///
/// An optional that is nil, or a number that is not finite, is left out; any other number that is not finite is an error.
struct NodeEncoder: Encoder {
  private let box: Box
  let codingPath: [any CodingKey]
  private let keepsNames: Bool
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// - Throws: `EncodingError.invalidValue` for a number that is not finite.
  static func node(of value: some Encodable) throws -> DocumentNode {
    let box = Box()
    try NodeEncoder(box: box, codingPath: [], keepsNames: false).encode(value)
    return box.node
  }

  private init(box: Box, codingPath: [any CodingKey], keepsNames: Bool) {
    (self.box, self.codingPath, self.keepsNames) = (box, codingPath, keepsNames)
  }

  /// The values encoded so far at one place of the tree.
  final class Box {
    var value: DocumentNode.Value?
    var items: [Box]?
    var entries: [(name: String, box: Box)]?

    /// Adds a document's schema line, before its other entries.
    func add(schema: String) {
      let line = Box()
      line.value = .text(schema, isPlain: false)
      entries = [("schema", line)] + (entries ?? []).filter { $0.name != "schema" }
    }

    var node: DocumentNode {
      if let value { return DocumentNode(value) }
      if let items { return DocumentNode(.list(items.map(\.node))) }
      return DocumentNode(.entries((entries ?? []).map { .init($0.name, $0.box.node) }))
    }
  }

  /// This encoder for entries whose names are data.
  var keepingNames: NodeEncoder { NodeEncoder(box: box, codingPath: codingPath, keepsNames: true) }

  fileprivate func encode(_ value: some Encodable) throws {
    switch value {
    case let numbers as [Double]:
      if let bad = numbers.first(where: { !$0.isFinite }) { throw notFinite(bad) }
      box.value = .numbers(numbers)
    case let number as Double: try encode(number: number)
    case let number as Int: box.value = .number("\(number)")
    case let text as String: box.value = .text(text, isPlain: false)
    case let flag as Bool: box.value = .flag(flag)
    default:
      let names = (value as? any NamedValues).map { type(of: $0) }
      try value.encode(to: NodeEncoder(box: box, codingPath: codingPath, keepsNames: names != nil))
      // A dictionary has no order of its own: that of its enumeration, or of the alphabet.
      if let names {
        let order = choices(of: names.keyType) ?? []
        func rank(_ name: String) -> (Int, String) { (order.firstIndex(of: name) ?? order.count, name) }
        box.entries?.sort { rank($0.name) < rank($1.name) }
      }
      if let document = value as? any Document { box.add(schema: type(of: document).schema) }
    }
  }

  fileprivate func encode(number: Double) throws {
    guard number.isFinite else { throw notFinite(number) }
    box.value = .number(DocumentNode.text(of: number))
  }

  private func notFinite(_ number: Double) -> EncodingError {
    .invalidValue(number, .init(codingPath: codingPath, debugDescription: "\(number) is not finite"))
  }

  fileprivate func inner(_ box: Box, _ key: any CodingKey) -> NodeEncoder {
    NodeEncoder(box: box, codingPath: codingPath + [key], keepsNames: false)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if box.entries == nil { box.entries = [] }
    return KeyedEncodingContainer(Keyed(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if box.items == nil { box.items = [] }
    return Unkeyed(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: NodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    private func child(_ key: any CodingKey) -> NodeEncoder {
      let name = encoder.keepsNames ? key.stringValue : snakeCase(key.stringValue)
      let box = Box()
      if let index = encoder.box.entries?.firstIndex(where: { $0.name == name }) {
        encoder.box.entries?[index] = (name, box)
      } else {
        encoder.box.entries?.append((name, box))
      }
      return encoder.inner(box, key)
    }

    func encodeNil(forKey key: Key) { child(key).box.value = .null }
    func encode(_ value: some Encodable, forKey key: Key) throws { try child(key).encode(value) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
      if let value, value.isFinite { try encode(value, forKey: key) }
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { child(NameKey("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { child(key) }
  }

  private struct Unkeyed: UnkeyedEncodingContainer {
    let encoder: NodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.box.items?.count ?? 0 }

    private func child() -> NodeEncoder {
      let box = Box()
      let key = IndexKey(count)
      encoder.box.items?.append(box)
      return encoder.inner(box, key)
    }

    func encodeNil() { child().box.value = .null }
    func encode(_ value: some Encodable) throws { try child().encode(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
      child().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
    func superEncoder() -> any Encoder { child() }
  }

  private struct Single: SingleValueEncodingContainer {
    let encoder: NodeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.box.value = .null }
    func encode(_ value: Bool) { encoder.box.value = .flag(value) }
    func encode(_ value: String) { encoder.box.value = .text(value, isPlain: false) }
    func encode(_ value: Double) throws { try encoder.encode(number: value) }
    func encode(_ value: Float) throws { try encoder.encode(number: Double(value)) }
    func encode(_ value: Int) { whole(value) }
    func encode(_ value: Int8) { whole(value) }
    func encode(_ value: Int16) { whole(value) }
    func encode(_ value: Int32) { whole(value) }
    func encode(_ value: Int64) { whole(value) }
    func encode(_ value: UInt) { whole(value) }
    func encode(_ value: UInt8) { whole(value) }
    func encode(_ value: UInt16) { whole(value) }
    func encode(_ value: UInt32) { whole(value) }
    func encode(_ value: UInt64) { whole(value) }
    func encode(_ value: some Encodable) throws { try encoder.encode(value) }

    private func whole(_ value: some BinaryInteger) { encoder.box.value = .number("\(value)") }
  }
}
