import Documents
import Formulas
import Yams

/// A mapping of a YAML file, read entry by entry, with the place of each entry in every message.
public struct YAMLSection {
  public let path: String
  /// The subject of the section, for messages: `'lab'`; empty for the whole file.
  public let subject: String
  private let mapping: Node.Mapping

  /// The whole file.
  ///
  /// - Parameters:
  ///   - kind: what it should be, for messages: `hardware file`.
  ///   - keys: its entries; nil where they are checked elsewhere.
  ///   - schema: what its line `schema` must be.
  ///   - given: what the file holds, where it was read before.
  ///   - remedies: what to do with a file of another schema.
  public init(
    path: String, text given: String? = nil, kind: String, schema: String, keys: [String]?,
    remedies: [String: String] = [:]
  ) throws(DocumentError) {
    let text: String
    if let given {
      text = given
    } else {
      text = try DocumentFile.text(
        of: path, kind, remedy: "a \(kind) is YAML that begins with 'schema: \(schema)'")
    }
    func fault(_ message: String) -> DocumentError { DocumentError("\(path): this is not a \(kind): \(message)") }
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch { throw fault(Self.explain(error)) }
    guard let root else { throw fault("it is empty; it should begin with 'schema: \(schema)'") }
    guard let mapping = root.mapping else { throw fault("it has no 'key: value' lines") }
    self.init(path: path, subject: "", mapping: mapping)
    guard let found = mapping["schema"]?.string else {
      throw fault("'schema' is missing; it should begin with 'schema: \(schema)'")
    }
    guard found == schema else {
      throw fault(remedies[found] ?? "its schema is '\(excerpt(found))'; this version reads '\(schema)'")
    }
    if let keys { try checkKeys(keys) }
  }

  private init(path: String, subject: String, mapping: Node.Mapping) {
    self.path = path
    self.subject = subject
    self.mapping = mapping
  }

  /// The names of its entries, in the order of the file.
  public var names: [String] { mapping.map { $0.key.string ?? "?" } }

  public func has(_ key: String) -> Bool { mapping[key] != nil }

  /// Whether an entry has entries of its own.
  public func hasSection(_ key: String) -> Bool { mapping[key]?.mapping != nil }

  /// Throws for an unknown key, because a misspelled one would otherwise be silently ignored.
  public func checkKeys(_ known: [String]) throws(DocumentError) {
    for (key, _) in mapping {
      let name = key.string ?? "?"
      guard !known.contains(name) else { continue }
      let hint =
        nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "the entries are \(known.joined(separator: ", "))"
      throw DocumentError("\(place(key)): there is no entry '\(excerpt(name))'\(of); \(hint)")
    }
  }

  /// A mapping inside this one.
  ///
  /// - Parameter isSubject: whether messages name it; false if its own entries are named instead.
  public func section(_ key: String, example: String, isSubject: Bool = true) throws(DocumentError) -> YAMLSection? {
    guard let node = mapping[key] else { return nil }
    guard let inner = node.mapping else {
      throw DocumentError("\(place(node)): '\(excerpt(key))'\(of) must have entries of its own, such as \(example)")
    }
    guard isSubject else { return YAMLSection(path: path, subject: subject, mapping: inner) }
    return YAMLSection(path: path, subject: "'\(excerpt(key))'\(of)", mapping: inner)
  }

  /// A list of mappings, or a single one.
  public func sections(_ key: String, example: String) throws(DocumentError) -> [YAMLSection] {
    guard let node = mapping[key] else { return [] }
    let items = node.sequence.map { Array($0) } ?? [node]
    let mappings = items.compactMap(\.mapping)
    guard mappings.count == items.count else {
      throw DocumentError("\(place(node)): '\(excerpt(key))'\(of) must be a list of entries, such as \(example)")
    }
    return mappings.map { YAMLSection(path: path, subject: subject, mapping: $0) }
  }

  /// A text.
  public func text(_ key: String) throws(DocumentError) -> String? {
    guard let node = mapping[key] else { return nil }
    guard let text = node.string, !text.allSatisfy(\.isWhitespace) else {
      throw DocumentError("\(place(node)): '\(key)'\(of) must be a text")
    }
    return text
  }

