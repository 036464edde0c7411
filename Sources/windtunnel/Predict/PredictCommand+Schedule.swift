import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

extension PredictCommand {
  /// The curve of losses along a schedule, `windtunnel.curve/1`.
  struct Curve: Document {
    static let schema = "windtunnel.curve/1"
    static let kind = "predicted curve"

    var law: String
    var target: String
    var provenance: String
    var points: [Point]
    var warnings: [String]

    struct Point: Codable {
      var step: Double
      var learningRate: Double
      var loss: Double
      /// The interval of the mean loss of such runs.
      var interval: [Double]?
    }
  }

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
      law: fitted.law.name, target: fitted.law.target, provenance: fitted.provenance, points: points,
      warnings: source.caveats + beyond(fitted, schedule))
    try output.emit(curve) { view(curve) }
  }

  private static let mostRows = 20

  private func beyond(_ fitted: FittedLaw, _ schedule: RunTable) -> [String] {
    guard let range = fitted.ranges[RunTable.rateSumColumn], let most = schedule.rateSums?.max(),
      most > 1.5 * range.upperBound
    else { return [] }
    return [
      "the learning rate of this schedule sums to \(NumberText.rounded(most / range.upperBound, 2)) times the largest "
        + "sum of the curves behind the fit: this extrapolates"
    ]
  }

  private func view(_ curve: Curve) -> String {
    let terminal = Terminal.standardOutput
    var table = TextTable(
      [
        .init("step", .right), .init("learning rate", .right), .init("\(curve.target)", .decimal),
        .init("\(NumberText.percent(interval)) interval of the mean"),
      ], terminal: terminal)
    let stride = max(1, (curve.points.count + Self.mostRows - 1) / Self.mostRows)
    for (index, point) in curve.points.enumerated()
    where (curve.points.count - 1 - index).isMultiple(of: stride) {
      table.add([
        NumberText.count(point.step, 6), NumberText.count(point.learningRate), NumberText.rounded(point.loss, 5),
        point.interval.map { "\(NumberText.rounded($0[0], 5)) … \(NumberText.rounded($0[1], 5))" } ?? "–",
      ])
    }
    let warnings = curve.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }
    let shown = stride > 1 ? "one row in \(stride) of \(curve.points.count); --format json has all. " : ""
    return table.render(width: terminal.columns) + terminal.styled(shown + curve.provenance, .dim) + "\n"
      + warnings.joined()
  }
}
