import Documents
import Planning
import Report

/// A stored document that can be printed as the command that made it did.
protocol ShownDocument: Document {
  func text(on terminal: Terminal) -> String
}

extension ShownDocument {
  fileprivate static func value(text: String, from path: String) throws -> any ShownDocument {
    try read(text: text, from: path).value
  }
}

extension PlanDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { PlanView(plan: self, terminal: terminal).text }
}

extension DesignDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { DesignView(document: self, terminal: terminal).text }
}

/// The documents that `show` prints.
enum ShownDocuments {
  static let all: [any ShownDocument.Type] = [PlanDocument.self, DesignDocument.self] + ofSearch

  /// The document of a file, by its line `schema`.
  ///
  /// - Throws: ``DocumentError`` for a file that is missing, damaged, or of a kind that is not shown.
  static func read(_ path: String) throws -> any ShownDocument {
    let text = try DocumentFile.text(of: path, "document", remedy: "write one with '--output' of a command")
    let schema = try DocumentSource(path).schema(of: text)
    let node = try DocumentSource(path).node(text)
    let types = all.filter { $0.reads(schema) }
    // Some documents share a schema, such as fits by different approaches.
    guard let type = types.first(where: { $0.refusal(of: node) == nil }) ?? types.first else {
      let known = all.map { $0.schema }.sorted().joined(separator: ", ")
      throw DocumentError("\(path): there is nothing to show of '\(schema)'; there are \(known)")
    }
    return try type.value(text: text, from: path)
  }
}
