import Tables

extension RunTable {
  /// The number of pieces into which a schedule is cut.
  public static let schedulePieces = 32

  /// The column of the learning rate summed over all steps up to each row's.
  public static let rateSumColumn = "lr_sum"

  /// The learning rate summed over all steps up to each row's; nil without the columns of schedules.
  public var rateSums: [Double]? { try? values(named: Self.rateSumColumn) }

  /// The columns of the change, the rate after it and the rate summed since, of one piece.
  static func scheduleColumns(_ piece: Int) -> [String] {
    ["lr_change_\(piece)", "lr_after_\(piece)", "lr_sum_since_\(piece)"]
  }

  /// The table with the columns of its schedules, without rows that have no loss: those only say what the rate was.
  ///
  /// Rows are points of curves in the order of their steps; a curve ends where the step does not rise, or where the
  /// name of the run changes.
  ///
  /// - Parameters:
  ///   - warmup: the steps of an even rise of the rate before the first row of each curve.
  ///   - target: the column of losses; every row is kept where nil.
  public func addingSchedule(warmup: Double = 0, target: String?) throws -> RunTable {
    let steps = try values(for: .steps)
    let rates = try values(for: .learningRate)
    let losses = try target.map { try values(named: $0) }
    for row in 0..<rowCount {
      for (value, name) in [(steps[row], "step"), (rates[row], "learning rate")] where !(value >= 0 && value.isFinite) {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row),
          message: "the \(name) of a curve's point should be a number of 0 or more, not \(value)")
      }
    }
    let names = try column(for: .run) == nil ? nil : labels(for: .run)
    var kept: [Int] = []
    var sums: [Double] = []
    var pieces: [[LearningRateSchedule.Piece]] = []
    let curves = curves(steps, names)
    for curve in curves {
      let schedule = LearningRateSchedule(
        steps: curve.map { steps[$0] }, rates: curve.map { rates[$0] }, warmup: warmup)
      let wanted = curve.indices.filter { !(losses?[curve[$0]].isNaN ?? false) }
      kept += wanted.map { curve[$0] }
      sums += wanted.map { schedule.sums[$0] }
      guard let own = schedule.pieces(at: wanted, atMost: Self.schedulePieces) else {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: curve[0]),
          message:
            "the learning rate of the curve that begins here turns more than \(Self.schedulePieces) times; it should be "
            + "a schedule, without noise")
      }
      pieces += own
    }
    guard target == nil || curves.contains(where: { curve in curve.contains { rates[$0] != rates[curve[0]] } }) else {
      throw TableError(
        .badData, file: table.name,
        message: "the learning rate never changes, so what a change does cannot be learned; add a curve with a decay")
    }
    var columns = [Column(name: Self.rateSumColumn, values: .numbers(sums))]
    for index in 0..<Self.schedulePieces {
      let own = pieces.map { index < $0.count ? $0[index] : LearningRateSchedule.Piece() }
      for (name, values) in zip(
        Self.scheduleColumns(index + 1), [own.map(\.change), own.map(\.rate), own.map(\.since)])
      {
        columns.append(Column(name: name, values: .numbers(values)))
      }
    }
    return try selecting(rows: kept).adding(columns)
  }

  /// The number of each row's curve, from 0; nil without steps.
  var curveNumbers: [Int]? {
    guard let steps = try? values(for: .steps) else { return nil }
    return curves(steps, try? labels(for: .run)).enumerated().flatMap { number, rows in rows.map { _ in number } }
  }

  /// The rows of each curve.
  private func curves(_ steps: [Double], _ names: [String]?) -> [[Int]] {
    var curves: [[Int]] = []
    for row in 0..<rowCount {
      if let last = curves.last?.last, steps[row] > steps[last], names?[row] == names?[last] {
        curves[curves.count - 1].append(row)
      } else {
        curves.append([row])
      }
    }
    return curves
  }
}
