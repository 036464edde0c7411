/// A value of a JSON or YAML text with its place: what documents are decoded from and encoded to.
public struct DocumentNode: Sendable, Hashable {
  /// The value itself.
  public indirect enum Value: Sendable, Hashable {
    case null
    case flag(Bool)
    /// A number as it is written, so that no digit is lost.
    case number(String)
    /// A text. A plain YAML scalar, written without quotes, may also stand for a number or a flag.
    case text(String, isPlain: Bool)
    case list([DocumentNode])
    /// A list of numbers alone, as a fit's draws are, without a node for each.
    case numbers([Double])
    case entries([Entry])
  }

  /// A named value.
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// The place of the name.
    public let place: Place?
    public var node: DocumentNode

    public init(_ name: String, _ node: DocumentNode, place: Place? = nil) {
      (self.name, self.node, self.place) = (name, node, place)
    }
  }

  /// A line and a column, counted from 1.
  public struct Place: Sendable, Hashable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
  }

  public var value: Value
  /// Nil for a node that stands in no text.
  public let place: Place?

  public init(_ value: Value, place: Place? = nil) { (self.value, self.place) = (value, place) }

  /// A value as a document holds it.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public init(of value: some Encodable) throws { self = try NodeEncoder.node(of: value) }

  /// The entries; nil for a value that is not a mapping.
  public var entries: [Entry]? { if case .entries(let entries) = value { entries } else { nil } }

  /// The elements of a list; empty for any other value.
  public var items: [DocumentNode] { if case .list(let items) = value { items } else { [] } }

  /// The value of an entry by its name.
  public subscript(name: String) -> DocumentNode? { entries?.first { $0.name == name }?.node }

  /// The node at a path of names and list indices; nil where there is none.
  public func node(at path: some Sequence<String>) -> DocumentNode? {
    path.reduce(self as DocumentNode?) { node, name in
      if case .list(let items) = node?.value {
        return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
      }
      return node?[name]
    }
  }

  /// The scalar as text; nil for null, lists and mappings.
  public var scalar: String? {
    switch value {
    case .flag(let flag): flag ? "true" : "false"
    case .number(let text), .text(let text, _): text
    case .null, .list, .numbers, .entries: nil
    }
  }

  /// This mapping with another's entries in place of its own of the same names; inner mappings are merged the same way.
  public func overlaid(by upper: DocumentNode) -> DocumentNode {
    guard var own = entries, let others = upper.entries else { return upper }
    for other in others {
      if let index = own.firstIndex(where: { $0.name == other.name }) {
        own[index] = Entry(other.name, own[index].node.overlaid(by: other.node), place: other.place)
      } else {
        own.append(other)
      }
    }
    return DocumentNode(.entries(own), place: upper.place ?? place)
  }

  /// This mapping with an entry of a name, in place of one that has it.
  public func with(_ name: String, _ node: DocumentNode) -> DocumentNode {
    DocumentNode(.entries((without([name]).entries ?? []) + [Entry(name, node)]), place: place)
  }

  /// This mapping without the entries of some names.
  public func without(_ names: Set<String>) -> DocumentNode {
    guard let entries else { return self }
    return DocumentNode(.entries(entries.filter { !names.contains($0.name) }), place: place)
  }
}
