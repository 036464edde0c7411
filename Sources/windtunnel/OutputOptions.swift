import ArgumentParser
import Documents
import Foundation
import Report

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// The options of every command that prints results.
struct OutputOptions: ParsableArguments {
  @Option(help: "How to print the result: table or json.")
  var format = OutputFormat.table

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Also write the result as JSON to this file, atomically.", valueName: "file"))
  var output: String?

  /// Fails now rather than after minutes of work if the file cannot be written.
  func prepare() throws(DocumentError) {
    if let output { try checkWritable(output) }
  }

  /// Prints a document in the chosen format, and writes it to a file if requested.
  func emit(_ document: some ShownDocument) throws {
    try emit(document) { document.text(on: .standardOutput) }
  }

  /// Prints a document in the chosen format with a table of its own, and writes it to a file if requested.
  func emit(_ document: some Document, table: () -> String) throws {
    let text = try document.json()
    if let output { try DocumentFile.write(text, to: output) }
    // JSON already printed to standard output is not printed again.
    if output == "-" || output == "/dev/stdout" { return }
    try DocumentFile.write(format == .json ? text : table(), to: "-")
  }
}

struct PlotOption: ParsableArguments {
  @Option(help: ArgumentHelp("Draw the result to this .svg or .png file.", valueName: "file"))
  var plot: String?

  /// Fails now rather than after minutes of work if the figure cannot be drawn there.
  func prepare() throws {
    guard let plot else { return }
    guard ["svg", "png"].contains(URL(fileURLWithPath: plot).pathExtension.lowercased()) else {
      throw ReportError.unknownFormat(path: plot, accepted: [".svg", ".png"])
    }
    try checkWritable(plot)
  }
}

/// Checks a path before there is anything to write.
func checkWritable(_ path: String) throws(DocumentError) {
  guard path != "-", path != "/dev/stdout" else { return }
  func refuse(_ reason: String) -> DocumentError {
    DocumentError("cannot write '\(path)': \(reason)", code: .cannotWrite)
  }
  guard !path.isEmpty else { throw refuse("the path is empty; name a file, or '-' for standard output") }
  let files = FileManager.default
  var isDirectory: ObjCBool = false
  if files.fileExists(atPath: path, isDirectory: &isDirectory) {
    guard !isDirectory.boolValue else { throw refuse("it is a directory; name a file in it") }
    guard files.isWritableFile(atPath: path) else { throw refuse("no permission to write it") }
    return
  }
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard files.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue else {
    throw refuse("there is no folder '\(folder)'; create it first")
  }
  guard files.isWritableFile(atPath: folder) else { throw refuse("no permission to write in '\(folder)'") }
}

struct ComputingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of all random numbers: the same seed gives the same bytes for any number of threads.",
      valueName: "number"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of threads; default: all processors.", valueName: "number"))
  var threads: Int?

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    if let threads, threads < 1 || threads > 4096 {
      throw ValidationError("--threads must be from 1 to 4096, not \(threads)")
    }
  }
}

/// The level of intervals, checked.
func checkInterval(_ level: Double) throws {
  if !(level > 0 && level < 1) {
    throw ValidationError("--interval must be between 0 and 1, such as 0.9 for 90 %, not \(level)")
  }
}

/// A sentence on standard error, separate from results.
func note(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
