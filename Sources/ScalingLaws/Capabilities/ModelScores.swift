import Foundation
import Tables

/// Public models with their benchmark scores and, if known, their training compute.
public struct ModelScores: Sendable {
  public let models: [String]
  /// The series of each model; empty if the table has none.
  public let families: [String]
  /// Training compute in FLOP, NaN if unknown; empty if the table has none.
  public let flops: [Double]
  public let benchmarks: [String]
  /// One row for each model, a share of 1 for each benchmark, NaN if missing.
  public let scores: [[Double]]
  /// The lines of models that have no score at all and are left out.
  public let droppedLines: [Int]

  /// - Parameter names: the columns of scores; all numeric columns without another meaning whose cells are shares, if
  ///   nil.
  /// - Throws: `TableError` for a column that is missing or does not hold shares of 1, and for fewer than two
  ///   benchmarks.
  public init(_ runs: RunTable, benchmarks names: [String]? = nil) throws {
    let table = runs.table
    if let names {
      benchmarks = names
      for name in names {
        guard table.column(name) != nil else { throw runs.missing(name, "of scores") }
        let values = try table.numbers(name)
        guard let row = values.firstIndex(where: { !$0.isNaN && !(0...1).contains($0) }) else { continue }
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row), column: name,
          message: "a score must be a share between 0 and 1, not \(values[row]); divide percentages by 100")
      }
    } else {
      benchmarks = try table.columns.map(\.name).filter { name in
        guard try runs.resolve(name)?.role == nil, let values = try? table.numbers(name) else { return false }
        return values.contains { !$0.isNaN } && values.allSatisfy { $0.isNaN || (0...1).contains($0) }
      }
    }
    guard benchmarks.count > 1 else {
      throw TableError(
        .badData, file: table.name,
        message:
          "\(benchmarks.isEmpty ? "no column looks" : "only '\(benchmarks[0])' looks") like a benchmark's scores "
          + "(numbers from 0 to 1); name two or more with --benchmarks, and divide percentages by 100")
    }
    let columns = try benchmarks.map { try table.numbers($0) }
    let all = (0..<runs.rowCount).map { row in columns.map { $0[row] } }
    let kept = all.indices.filter { !all[$0].allSatisfy(\.isNaN) }
    droppedLines = all.indices.filter { all[$0].allSatisfy(\.isNaN) }.map { table.line(ofRow: $0) }
    scores = kept.map { all[$0] }
    let named: Role? = try [Role.model, .run].first { try runs.column(for: $0) != nil }
    let labels = try named.map { try runs.labels(for: $0) }
    models = kept.map { labels?[$0] ?? "line \(table.line(ofRow: $0))" }
    let series = try runs.column(for: .group) == nil ? nil : try runs.labels(for: .group)
    families = series.map { labels in kept.map { labels[$0] } } ?? []
    let compute = try runs.column(for: .flops) == nil ? nil : try runs.values(for: .flops)
    if let compute, let row = compute.firstIndex(where: { !$0.isNaN && !($0 > 0 && $0.isFinite) }) {
      throw TableError(
        .badData, file: table.name, line: table.line(ofRow: row), column: "flops",
        message: "training compute must be a finite number above zero, or left empty, not \(compute[row])")
    }
    flops = compute.map { values in kept.map { values[$0] } } ?? []
  }

  /// The number of missing scores.
  public var missingCount: Int { scores.reduce(0) { $0 + $1.count(where: \.isNaN) } }
}
