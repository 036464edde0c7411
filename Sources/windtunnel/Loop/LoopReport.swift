import Documents
import Foundation
import Launch
import Report
import ScalingLaws
import Tables

/// What a closed loop foretold and what came of it, `windtunnel.loop-report/1`.
struct LoopReport: Encodable {
  let schema = "windtunnel.loop-report/1"
  let name: String
  let registration: Registration
  let pilot: Pilot
  let outcomes: [Outcome]
  /// The metric by which the run was watched along its way.
  let watch: String?
  /// Whether every outcome lies in the prediction's interval of a single run; nil without one.
  let isWithin: Bool?

  struct Pilot: Encodable {
    let runs: Int
    let flops, seconds: Double
    /// Mean |log prediction − log observation| of fits below a compute for runs above it.
    let backTestError: Double?
  }

  struct Outcome: Encodable {
    let run: String
    let loss: Double
    /// The prediction over the loss, less 1.
    let error: Double
    let isWithin: Bool?
    let seconds: Double?
    /// How many losses on its way were held against what the pilots' curves foretell; nil where it was not watched.
    let held: Int?
    /// How they left that; nil where they did not.
    let deviation: String?
  }

  init(
    name: String, _ registration: Registration, pilot: [CollectedRun], target: [CollectedRun], backTest: BackTest?,
    watch: String?, deviations: [String: String]
  ) {
    self.name = name
    self.registration = registration
    self.watch = watch
    self.pilot = Pilot(
      runs: pilot.count, flops: pilot.reduce(0) { $0 + $1.flops }, seconds: pilot.compactMap(\.seconds).reduce(0, +),
      backTestError: backTest?.error)
    let outcomes = target.compactMap { run -> Outcome? in
      guard let loss = run.loss else { return nil }
      return Outcome(
        run: run.spec.name, loss: loss, error: registration.loss / loss - 1,
        isWithin: registration.predictionInterval.map { $0[0] <= loss && loss <= $0[1] }, seconds: run.seconds,
        held: watch.map { metric in
          let first = [CollectedRun].beginning * Double(run.spec.training.steps)
          return run.points.count { $0.step >= first && $0.metrics[metric] != nil }
        }, deviation: deviations[run.spec.name])
    }
    self.outcomes = outcomes
    isWithin = registration.predictionInterval.map { _ in outcomes.allSatisfy { $0.isWithin ?? false } }
  }

  var text: String {
    let percent = NumberText.rounded(registration.level * 100)
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
        "back-test", NumberText.percent(error, 2), "mean error of the dearer runs, from the cheaper",
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
      "foretold loss", NumberText.rounded(registration.loss, 5),
      "\(percent) %: \(interval(registration.predictionInterval))",
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
          ? "not measured, so held against nothing"
          : outcome.deviation ?? "ended as the pilots' curves foretell, within the interval",
      ])
    }
    return table.render() + "\nregistered \(registration.registered), before the run began\n"
  }
}