  /// A list of texts, or a single one.
  public func texts(_ key: String) throws(DocumentError) -> [String]? {
    guard let node = mapping[key] else { return nil }
    if let text = node.string { return [text] }
    guard let items = node.sequence?.map(\.string), !items.contains(nil) else {
      throw DocumentError("\(place(node)): '\(key)'\(of) must be a list of texts, such as [a, b]")
    }
    return items.compactMap { $0 }
  }

  /// A whole number above zero.
  public func count(_ key: String) throws(DocumentError) -> Int? {
    guard let value = try quantity(key, parseNumber) else { return nil }
    guard let whole = Int(exactly: value), (1...1_000_000_000).contains(whole) else {
      throw fault(key, "it must be a whole number from 1 to 1000000000")
    }
    return whole
  }

  /// `true` or `false`.
  public func flag(_ key: String) throws(DocumentError) -> Bool? {
    guard let node = mapping[key] else { return nil }
    guard let flag = node.bool else { throw fault(key, "it must be true or false") }
    return flag
  }

  /// One of the values of an enumeration.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws(DocumentError) -> Choice? where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    return try choice(key, text, type)
  }

  /// One of the values of an enumeration, from the text of an entry.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ text: String, _ type: Choice.Type
  ) throws(DocumentError) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: text) else {
      let names = type.allCases.map(\.rawValue)
      let hint =
        nearestName(to: text, among: names).map { "did you mean '\($0)'?" }
        ?? "the values are \(names.joined(separator: ", "))"
      throw fault(key, "'\(text.prefix(60))' is not one of its values; \(hint)")
    }
    return choice
  }

  /// Its entries as text, if all of them are plain.
  public func entries(_ key: String) throws(DocumentError) -> [(name: String, text: String)] {
    guard let node = mapping[key] else { return [] }
    guard let inner = node.mapping else {
      throw DocumentError("\(place(node)): '\(key)'\(of) must have entries of its own, such as {NAME: value}")
    }
    var entries: [(name: String, text: String)] = []
    for (name, value) in inner {
      guard let name = name.string, let text = value.string else {
        throw DocumentError("\(place(value)): the entries of '\(key)'\(of) must be texts or numbers")
      }
      entries.append((name, text))
    }
    return entries
  }

  /// This section with another's entries replacing its own of the same names, including those of inner sections.
  public func overlaid(by other: YAMLSection) -> YAMLSection {
    YAMLSection(path: other.path, subject: subject, mapping: Self.overlaid(mapping, by: other.mapping))
  }

  /// This section without an entry.
  public func without(_ key: String) -> YAMLSection {
    var mapping = mapping
    mapping[key] = nil
    return YAMLSection(path: path, subject: subject, mapping: mapping)
  }

  private static func overlaid(_ lower: Node.Mapping, by upper: Node.Mapping) -> Node.Mapping {
    var result = lower
    for (key, value) in upper {
      if let inner = value.mapping, let own = lower[key]?.mapping {
        result[key] = .mapping(overlaid(own, by: inner))
      } else {
        result[key] = value
      }
    }
    return result
  }

  /// A quantity with its unit.
  public func quantity(
    _ key: String, _ parse: (String) throws(QuantityError) -> Double
  ) throws(DocumentError) -> Double? {
    guard let text = try text(key) else { return nil }
    do { return try parse(text) } catch { throw fault(key, "\(error)") }
  }

  /// An error in an entry.
  public func fault(_ key: String, _ message: String) -> DocumentError {
    DocumentError("\(mapping[key].map(place) ?? path): '\(key)'\(of): \(message)")
  }

  private var of: String { subject.isEmpty ? "" : " of \(subject)" }

  private func place(_ node: Node) -> String {
    node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      "\(duplicates.sorted().map { "'\(excerpt($0))'" }.joined(separator: ", ")) is given twice, "
        + "line \(context.mark.line)"
    default: excerpt("\(error)")
    }
  }
}
