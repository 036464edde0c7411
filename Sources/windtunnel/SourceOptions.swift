import ArgumentParser
import Foundation
import ScalingLaws

/// Which fitted law is used: a document's, or a published one.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A fit document that 'windtunnel fit --output' wrote; - for standard input.", valueName: "file"))
  var fit: String?

  @Option(
    help: ArgumentHelp("Published parameters, usable without runs: 'windtunnel laws' lists them.", valueName: "name"))
  var preset: String?

  func validate() throws {
    if fit != nil, preset != nil { throw ValidationError("give --fit or --preset, not both") }
  }

  func fittedLaw() throws -> FittedLaw {
    if let preset { return try Self.published(preset) }
    guard let fit else {
      throw UsageError("say which law to use: --fit FILE or --preset NAME, such as --preset besiroglu2024")
    }
    return try Self.document(fit)
  }

  static func document(_ path: String) throws -> FittedLaw {
    if path == "-" {
      return try FitDocument.decode(FileHandle.standardInput.readDataToEndOfFile(), from: "standard input").fittedLaw()
    }
    return try FitDocument.read(path).fittedLaw()
  }

  static func published(_ name: String) throws -> FittedLaw {
    let (law, preset) = try LawCatalogue().preset(name)
    return try FittedLaw(law: law, parameters: preset.values, provenance: "\(law.name) as published: \(preset.note)")
  }
}
