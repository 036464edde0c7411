/// The form of a document, as JSON Schema (draft 2020-12) says it.
public indirect enum JSONSchema: Sendable, Hashable {
  case any
  case null
  case flag
  case whole
  case number
  case text
  /// A text that YAML may write without quotes, so that it looks like a number or a flag.
  case word
  /// A scalar in a grammar of its own, with what it should be and an example.
  case scalar(String, example: String)
  case constant(String)
  case choice([String])
  case list(JSONSchema)
  /// Names that are data, all with values of one form.
  case map(JSONSchema)
  case object([Property])
  case anyOf([JSONSchema])
  /// Forms to which callers add others, so that a reader does not check by them.
  case open([JSONSchema])

  /// An entry of an object.
  public struct Property: Sendable, Hashable {
    public let name: String
    public let schema: JSONSchema
    public let isRequired: Bool
    /// A sentence that editors show.
    public let summary: String?

    public init(_ name: String, _ schema: JSONSchema, isRequired: Bool, summary: String? = nil) {
      (self.name, self.schema, self.isRequired, self.summary) = (name, schema, isRequired, summary)
    }
  }

  /// The form of a document, found from how its model is decoded.
  public init<Model: Document>(of type: Model.Type) {
    var form = SchemaRecorder.schema(of: type)
    if case .object(let properties) = form {
      let line = Property("schema", .constant(Model.schema), isRequired: true)
      form = .object([line] + properties.filter { $0.name != "schema" })
    }
    self = form
  }

  /// The schema as a document that editors and validators read.
  public func text(title: String) -> String {
    var entries = node.entries ?? []
    entries.append(.init("$schema", Self.text("https://json-schema.org/draft/2020-12/schema")))
    entries.append(.init("title", Self.text(title)))
    return DocumentNode(.entries(entries)).json
  }

  private static func text(_ text: String) -> DocumentNode { DocumentNode(.text(text, isPlain: false)) }

  private static func type(_ name: String) -> DocumentNode.Entry { .init("type", text(name)) }

  private var node: DocumentNode {
    switch self {
    case .any: DocumentNode(.entries([]))
    case .null: DocumentNode(.entries([Self.type("null")]))
    case .flag: DocumentNode(.entries([Self.type("boolean")]))
    case .whole: DocumentNode(.entries([Self.type("integer")]))
    case .number: DocumentNode(.entries([Self.type("number")]))
    case .text: DocumentNode(.entries([Self.type("string")]))
    case .word:
      DocumentNode(
        .entries([.init("type", DocumentNode(.list(["string", "number", "boolean"].map(Self.text))))]))
    case .scalar(let kind, let example):
      DocumentNode(
        .entries([
          .init("type", DocumentNode(.list([Self.text("string"), Self.text("number")]))),
          .init("description", Self.text(kind)), .init("examples", DocumentNode(.list([Self.text(example)]))),
        ]))
    case .constant(let value): DocumentNode(.entries([.init("const", Self.text(value))]))
    case .choice(let values):
      DocumentNode(
        .entries([
          .init("enum", DocumentNode(.list(values.map { Int($0) == nil ? Self.text($0) : DocumentNode(.number($0)) })))
        ]))
    case .list(let item): DocumentNode(.entries([Self.type("array"), .init("items", item.node)]))
    case .map(let value):
      DocumentNode(.entries([Self.type("object"), .init("additionalProperties", value.node)]))
    case .anyOf(let forms), .open(let forms):
      DocumentNode(.entries([.init("anyOf", DocumentNode(.list(forms.map(\.node))))]))
    case .object(let properties): Self.node(properties)
    }
  }

  private static func node(_ properties: [Property]) -> DocumentNode {
    let entries = properties.map { property in
      var node = property.schema.node
      if let summary = property.summary {
        let others = (node.entries ?? []).filter { $0.name != "description" }
        node = DocumentNode(.entries(others + [.init("description", text(summary))]))
      }
      return DocumentNode.Entry(property.name, node)
    }
    let required = properties.filter(\.isRequired).map { text($0.name) }
    return DocumentNode(
      .entries([
        type("object"), .init("properties", DocumentNode(.entries(entries))),
        .init("required", DocumentNode(.list(required))),
        .init("additionalProperties", DocumentNode(.flag(false))),
      ]))
  }
}

extension JSONSchema {
  /// Refuses entries that the form does not know: one that is misspelled would be left out without a word.
  ///
  /// - Throws: ``DocumentError`` with the place of the first.
  func check(
    _ node: DocumentNode, in source: DocumentSource, _ path: [any CodingKey] = []
  ) throws(DocumentError) {
    if case .list(let items) = node.value {
      guard let form = elementForm else { return }
      for (index, item) in items.enumerated() { try form.check(item, in: source, path + [IndexKey(index)]) }
      return
    }
    if case .open = self { return }
    guard let entries = node.entries else {
      guard case .object(let known) = self, node.value != .null else { return }
      let names = known.map(\.name).joined(separator: ", ")
      let found = node.scalar.map { "'\(excerpt($0))'" } ?? "a list"
      throw source.fault("it should have entries of its own (\(names)), not \(found)", at: node, path)
    }
    if let form = valueForm {
      for entry in entries { try form.check(entry.node, in: source, path + [NameKey(entry.name)]) }
      return
    }
    let known = properties
    guard !known.isEmpty else { return }
    for entry in entries {
      let forms = known.filter { $0.name == entry.name }
      guard !forms.isEmpty else {
        let names = Set(known.map(\.name)).sorted()
        let hint =
          nearestName(to: entry.name, among: names).map { "did you mean '\($0)'?" }
          ?? "there are \(names.joined(separator: ", "))"
        let of = path.isEmpty ? "" : " of '\(DocumentSource.text(of: path))'"
        let place = entry.place.map { "\(source.path):\($0.line):\($0.column)" } ?? source.path
        throw DocumentError("\(place): there is no entry '\(excerpt(entry.name))'\(of); \(hint)")
      }
      let form = forms.count == 1 ? forms[0].schema : JSONSchema.anyOf(forms.map(\.schema))
      try form.check(entry.node, in: source, path + [NameKey(entry.name)])
    }
  }

  private var alternatives: [JSONSchema] { if case .anyOf(let forms) = self { forms } else { [self] } }

  /// The properties of all alternatives that are objects; empty where entries of any name are allowed.
  private var properties: [Property] {
    guard !alternatives.contains(.any) else { return [] }
    return alternatives.flatMap { form in
      switch form {
      case .object(let properties): properties
      case .anyOf: form.properties
      default: [Property]()
      }
    }
  }

  private var elementForm: JSONSchema? {
    alternatives.lazy.compactMap { if case .list(let item) = $0 { item } else { nil } }.first
  }

  private var valueForm: JSONSchema? {
    alternatives.lazy.compactMap { if case .map(let value) = $0 { value } else { nil } }.first
  }
}
