import Documents
import Foundation
import Planning
import Tables

/// One run of a design: a size, tokens, and which repeat, which is its seed.
public struct DesignedRun: Sendable, Hashable {
  /// Unique in the design, `n5.04k-d10.2m-s0`.
  public let name: String
  public let params: Double
  public let tokens: Double
  public let seed: Int
  /// The column in which a run table holds such sizes, which tells how they are counted.
  public let sizeColumn: String

  /// - Parameter path: of the design's document.
  /// - Throws: ``DocumentError`` for a file that is missing or no design, or whose sizes no shape can be found for.
  package static func all(path: String) throws(DocumentError) -> [DesignedRun] {
    let text = try DocumentFile.text(of: path, "design", remedy: "write one by 'windtunnel design --output \(path)'")
    let document: DesignDocument
    do { document = try DesignDocument(json: Data(text.utf8)) } catch { throw DocumentError("\(path): \(error)") }
    guard !document.runs.isEmpty else { throw DocumentError("\(path): this design has no runs") }
    for run in document.runs
    where !(1..<1e18).contains(run.params) || !(1..<1e18).contains(run.tokens) || !(1...100_000).contains(run.repeats) {
      throw DocumentError("\(path): a run of \(run.params) parameters on \(run.tokens) tokens makes no sense")
    }
    let column = document.sizeColumn ?? Role.params.rawValue
    guard JobSpec.sizeKeys[column] != nil else {
      throw DocumentError(
        "\(path): its sizes are counted as '\(column)', for which no shape can be found; launch its runs by a "
          + "job file that gives each its model")
    }
    return all(of: document)
  }

  /// The runs of a design, every repeat by itself.
  public static func all(of design: DesignDocument) -> [DesignedRun] {
    var seeds: [String: Int] = [:]
    return design.runs.flatMap { run in
      let label = "n\(short(run.params))-d\(short(run.tokens))"
      let first = seeds[label, default: 0]
      seeds[label] = first + run.repeats
      return (first..<first + run.repeats).map {
        DesignedRun(
          name: "\(label)-s\($0)", params: run.params, tokens: run.tokens, seed: $0,
          sizeColumn: design.sizeColumn ?? Role.params.rawValue)
      }
    }
  }

  private static func short(_ count: Double) -> String { formatCount(count, digits: 3).lowercased() }

  /// The run as an entry of `runs`.
  ///
  /// - Parameter file: that it is to stand in.
  package func section(in file: YAMLSection) throws(DocumentError) -> YAMLSection {
    try file.run(
      [("name", name)], size: JobSpec.sizeKeys[sizeColumn] ?? "params", params, tokens: tokens, seed: seed)
  }
}

extension JobSpec {
  /// The entry of `model` that says a size, by the column in which a run table holds such sizes.
  package static let sizeKeys = [
    Role.params.rawValue: "params", Role.paramsNonEmbedding.rawValue: "params_non_embedding",
  ]
}

extension YAMLSection {
  /// What a run of some size says beside the rest of this file.
  ///
  /// - Parameter entries: others, of plain names.
  package func run(
    _ entries: [(String, String)] = [], size key: String = "params", _ size: Double, tokens: Double, seed: Int
  ) throws(DocumentError) -> YAMLSection {
    let text =
      (entries.map { "\($0.0): \($0.1)" } + [
        "schema: \(JobSpec.schema)", "model: {\(key): \(plain(size))}",
        "training: {tokens: \(plain(tokens)), seed: \(seed)}",
      ]).joined(separator: "\n")
    return try YAMLSection(
      path: path, text: text, kind: "run", schema: JobSpec.schema,
      keys: ["schema", "model", "training"] + entries.map(\.0)
    ).without("schema")
  }
}
