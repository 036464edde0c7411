import ArgumentParser
import Documents
import Foundation
import ScalingLaws
import Tables

/// The fitted law to use: from a document, or a published one.
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

  /// A law with its parameters, and the problems of the fit that they come from.
  struct Source {
    var fitted: FittedLaw
    var caveats: [String] = []
  }

  func source() throws -> Source {
    if let preset { return try Self.published(preset) }
    guard let fit else {
      throw UsageError("give a law: --fit FILE or --preset NAME, such as --preset besiroglu2024")
    }
    return try Self.document(fit)
  }

  static func document(_ path: String) throws -> Source {
    let data =
      path == "-"
      ? try standardInput() : try DocumentFile.bytes(of: path, FitDocument.kind, remedy: FitDocument.remedy)
    let document = try FitDocument.read(bytes: data, from: path == "-" ? "standard input" : path).value
    let faults = document.diagnostics.filter { $0.severity == .error }
    var fitted = try document.fittedLaw()
    fitted.fingerprint = fingerprint(of: data)
    return Source(fitted: fitted, caveats: faults.map { "the fit itself is doubtful: \($0.message)" })
  }

  private static func standardInput() throws -> Data {
    do { return try FileHandle.standardInput.readToEnd() ?? Data() } catch {
      throw DocumentError("standard input cannot be read; name a fit document", code: .missing)
    }
  }

  static func published(_ name: String) throws -> Source {
    let (law, preset) = try LawCatalog().preset(name)
    return Source(
      fitted: try FittedLaw(
        law: law, parameters: preset.values, provenance: "\(law.name) as published: \(preset.note)"))
  }
}

/// The values of `--set name=value`.
func fixedValues(_ assignments: [String]) throws -> [String: Double] {
  var fixed: [String: Double] = [:]
  for text in assignments {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw UsageError("--set must be name=value, as in --set depth=32, not '\(text)'") }
    fixed[parts[0]] = try parseNumber(parts[1])
  }
  return fixed
}
