import Documents
import Formulas
import Foundation
import Tables

/// The columns of a log of gradient norms at two batch sizes: one row for each step.
///
/// Columns are recognized by the words of their names: `small`, `micro` or `local` for the small batch, `large`, `big`,
/// `global` or `full` for the large one; `norm` or `grad` for a norm, with `sq`, `squared` or a `2` for its square;
/// `batch`, `bs` or `b` for a batch size. So `grad_norm_sq_small`, `G2_big`, `micro_batch_size` and `B_big` are
/// recognized; the names in `Column` take precedence.
public struct GradientLog: Sendable {
  private let runs: RunTable
  private let columns: [Column: Found]
  private let options: BatchOptions

  enum Column: String, CaseIterable {
    case smallBatch = "small_batch"
    case largeBatch = "large_batch"
    case smallNorm = "small_squared_norm"
    case largeNorm = "large_squared_norm"
  }

  private struct Found {
    var name: String
    /// Whether the column holds norms that are not squared yet.
    var isPlainNorm = false
  }

  /// - Throws: `TableError` if a required column is missing or ambiguous.
  public init(_ runs: RunTable, _ options: BatchOptions) throws(TableError) {
    self.runs = runs
    self.options = options
    var columns: [Column: Found] = [:]
    for column in Column.allCases {
      let known = runs.table.columns.map(\.name).compactMap { name in
        Self.recognized(name).flatMap { $0.column == column ? Found(name: name, isPlainNorm: $0.isPlainNorm) : nil }
      }
      if let exact = known.first(where: { $0.name == column.rawValue }) {
        columns[column] = exact
      } else if known.count > 1 {
        throw TableError(
          .badData, file: runs.table.name,
          message:
            "columns \(known.map { "'\($0.name)'" }.joined(separator: ", ")) could all be the \(column.meaning); "
            + "choose one with --rename '\(known[0].name)=\(column.rawValue)'")
      } else {
        columns[column] = known.first
      }
    }
    self.columns = columns
    for column in [Column.smallNorm, .largeNorm] where columns[column] == nil { throw missing(column, remedy: "") }
    if columns[.smallBatch] == nil, options.smallBatch == nil {
      throw missing(.smallBatch, remedy: "give it with --small-batch, or ")
    }
    if columns[.largeBatch] == nil, options.largeBatch == nil {
      throw missing(.largeBatch, remedy: "give it with --large-batch, or ")
    }
  }

  /// Whether a table has any column of gradient norms at a small or a large batch.
  public static func isLikely(_ runs: RunTable) -> Bool {
    runs.table.columns.contains { [.smallNorm, .largeNorm].contains(recognized($0.name)?.column) }
  }

  /// The interpretation of the columns, in sentences.
  public var notes: [String] {
    Column.allCases.compactMap { column in
      guard let found = columns[column] else { return nil }
      if found.isPlainNorm { return "'\(found.name)' is read as a norm and squared" }
      return found.name == column.rawValue ? nil : "'\(found.name)' is read as the \(column.meaning)"
    }
  }

  /// The norms of some rows, in the order of their steps if the table has those.
  public func norms(rows: [Int]) throws(TableError) -> [GradientNorms] {
    let small = try values(.smallBatch, options.smallBatch)
    let large = try values(.largeBatch, options.largeBatch)
    let smallNorm = try values(.smallNorm, nil)
    let largeNorm = try values(.largeNorm, nil)
    var order = rows
    if try runs.column(for: .steps) != nil {
      let steps = try runs.values(for: .steps)
      order.sort { (steps[$0], $0) < (steps[$1], $1) }
    }
    var norms: [GradientNorms] = []
    for row in order {
      let one = GradientNorms(
        smallBatch: small[row], largeBatch: large[row], smallSquaredNorm: smallNorm[row],
        largeSquaredNorm: largeNorm[row])
      if let fault = one.fault {
        throw TableError(
          .badData, file: runs.table.name, line: runs.table.line(ofRow: row),
          message: "\(fault); correct it, or leave such rows out with --where")
      }
      norms.append(one)
    }
    return norms
  }

  private func values(_ column: Column, _ given: Double?) throws(TableError) -> [Double] {
    if let given { return [Double](repeating: given, count: runs.rowCount) }
    guard let found = columns[column] else { throw missing(column, remedy: "") }
    let numbers = try runs.table.numbers(found.name)
    return found.isPlainNorm ? numbers.map { $0 * $0 } : numbers
  }

  private func missing(_ column: Column, remedy: String) -> TableError {
    let names = runs.table.columns.map(\.name)
    let near = nearestName(to: column.rawValue, among: names.filter { Self.recognized($0) == nil })
    let hint =
      near.map { "if '\($0)' is meant, add --rename '\($0)=\(column.rawValue)'" }
      ?? "name it with --rename COLUMN=\(column.rawValue)"
    return TableError(
      .badData, file: runs.table.name,
      message: "no column for the \(column.meaning) among \(names.map { "'\($0)'" }.joined(separator: ", ")); "
        + remedy + hint)
  }

  private static func recognized(_ name: String) -> (column: Column, isPlainNorm: Bool)? {
    let words = Set(name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    func has(_ parts: String...) -> Bool { parts.contains { part in words.contains { $0.contains(part) } } }
    let isSmall = has("small", "micro", "local")
    guard isSmall != has("large", "big", "global", "full") else { return nil }
    if has("norm", "grad") || !words.isDisjoint(with: ["g", "g2", "gsq"]) {
      let isSquared = has("sq") || words.contains { $0.hasSuffix("2") && $0 != "l2" }
      return (isSmall ? .smallNorm : .largeNorm, !isSquared)
    }
    guard has("batch") || !words.isDisjoint(with: ["b", "bs"]) else { return nil }
    return (isSmall ? .smallBatch : .largeBatch, false)
  }
}

extension GradientLog.Column {
  fileprivate var meaning: String {
    switch self {
    case .smallBatch: "size of the small batch"
    case .largeBatch: "size of the large batch"
    case .smallNorm: "squared gradient norm at the small batch"
    case .largeNorm: "squared gradient norm at the large batch"
    }
  }
}
