import Fitting
import Tables

extension FittedLaw {
  /// The losses along a schedule, of a law that is of schedules: those of the fit, and of each draw.
  ///
  /// - Parameters:
  ///   - schedule: steps and learning rates, with columns that `RunTable.addingSchedule(warmup:target:)` made.
  ///   - params: the model's size, for a law over sizes.
  /// - Returns: one a row of the schedule; not finite before the first step.
  /// - Throws: ``LawError``, `TableError` where the law wants a column that is not there.
  public func losses(
    along schedule: RunTable, params: Double?
  ) throws -> (best: [Double], draws: [[Double]]) {
    var table = schedule
    if let params, law.variables.contains(where: { $0.column == Role.params.rawValue }) {
      let column = Column(
        name: Role.params.rawValue, values: .numbers(Array(repeating: params, count: schedule.rowCount)))
      table = try table.adding([column])
    }
    // Published parameters are of a law of one piece.
    let whole = try FittedLaw(
      law: try law.ofAllPieces(), parameters: parameters, draws: draws,
      ranges: ranges, logResiduals: logResiduals, provenance: provenance)
    let bound = whole.predictor(columns: try whole.law.variables.map { try table.values(named: $0.column) })
    return (bound.values(parameters: parameters), draws.map { bound.values(parameters: $0) })
  }
}
