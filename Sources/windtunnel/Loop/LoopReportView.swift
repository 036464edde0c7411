import Documents
import Report
import Tables
import Workflows

extension LoopReport: ShownDocument {
  func text(on terminal: Terminal) -> String {
    let level = NumberText.percent(registration.level)
    var table = TextTable([.init(name), .init("", .right), .init("")])
    func interval(_ bounds: [Double]?) -> String {
      bounds.map { "\(NumberText.rounded($0[0], 5)) … \(NumberText.rounded($0[1], 5))" } ?? "–"
    }
    table.add([
      "pilot runs", "\(pilot.runs)",
      "\(formatFLOPs(pilot.flops)) in \(formatDuration(max(1, pilot.seconds), digits: 2))",
    ])
    if let error = pilot.backTestError {
      table.add([
        "back-test", NumberText.percent(error, 2), "mean error of the expensive runs, predicted from the cheap ones",
      ])
    }
    table.add([
      "target", formatFLOPs(registration.flops),
      "\(NumberText.rounded(registration.flops / registration.largestPilot)) times the largest pilot",
    ])
    table.add([
      "", "\(formatCount(registration.params)) params", "on \(formatCount(registration.tokens)) tokens",
    ])
    table.add([
      "predicted loss", NumberText.rounded(registration.loss, 5),
      "\(level): \(interval(registration.predictionInterval))",
    ])
    for outcome in outcomes {
      let verdict = outcome.isWithin.map { $0 ? "within the interval" : "outside the interval" } ?? ""
      table.add([
        "achieved (\(outcome.run))", NumberText.rounded(outcome.loss, 5),
        "\(verdict), the prediction was \(NumberText.percent(abs(outcome.error), 2)) too "
          + (outcome.error > 0 ? "high" : "low"),
      ])
    }
    for outcome in outcomes {
      guard let watch else { break }
      table.add([
        "along the way", watch,
        outcome.held ?? 0 == 0
          ? "not measured, so not compared"
          : outcome.deviation ?? "ended as the pilots' curves predict, within the interval",
      ])
    }
    return table.render() + "\nregistered \(registration.registered), before the run began\n"
  }
}
