import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

extension PredictCommand {
  /// Predicts the loss at every row of a schedule.
  func predictCurve(_ source: SourceOptions.Source, along path: String) throws {
    guard source.fitted.law.isOfSchedules else {
      throw UsageError(
        "--schedule needs a fit of the law \(Law.multiPowerName), not of \(source.fitted.law.name); "
          + "'windtunnel fit CURVES --law \(Law.multiPowerName) --output fit.json' makes one")
    }
    let isOfSizes = source.fitted.law.name == Law.multiPowerSizesName
    guard isOfSizes == (params != nil), tokens == nil, flops == nil, assignments.isEmpty else {
      throw UsageError(
        isOfSizes
          ? "this law needs exactly --schedule and --params, the model's size"
          : "this law needs only --schedule; leave out --params, --tokens, --flops and --set")
    }
    let schedule = try RunTable(try Table.read(path)).addingSchedule(warmup: warmup, target: nil)
    let fitted = source.fitted
    let (values, draws) = try fitted.losses(
      along: schedule, params: try params.map { try parseCount($0, of: .params) })
    let steps = try schedule.values(for: .steps)
    let rates = try schedule.values(for: .learningRate)
    // Before any step there is no loss: the law's first term has no value at a sum of 0.
    let points = values.indices.filter { values[$0].isFinite }.map { row in
      Curve.Point(
        step: steps[row], learningRate: rates[row], loss: values[row],
        interval: percentileInterval(draws.map { $0[row] }, level: interval).map { [$0.lowerBound, $0.upperBound] })
    }
    guard !points.isEmpty else {
      throw UsageError("the learning rate of \(path) is 0 throughout, where the law has no value; check the column")
    }
    let curve = Curve(
      law: fitted.law.name, target: fitted.law.target, provenance: fitted.provenance, points: points, level: interval,
      warnings: source.caveats + beyond(fitted, schedule))
    try output.emit(curve)
  }

  private func beyond(_ fitted: FittedLaw, _ schedule: RunTable) -> [String] {
    guard let range = fitted.ranges[RunTable.rateSumColumn], let most = schedule.rateSums?.max(),
      most > 1.5 * range.upperBound
    else { return [] }
    return [
      "the learning rate of this schedule sums to \(NumberText.rounded(most / range.upperBound, 2)) times the largest "
        + "sum of the curves behind the fit: this extrapolates"
    ]
  }
}
