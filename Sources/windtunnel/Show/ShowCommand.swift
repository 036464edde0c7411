import ArgumentParser
import Documents
import Report

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a stored document as the command that made it did.",
    discussion: """
      Every document that a command writes with --output says in its line 'schema' what it is.

      Examples:
        windtunnel show fit.json
        windtunnel show plan.json
        windtunnel show runs/loop/report.json
      """)

  @Argument(help: ArgumentHelp("A document that a command wrote.", valueName: "file"))
  var file: String

  func run() throws {
    let document = try ShownDocuments.read(file)
    try DocumentFile.write(document.text(on: .standardOutput), to: "-")
  }
}
