import Documents
import Foundation
import Tables

/// The losses of one pretrained model on one task, fine-tuned on increasing numbers of examples.
public struct FineTuningCurve: Hashable, Sendable {
  public let model: String
  /// Parameters of the model (N); nil if unknown.
  public let params: Double?
  /// The loss without any tuning; nil if it was not measured.
  public let zeroShotLoss: Double?
  /// Numbers of examples, ascending, all above 0.
  public let examples: [Double]
  /// The loss at each number of examples.
  public let losses: [Double]

  /// - Precondition: as many losses as numbers of examples, which ascend.
  public init(
    model: String, params: Double? = nil, zeroShotLoss: Double? = nil, examples: [Double], losses: [Double]
  ) {
    self.model = model
    self.params = params
    self.zeroShotLoss = zeroShotLoss
    self.examples = examples
    self.losses = losses
  }

  /// The part of the curve within a budget of examples.
  public func observed(upTo budget: Double) -> FineTuningCurve {
    // A ratio of the full size is a budget with a rounding error.
    let count = examples.count { $0 <= budget * (1 + 1e-9) }
    return FineTuningCurve(
      model: model, params: params, zeroShotLoss: zeroShotLoss, examples: Array(examples.prefix(count)),
      losses: Array(losses.prefix(count)))
  }

  /// The loss measured at exactly this number of examples.
  public func loss(at count: Double) -> Double? {
    examples.firstIndex { abs($0 - count) <= 1e-9 * count }.map { losses[$0] }
  }
}

extension FineTuningCurve {
  /// The curves of a table of runs (`model`, `examples`, `loss` and, if there is one, `params`), one for each model, in
  /// the order in which the models first occur. A run of 0 examples is the model without tuning.
  ///
  /// - Throws: `TableError` for a missing column, an invalid loss, a negative number of examples, a model that ran
  ///   twice on the same number of examples, and a model with two sizes.
  public static func curves(of runs: RunTable) throws(TableError) -> [FineTuningCurve] {
    _ = try runs.validated(for: [.model, .loss])
    let examples = try examples(of: runs)
    let losses = try runs.values(for: .loss)
    let sizes = try runs.column(for: .params) == nil ? nil : try runs.values(for: .params)
    var curves: [FineTuningCurve] = []
    for group in try runs.grouped(by: [Role.model.rawValue]) {
      let rows = group.rows.sorted { (examples[$0], $0) < (examples[$1], $1) }
      for (row, next) in zip(rows, rows.dropFirst()) where examples[row] == examples[next] {
        throw repeated(runs, model: group.values[0], rows: (row, next), examples[row])
      }
      let tuned = rows.filter { examples[$0] > 0 }
      var params: Double?
      if let sizes { params = try size(runs, group, sizes) }
      curves.append(
        FineTuningCurve(
          model: group.values[0], params: params,
          zeroShotLoss: rows.first { examples[$0] == 0 }.map { losses[$0] }, examples: tuned.map { examples[$0] },
          losses: tuned.map { losses[$0] }))
    }
    return curves
  }

  private static func examples(of runs: RunTable) throws(TableError) -> [Double] {
    let examples = try runs.values(for: .examples)
    if let row = examples.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
      throw TableError(
        .badData, file: runs.table.name, line: runs.table.line(ofRow: row),
        column: try runs.column(for: .examples)?.column,
        message: "expected a number of examples, or 0 for the model without tuning, found "
          + "\(examples[row].isNaN ? "a missing cell" : "\(examples[row])"); correct it or leave the run out with "
          + "--where"
      )
    }
    return examples
  }

  private static func repeated(_ runs: RunTable, model: String, rows: (Int, Int), _ examples: Double) -> TableError {
    TableError(
      .badData, file: runs.table.name, line: runs.table.line(ofRow: rows.1),
      message: "the model '\(model)' ran twice on \(plainCount(examples)) examples (see line "
        + "\(runs.table.line(ofRow: rows.0))); name the column that distinguishes the two with --by (such as the "
        + "task), or leave one out with --where")
  }

  /// The single size of a model; nil if no row has it.
  private static func size(_ runs: RunTable, _ group: RowGroup, _ sizes: [Double]) throws(TableError) -> Double? {
    var known: Double?
    for row in group.rows where !sizes[row].isNaN {
      guard sizes[row].isFinite, sizes[row] > 0, sizes[row] == known ?? sizes[row] else {
        throw TableError(
          .badData, file: runs.table.name, line: runs.table.line(ofRow: row),
          column: try runs.column(for: .params)?.column,
          message: known.map {
            "the model '\(group.values[0])' has \(sizes[row]) parameters here and \($0) before; correct one"
          }
            ?? "expected a size above zero, found \(sizes[row])")
      }
      known = sizes[row]
    }
    return known
  }
}

/// A number of examples without suffix or rounding, as in a table.
func plainCount(_ count: Double) -> String {
  count == count.rounded() && count < 1e15 ? NumberText.fixed(count, 0) : "\(count)"
}
