import ArgumentParser
import Foundation
import Report

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// What every command that prints results takes.
struct OutputOptions: ParsableArguments {
  @Option(help: "How to print the result: table or json.")
  var format = OutputFormat.table

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Also write the result as JSON to this file, all at once.", valueName: "file"))
  var output: String?

  /// Prints a result in the chosen format, and writes it where that was asked for.
  func emit(json: Data, table: () -> String) throws {
    let text = indentedJSON(json)
    if let output { try writeAtomically(text, to: output) }
    // What went to standard output as JSON is not printed again.
    if output == "-" || output == "/dev/stdout" { return }
    try writeAtomically(format == .json ? text : table(), to: "-")
  }
}

struct PlotOption: ParsableArguments {
  @Option(help: ArgumentHelp("Draw the result to this .svg or .png file.", valueName: "file"))
  var plot: String?
}

struct ComputingOptions: ParsableArguments {
  @Option(help: "The seed of everything random: the same seed gives the same bytes for any number of threads.")
  var seed: UInt64 = 0

  @Option(help: "How many threads to use; all processors unless given.")
  var threads: Int?

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    if let threads, threads < 1 || threads > 4096 {
      throw ValidationError("--threads must be from 1 to 4096, not \(threads)")
    }
  }
}

/// JSON with sorted keys, which commands print.
func encodedJSON(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return try encoder.encode(value)
}

/// A sentence on standard error, out of the way of results.
func note(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
