import Documents
import Launch
import Report

/// The files that a launch would write and the commands that it would run, as a document, `windtunnel.rehearsal/1`.
struct RehearsalDocument: Document {
  static let schema = "windtunnel.rehearsal/1"
  static let kind = "rehearsal of a launch"
  static let remedy = "write one with 'windtunnel launch FILE --dry-run --output FILE'"

  let engine: String
  let files: [File]
  let commands: [String]

  struct File: Codable {
    let path, text: String
  }

  init(_ rehearsal: Rehearsal, engine: String) {
    self.engine = engine
    files = rehearsal.files.map { File(path: $0.name, text: $0.text) }
    commands = rehearsal.commands
  }
}

extension RehearsalDocument: ShownDocument {
  func text(on terminal: Terminal) -> String {
    files.map { "──── \($0.path)\n\($0.text)" }.joined(separator: "\n") + "\n──── commands\n"
      + commands.map { $0 + "\n" }.joined()
  }
}
