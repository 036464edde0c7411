import Yams

/// Reads YAML 1.2 into nodes with their places.
enum YAMLReading {
  /// - Throws: a message with its place in the text.
  static func node(_ text: String) throws(DocumentError) -> DocumentNode {
    do {
      guard let root = try Yams.compose(yaml: text) else { throw DocumentError("it is empty") }
      return try node(root)
    } catch let error as DocumentError {
      throw error
    } catch {
      throw DocumentError(explain(error))
    }
  }

  private static func node(_ node: Node) throws(DocumentError) -> DocumentNode {
    let place = node.mark.map { DocumentNode.Place(line: $0.line, column: $0.column) }
    switch node {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else {
        return DocumentNode(.text(scalar.string, isPlain: false), place: place)
      }
      let isNull = ["", "~", "null"].contains(scalar.string)
      return DocumentNode(isNull ? .null : .text(scalar.string, isPlain: true), place: place)
    case .sequence(let sequence):
      var items: [DocumentNode] = []
      for item in sequence { items.append(try self.node(item)) }
      return DocumentNode(.list(items), place: place)
    case .mapping(let mapping):
      var entries: [DocumentNode.Entry] = []
      for (key, value) in mapping {
        let mark = key.mark.map { DocumentNode.Place(line: $0.line, column: $0.column) }
        guard let name = key.string else { throw DocumentError("a name is not a text") }
        entries.append(.init(name, try self.node(value), place: mark))
      }
      return DocumentNode(.entries(entries), place: place)
    case .alias: throw DocumentError("an alias stands for nothing")
    }
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
