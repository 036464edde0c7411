import Documents
import Foundation
import Studies
import Testing

@testable import windtunnel

/// The documents of the search commands: that they read back and print the same.
@Suite struct StudyDocumentTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    var rows = "width,epoch,loss,ms\n"
    var scores = "method,example,score\n"
    for width in 1...8 {
      for epoch in [1, 3, 9] { rows += "\(width),\(epoch),\(abs(width - 5)).\(9 - epoch),\(width * 7 % 5)\n" }
      for example in 0..<6 { scores += "m\(width),e\(example),\((width + example) % 3 == 0 ? "" : "0.\(width)")\n" }
    }
    try place.write(rows, to: "results.csv")
    try place.write(scores, to: "scores.csv")
    try place.write(scores.replacing(",\n", with: ",0.5\n"), to: "all.csv")
    let table = """
      schema: windtunnel.search/1
      objective: {table: results.csv, key: [width], fidelity: epoch, metric: loss, direction: minimize}
      constraints: ["width <= 7"]
      budget: {trials: 4}
      """
    try place.write(table, to: "table.yaml")
    try place.write(
      table.replacing("loss, direction", with: "[loss, ms], direction").replacing("fidelity: epoch, ", with: "")
        .replacing("key: [width]", with: "key: [width, epoch]"), to: "front.yaml")
    try place.write(
      """
      schema: windtunnel.search/1
      space: {width: {int: [1, 9]}, act: [relu, "yes", true], lr: {float: [0.1, 1]}}
      objective: {command: 'echo "{{\\"loss\\": {width}, \\"ms\\": 3}"', metric: loss, direction: minimize}
      measured: [ms <= 4]
      budget: {trials: 3}
      """, to: "command.yaml")
  }

  @Test(arguments: [
    "search run table.yaml", "search run front.yaml", "search run command.yaml",
    "search bench table.yaml --seeds 2 --trials 3", "search bench front.yaml --seeds 2 --trials 3",
    "search methods scores.csv --next 3", "search methods scores.csv --next 0",
    "search methods all.csv --replay --seeds 2",
  ])
  func aStoredDocumentPrintsAsItsCommandDid(_ line: String) throws {
    let table = try place.shell("$W \(line) --output document.json")
    try #require(table.status == 0, "\(table.errors)")
    let shown = try place.windtunnel("show", "document.json")
    #expect(shown.text == table.text && shown.status == 0, "\(shown.errors)")
    let document = try ShownDocuments.read(place.path("document.json"))
    #expect(try document.json() == String(decoding: place.read("document.json"), as: UTF8.self))
  }

  @Test func everyFormIsComplete() {
    let types: [any Document.Type] = ShownDocuments.ofSearch
    for type in types + StudyDocuments.handwritten {
      let text = type.schemaText
      // What is left open is `{}`.
      #expect(!text.contains("{}") && text.contains("\"const\": \"\(type.schema)\""), "\(text)")
    }
  }
}

/// That files under Experiments satisfy the schemas that `windtunnel schema` prints.
@Suite struct SchemaTests {
  private static let experiments = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Experiments")

  @Test func everyExperimentSatisfiesItsSchema() throws {
    let files = try FileManager.default.subpathsOfDirectory(atPath: Self.experiments.path)
    var names: [String] = []
    for file in files.filter({ $0.hasSuffix(".yaml") }).sorted() {
      let path = Self.experiments.appendingPathComponent(file).path
      let line = try DocumentSource(path).schema(of: String(contentsOfFile: path, encoding: .utf8))
      guard let type = DocumentTypes.all.first(where: { $0.reads(line) }) else { continue }
      names.append(type.name)
      #expect(try faults(type, path) == [], "\(file)")
    }
    #expect(Set(names).isSuperset(of: ["search", "job", "law"]))
    #expect(names.count { $0 == "search" } == files.count { $0.hasPrefix("search-") })
  }

  @Test(arguments: [
    ("budget: {trials: 15}", "budget: {trials: many}", "budget.trials"),
    ("budget: {trials: 15}", "budget: {trails: 15}", "budget.trails"),
    ("  metric: loss\n", "", "objective.metric"), ("algorithm: auto", "algorithm: [auto]", "algorithm"),
  ])
  func aWrongExperimentDoesNot(_ right: String, _ wrong: String, _ place: String) throws {
    let path = Self.experiments.appendingPathComponent("search-pilot.yaml").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = text.replacing(right, with: wrong)
    #expect(changed != text)
    let folder = try Workplace()
    try folder.write(changed, to: "x.yaml")
    let type = try #require(StudyDocuments.handwritten.first)
    #expect(try faults(type, folder.path("x.yaml")).contains(place))
  }

  /// The entries of a file that a document's JSON Schema does not allow.
  private func faults(_ type: any Document.Type, _ path: String) throws -> [String] {
    let schema = try JSONSerialization.jsonObject(with: Data(type.schemaText.utf8))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return faults(try DocumentSource(path).node(text), schema as? [String: Any] ?? [:], "")
  }

  /// Of a node by the words of JSON Schema that our schemas have.
  private func faults(_ node: DocumentNode, _ schema: [String: Any], _ place: String) -> [String] {
    if let forms = schema["anyOf"] as? [[String: Any]] {
      let all = forms.map { faults(node, $0, place) }
      return all.contains([]) ? [] : all.min { $0.count < $1.count } ?? []
    }
    if let constant = schema["const"] as? String { return node.scalar == constant ? [] : [place] }
    if let choices = schema["enum"] as? [Any] {
      return choices.contains { "\($0)" == node.scalar } ? [] : [place]
    }
    let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] }
    if let types, types.allSatisfy({ !isOf($0, node) }) { return [place] }
    let items = schema["items"] as? [String: Any] ?? [:]
    var found = node.items.enumerated().flatMap { faults($1, items, "\(place)[\($0)]") }
    let known = schema["properties"] as? [String: [String: Any]] ?? [:]
    let other = schema["additionalProperties"]
    for entry in node.entries ?? [] {
      let inner = (place.isEmpty ? "" : place + ".") + entry.name
      if let form = known[entry.name] ?? other as? [String: Any] {
        found += faults(entry.node, form, inner)
      } else if other as? Bool == false {
        found.append(inner)
      }
    }
    let missing = (schema["required"] as? [String] ?? []).filter { node[$0] == nil }
    return found + missing.map { (place.isEmpty ? "" : place + ".") + $0 }
  }

  /// Whether a YAML value is of a type of JSON Schema.
  private func isOf(_ type: String, _ node: DocumentNode) -> Bool {
    switch (type, node.value) {
    case ("object", .entries), ("array", .list), ("array", .numbers), ("null", .null): true
    case ("number", .text(let text, isPlain: true)): Double(text.replacing("_", with: "")) != nil
    case ("integer", .text(let text, isPlain: true)): Int(text.replacing("_", with: "")) != nil
    case ("boolean", .text(let text, isPlain: true)): ["true", "false"].contains(text)
    // Plain numbers are no texts to a validator.
    case ("string", .text(let text, let isPlain)):
      !isPlain || (Double(text) == nil && !["true", "false"].contains(text))
    default: false
    }
  }
}
