import Report
import Tables
import Workflows

extension LoopReport {
  /// The report as a table.
  var text: String {
    let percent = format(registration.level * 100, significant: 3)
    var table = TextTable([.init(name), .init("", .right), .init("")])
    func interval(_ bounds: [Double]?) -> String {
      bounds.map { "\(format($0[0], significant: 5)) … \(format($0[1], significant: 5))" } ?? "–"
    }
    table.add([
      "pilot runs", "\(pilot.runs)",
      "\(formatFLOPs(pilot.flops)) in \(formatDuration(max(1, pilot.seconds), digits: 2))",
    ])
    if let error = pilot.backTestError {
      table.add([
        "back-test", "\(format(error * 100, significant: 2)) %", "mean error of the dearer runs, from the cheaper",
      ])
    }
    table.add([
      "target", formatFLOPs(registration.flops),
      "\(format(registration.flops / registration.largestPilot, significant: 3)) times the largest pilot",
    ])
    table.add([
      "", "\(formatCount(registration.params)) params", "on \(formatCount(registration.tokens)) tokens",
    ])
    table.add([
      "foretold loss", format(registration.loss, significant: 5),
      "\(percent) %: \(interval(registration.predictionInterval))",
    ])
    for outcome in outcomes {
      let verdict = outcome.isWithin.map { $0 ? "within the interval" : "outside the interval" } ?? ""
      table.add([
        "achieved (\(outcome.run))", format(outcome.loss, significant: 5),
        "\(verdict), the prediction was \(format(abs(outcome.error) * 100, significant: 2)) % too "
          + (outcome.error > 0 ? "high" : "low"),
      ])
    }
    for outcome in outcomes {
      guard let watch else { break }
      table.add([
        "along the way", watch,
        outcome.held ?? 0 == 0
          ? "not measured, so held against nothing"
          : outcome.deviation ?? "ended as the pilots' curves foretell, within the interval",
      ])
    }
    return table.render() + "\nregistered \(registration.registered), before the run began\n"
  }
}
