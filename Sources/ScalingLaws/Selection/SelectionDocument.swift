import Documents
import Foundation
import Tables

/// Choices of the model to fine-tune as a document, `windtunnel.selection/1`: one for each group of runs and budget.
public struct SelectionDocument: Document, Equatable {
  public static let schema = "windtunnel.selection/1"
  public static let kind = "selection document"
  public static let remedy = "write one with 'windtunnel select RUNS --target COUNT --output FILE'"

  /// The columns whose values distinguish the groups; empty if all runs belong together.
  public var by: [String]
  public var acceptThenStop: AcceptThenStop
  /// The level of every interval.
  public var level: Double
  /// Bootstrap resamples behind the intervals of fitted laws.
  public var resamples: Int
  public var seed: UInt64
  /// The source of each method's intervals.
  public var intervals: [String: String]
  public var runs: FitDocument.Runs
  /// Group by group in the order of the table, and for each the budgets in the given order.
  public var selections: [ModelSelection]
  public var tool: String

  /// The number of models that tables show for each ranking; nil in documents of earlier versions.
  public var top: Int?

  /// Chooses a model for every group of runs and every budget.
  ///
  /// - Parameters:
  ///   - columns: those whose values distinguish the groups, such as the task; without any, all runs are one group.
  ///   - budgets: the numbers of examples up to which the runs are used.
  /// - Throws: `TableError` for runs that are not fine-tuning curves, or too few of them.
  public init(
    _ runs: RunTable, by columns: [String], budgets: [Double], _ request: SelectionRequest,
    exclusions: [FitDocument.Exclusion] = [], notes: [String] = []
  ) throws {
    selections = []
    for group in try runs.grouped(by: columns) {
      let labels = Dictionary(zip(columns, group.values), uniquingKeysWith: { first, _ in first })
      let curves = try FineTuningCurve.curves(of: runs.selecting(rows: group.rows))
      for budget in budgets {
        do {
          var selection = try ModelSelection(curves, upTo: budget, request)
          selection.group = labels
          selections.append(selection)
        } catch {
          let place = group.values.isEmpty ? "" : "\(group.values.joined(separator: ", ")): "
          throw TableError(.badData, file: runs.table.name, message: "\(place)\(error)")
        }
      }
    }
    by = columns
    acceptThenStop = request.acceptThenStop
    level = request.level
    resamples = request.resamples
    seed = request.seed
    intervals = Dictionary(
      SelectionMethod.allCases.compactMap { method in method.intervalSource.map { (method.rawValue, $0) } },
      uniquingKeysWith: { first, _ in first })
    self.runs = FitDocument.Runs(runs, exclusions: exclusions, notes: notes)
    tool = "windtunnel \(windtunnelVersion)"
  }
}
