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
    let document = try DesignDocument.read(path).value
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
  package var node: DocumentNode {
    .run(
      size: JobSpec.sizeKeys[sizeColumn] ?? "params", params, tokens: tokens, seed: seed
    )
    .with("name", DocumentNode(.text(name, isPlain: false)))
  }
}

extension JobSpec {
  /// The entry of `model` that says a size, by the column in which a run table holds such sizes.
  package static let sizeKeys = [
    Role.params.rawValue: "params", Role.paramsNonEmbedding.rawValue: "params_non_embedding",
  ]
}

extension DocumentNode {
  /// The entries of a run of some size, beside the rest of its file.
  ///
  /// - Parameter key: the entry of `model` that says the size.
  package static func run(size key: String = "params", _ size: Double, tokens: Double, seed: Int) -> DocumentNode {
    func entries(_ values: [(String, Double)]) -> DocumentNode {
      DocumentNode(.entries(values.map { Entry($0.0, DocumentNode(.number(plain($0.1)))) }))
    }
    return DocumentNode(
      .entries([
        Entry("model", entries([(key, size)])),
        Entry("training", entries([("tokens", tokens), ("seed", Double(seed))])),
      ]))
  }
}
