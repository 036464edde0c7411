import Documents
import Fitting
import Foundation
import Launch
import ScalingLaws
import Tables

/// The losses along a loop's target that the curves of its pilots predict.
struct LoopWatch {
  static let fitName = "curve-fit.json"

  private let path: String
  /// The metric along the way over the loss that is predicted.
  private let ratio: Double

  /// Fits whole curves of the pilots.
  ///
  /// - Throws: why they predict nothing: ``WorkflowError``, `LawError`, `TableError`, `FitError`.
  init(_ metric: String, of pilot: [CollectedRun], in folder: String, threads: Int, seed: UInt64) throws {
    guard let ratio = pilot.ratio(of: metric) else {
      throw WorkflowError(.noPrediction, "no pilot run has measured '\(metric)'")
    }
    self.ratio = ratio
    path = URL(fileURLWithPath: "\(folder)/\(Self.fitName)").path
    let table = pilot.scheduleTable(of: metric)
    try DocumentFile.write(table, to: "\(folder)/curves.csv")
    let runs = try RunTable(try Table.parse(table, name: "\(folder)/curves.csv")).addingSchedule(target: metric)
    var settings = FitProtocol(threads: threads)
    settings.resamples = Self.resamples
    settings.resampling = .groups(column: "run")
    settings.seed = seed
    let law = try LawCatalog().law(Law.multiPowerSizesName, over: runs).predicting(metric)
    let fit = try LawFit(law, to: runs, settings) { _ in }
    let document = FitDocument(fit, sensitivity: [], exclusions: [], notes: [])
    // Constants that no curve determines lie in a valley in which a minimizer does not converge; all of them predict the same.
    let valley = ["not_converged", "flat_direction"]
    if let problem = document.diagnostics.first(where: { $0.severity == .error && !valley.contains($0.code) }) {
      throw WorkflowError(.noPrediction, problem.message)
    }
    try DocumentFile.write(document.json(), to: path)
  }

  private static let resamples = 100

  /// The expectation of the run of a registration: that it comes to the registered loss, within its interval.
  func expected(_ registration: Registration) -> JobSpec.Expected {
    JobSpec.Expected(
      curve: path, level: registration.level, end: registration.loss * ratio,
      endInterval: registration.predictionInterval.map { $0.map { $0 * ratio } }, from: [CollectedRun].beginning)
  }
}
