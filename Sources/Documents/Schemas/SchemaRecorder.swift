/// A type that says its form itself, as its decoding does not show it: one of several forms.
public protocol DocumentFormed: Decodable {
  static var documentForm: JSONSchema { get }
  /// Any valid value, for decoding types that hold one.
  static var documentPlaceholder: Self { get }
}

/// A type whose entries have a sentence each, which editors show.
public protocol DocumentSummarized {
  /// By the entry's name as it is written.
  static var documentSummaries: [String: String] { get }
}

/// Finds the form of a type by decoding it from nothing: every entry that the type asks for is noted and answered with a
/// placeholder.
final class SchemaRecorder {
  private(set) var schema: JSONSchema = .any

  static func schema(of type: any Decodable.Type) -> JSONSchema {
    func open<Value: Decodable>(_ type: Value.Type) -> JSONSchema {
      let recorder = SchemaRecorder()
      _ = try? recorder.value(of: type)
      return recorder.schema
    }
    return open(type)
  }

  fileprivate struct Stop: Error {}

  /// A placeholder of a type, whose form is noted.
  fileprivate func value<Value: Decodable>(of type: Value.Type) throws -> Value {
    let placeholder: Any
    switch type {
    case let type as any DocumentFormed.Type: (schema, placeholder) = (type.documentForm, type.documentPlaceholder)
    case let type as any AnyPartial.Type:
      schema = type.form
      placeholder = try type.make(type.placeholder, of: DocumentSource(""), [])
    case let type as any DocumentScalar.Type:
      schema = .scalar(type.documentKind, example: type.documentExample)
      placeholder = try type.init(documentText: type.documentExample)
    case is [String].Type: (schema, placeholder) = (.anyOf([.list(.text), .text]), ["text"])
    case is Bool.Type: (schema, placeholder) = (.flag, false)
    case is String.Type: (schema, placeholder) = (.text, "text")
    case is Double.Type: (schema, placeholder) = (.number, 1.0)
    case let type as any (FixedWidthInteger & Decodable).Type: (schema, placeholder) = (.whole, Self.one(type))
    case let type as any CaseIterable.Type where choices(of: type) != nil:
      schema = .choice(choices(of: type) ?? [])
      placeholder = Self.first(type) as Any
    case let type as any NamedValues.Type where choices(of: type.keyType) != nil:
      let form = (type.valueType as? any Decodable.Type).map { Self.schema(of: $0) } ?? .any
      schema = .object((choices(of: type.keyType) ?? []).map { .init($0, form, isRequired: false) })
      placeholder = type.init()
    default:
      var recording = Recording()
      recording.names = (type as? any DocumentSummarized.Type)?.documentSummaries ?? [:]
      let box = Box(recording)
      let value = try type.init(from: RecordingDecoder(box: box, keepsNames: type is any NamedValues.Type))
      if let document = type as? any Document.Type {
        box.add("schema", .constant(document.schema), isRequired: false)
      }
      schema = box.recording.schema
      return value
    }
    guard let value = placeholder as? Value else { throw Stop() }
    return value
  }

  private static func one<Whole: FixedWidthInteger>(_ type: Whole.Type) -> Any { Whole(1) }
  private static func first<Choices: CaseIterable>(_ type: Choices.Type) -> Any? { type.allCases.first }

  fileprivate struct Recording {
    var schema: JSONSchema = .any
    var names: [String: String] = [:]
  }

  fileprivate final class Box {
    var recording: Recording

    init(_ recording: Recording) { self.recording = recording }

    func add(_ name: String, _ schema: JSONSchema, isRequired: Bool) {
      var properties: [JSONSchema.Property] =
        if case .object(let properties) = recording.schema { properties } else { [] }
      guard !properties.contains(where: { $0.name == name }) else { return }
      properties.append(.init(name, schema, isRequired: isRequired, summary: recording.names[name]))
      recording.schema = .object(properties)
    }
  }

  fileprivate struct RecordingDecoder: Decoder {
    let box: Box
    let keepsNames: Bool
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
      if case .object = box.recording.schema {} else { box.recording.schema = .object([]) }
      return KeyedDecodingContainer(Keyed(box: box, isMap: keepsNames))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(box: box) }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(box: box) }
  }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let box: Box
    let isMap: Bool
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { isMap ? [Key(stringValue: "name")].compactMap { $0 } : [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try note(type, key, isRequired: true)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
      try note(type, key, isRequired: false)
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
      try note(type, key, isRequired: false)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
      try note(type, key, isRequired: false)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
      try note(type, key, isRequired: false)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
      try note(type, key, isRequired: false)
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
      try note(type, key, isRequired: false)
    }

    private func note<Value: Decodable>(_ type: Value.Type, _ key: Key, isRequired: Bool) throws -> Value {
      let recorder = SchemaRecorder()
      let value = try recorder.value(of: type)
      if isMap {
        box.recording.schema = .map(recorder.schema)
      } else {
        box.add(snakeCase(key.stringValue), recorder.schema, isRequired: isRequired)
      }
      return value
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Stop() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Stop() }
    func superDecoder() throws -> any Decoder { throw Stop() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Stop() }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let box: Box
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }
    var isAtEnd: Bool { currentIndex > 0 }

    mutating func decodeNil() -> Bool { false }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      currentIndex += 1
      let recorder = SchemaRecorder()
      let value = try recorder.value(of: type)
      box.recording.schema = .list(recorder.schema)
      return value
    }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw Stop() }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Stop() }
    mutating func superDecoder() throws -> any Decoder { throw Stop() }
  }

  private struct Single: SingleValueDecodingContainer {
    let box: Box
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool {
      box.recording.schema = .null
      return false
    }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      let recorder = SchemaRecorder()
      let value = try recorder.value(of: type)
      box.recording.schema = box.recording.schema == .null ? .anyOf([recorder.schema, .null]) : recorder.schema
      return value
    }
  }
}
