import ArgumentParser
import Documents
import Launch
import ScalingLaws
import Studies
import TrainingCost
import Workflows

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a document or of a YAML file.",
    discussion: """
      Editors complete and check a file by its schema. In VS Code with the YAML extension, write this as its first line:
        # yaml-language-server: $schema=job.schema.json

      Without a name the documents are listed.

      Examples:
        windtunnel schema
        windtunnel schema job > job.schema.json
        windtunnel schema plan --output plan.schema.json
      """)

  @Argument(help: ArgumentHelp("A document: job, plan, fit, …", valueName: "name"))
  var name: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the schema to this file instead of standard output.", valueName: "file"))
  var output: String?

  func run() throws {
    guard let name else {
      let lines = DocumentTypes.all.map { "\($0.name)  \($0.schema)" }
      return try DocumentFile.write(Set(lines).sorted().joined(separator: "\n") + "\n", to: output ?? "-")
    }
    guard let type = DocumentTypes.all.first(where: { $0.name == name || $0.schema == name }) else {
      throw UsageError("there is no document '\(name)'; \(hint(for: name, among: DocumentTypes.names))")
    }
    try DocumentFile.write(type.schemaText, to: output ?? "-")
  }
}

/// The documents whose schema can be printed: those that commands write, and the YAML files that users do.
enum DocumentTypes {
  static let all: [any Document.Type] = {
    let shown: [any Document.Type] = ShownDocuments.all
    let written: [any Document.Type] = [Registration.self, LawsCommand.Listing.self]
    let byHand: [any Document.Type] = [LawFile.self, HardwareFile.self]
    return shown + written + byHand + LaunchDocuments.handwritten + StudyDocuments.handwritten
      + WorkflowDocuments.handwritten
  }()

  static var names: [String] { all.map { $0.name } }
}

extension Document {
  /// The name in the schema line, `job` of `windtunnel.job/1`.
  static var name: String {
    String(schema.split(separator: ".").dropFirst().joined(separator: ".").prefix { $0 != "/" })
  }

  static var schemaText: String { JSONSchema(of: Self.self).text(title: schema) }
}
