import Documents
import Report
import ScalingLaws
import Tables

extension PredictCommand {
  struct Prediction: Document {
    static let schema = "windtunnel.prediction/1"
    static let kind = "prediction"

    var law: String
    var provenance: String
    var at: [String: Double]
    /// The predictions of the law.
    var target: String
    /// The prediction of the target, whatever its name.
    var loss: Estimate
    /// The dense size of equal loss, for a law of experts.
    var denseEquivalent: Estimate?
    /// Every law of a chain, including the last one; nil if there is one law.
    var steps: [Step]?
    /// The level of the intervals; nil in documents of earlier versions.
    var level: Double?
    var warnings: [String]

    struct Step: Codable {
      var law: String
      var target: String
      var estimate: Estimate
    }

    struct Estimate: Codable {
      var value: Double
      /// The interval of the mean loss of such runs.
      var interval: [Double]?
      /// The interval of the loss of one such run.
      var predictionInterval: [Double]?
    }
  }

  /// The curve of losses along a schedule, `windtunnel.curve/1`.
  struct Curve: Document {
    static let schema = "windtunnel.curve/1"
    static let kind = "predicted curve"

    var law: String
    var target: String
    var provenance: String
    var points: [Point]
    /// The level of the intervals; nil in documents of earlier versions.
    var level: Double?
    var warnings: [String]

    struct Point: Codable {
      var step: Double
      var learningRate: Double
      var loss: Double
      /// The interval of the mean loss of such runs.
      var interval: [Double]?
    }
  }
}

extension PredictCommand.Prediction: ShownDocument {
  func text(on terminal: Terminal) -> String {
    func text(_ interval: [Double]?) -> String {
      interval.map { "\(NumberText.rounded($0[0], 5)) … \(NumberText.rounded($0[1], 5))" } ?? "–"
    }
    let level = NumberText.percent(self.level ?? 0.9)
    let place = at.sorted { $0.key < $1.key }.map { "\($0.key) \(NumberText.count($0.value))" }.joined(
      separator: ", ")
    var table = TextTable([.init("\(target) at \(place)"), .init("")], terminal: terminal)
    for step in steps?.dropLast() ?? [] {
      table.add(["\(step.target) predicted", NumberText.rounded(step.estimate.value, 6)])
      table.add(["\(level) interval of the mean", text(step.estimate.interval)])
    }
    table.add(["predicted", NumberText.rounded(loss.value, 6)])
    table.add(["\(level) interval of the mean", text(loss.interval)])
    table.add(["\(level) interval of one run", text(loss.predictionInterval)])
    if let dense = denseEquivalent {
      table.addRule()
      table.add(["dense model of equal loss", formatParams(dense.value)])
      let range = dense.interval.map { "\(formatParams($0[0])) … \(formatParams($0[1]))" }
      if let range { table.add(["\(level) interval", range]) }
    }
    let warnings = warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }
    return table.render(width: terminal.columns) + terminal.styled(provenance, .dim) + "\n"
      + warnings.joined()
  }
}

extension PredictCommand.Curve: ShownDocument {
  private static let mostRows = 20

  func text(on terminal: Terminal) -> String {
    var table = TextTable(
      [
        .init("step", .right), .init("learning rate", .right), .init("\(target)", .decimal),
        .init("\(NumberText.percent(level ?? 0.9)) interval of the mean"),
      ], terminal: terminal)
    let stride = max(1, (points.count + Self.mostRows - 1) / Self.mostRows)
    for (index, point) in points.enumerated()
    where (points.count - 1 - index).isMultiple(of: stride) {
      table.add([
        NumberText.count(point.step, 6), NumberText.count(point.learningRate), NumberText.rounded(point.loss, 5),
        point.interval.map { "\(NumberText.rounded($0[0], 5)) … \(NumberText.rounded($0[1], 5))" } ?? "–",
      ])
    }
    let warnings = warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }
    let shown = stride > 1 ? "one row in \(stride) of \(points.count); --format json has all. " : ""
    return table.render(width: terminal.columns) + terminal.styled(shown + provenance, .dim) + "\n"
      + warnings.joined()
  }
}
