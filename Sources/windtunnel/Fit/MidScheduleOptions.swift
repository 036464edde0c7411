import ArgumentParser
import ScalingLaws
import Tables

/// Whether laws of finished runs are also fitted to points in the middle of a schedule.
struct MidScheduleOptions: ParsableArguments {
  @Flag(
    help: """
      Keep rows that a column (schedule_portion, decay_portion) marks as taken before the end of the learning-rate \
      schedule; laws of finished runs leave them out.
      """)
  var keepMidSchedule = false

  /// Leaves such rows out, with a note; does nothing if no column marks them, or if the laws need whole curves.
  ///
  /// - Parameter laws: the laws to be fitted to the same rows; empty for a method without a law.
  func apply(to loaded: inout SubsetOptions.Loaded, for laws: [Law]) throws {
    guard let unfinished = try loaded.runs.midScheduleRows(), !unfinished.rows.isEmpty else { return }
    let columns = unfinished.columns.joined(separator: ", ")
    let count = "\(unfinished.rows.count) of \(loaded.runs.rowCount) rows"
    let finished = laws.filter(\.isOfFinishedRuns)
    if !laws.isEmpty, finished.isEmpty { return }
    guard !keepMidSchedule, finished.count == laws.count else {
      let among = laws.count > 1 && finished.count < laws.count ? ": the other laws use whole curves" : ""
      loaded.notes.append(
        "\(count) were taken before the end of their schedule (\(columns) below 1) and are kept\(among); a law of "
          + "finished runs fitted to them predicts too high a loss")
      return
    }
    let (kept, lines) = try loaded.runs.dropping(unfinished)
    loaded.runs = kept
    loaded.exclusions.append(
      .init(reason: "taken before the end of the learning-rate schedule (\(columns) below 1)", lines: lines))
    loaded.notes.append(
      "\(count) are points in the middle of a schedule and left out: laws of finished runs do not hold there; "
        + "--keep-mid-schedule keeps them")
  }
}
