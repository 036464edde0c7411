import Documents
import Foundation
import Launch
import Report
import Tables
import Workflows

/// The pictures of a loop: what pilots led to predict and what was achieved, and the way there.
struct LoopFigure {
  private let registration: Registration
  private let outcome: LoopOutcome

  init(_ outcome: LoopOutcome) { (registration, self.outcome) = (outcome.report.registration, outcome) }

  var grid: PlotGrid { PlotGrid(title: outcome.report.name, rows: [[ends, way].compactMap { $0 }]) }

  /// Losses over compute.
  private var ends: Plot {
    let measured = outcome.pilot.filter { $0.loss != nil }
    var layers: [Plot.Layer] = [
      .points(
        .init(x: measured.map(\.flops), y: measured.compactMap(\.loss), ink: .index(0), label: "pilot runs"))
    ]
    let level = NumberText.rounded(registration.level * 100)
    if let bounds = registration.predictionInterval {
      let sides = [registration.flops / 1.15, registration.flops * 1.15]
      layers.append(
        .band(
          .init(
            x: sides, lower: [bounds[0], bounds[0]], upper: [bounds[1], bounds[1]], ink: .index(1),
            label: "\(level) % of single runs, predicted")))
    }
    layers.append(
      .annotation(
        .init(x: registration.flops, y: registration.loss, text: "predicted", marker: .cross, ink: .index(1))))
    let made = outcome.target.filter { $0.loss != nil }
    layers.append(
      .points(
        .init(
          x: made.map(\.flops), y: made.compactMap(\.loss), ink: .index(2), radii: [5], label: "achieved")))
    return Plot(
      title: "Loss over compute", subtitle: "registered \(registration.registered), before the run began",
      x: .init("training compute (FLOP)", .log10, numbers: .powers), y: .init("loss"), layers: layers)
  }

  /// Losses along the target; nil where it was not watched.
  private var way: Plot? {
    guard let curve = outcome.expected.first else { return nil }
    var layers: [Plot.Layer] = [
      .band(
        .init(
          x: curve.points.map(\.step), lower: curve.points.map(\.low), upper: curve.points.map(\.high), ink: .index(1),
          label: "\(NumberText.percent(curve.level)) of single runs, predicted")),
      .line(.init(x: curve.points.map(\.step), y: curve.points.map(\.loss), ink: .index(1), label: "predicted")),
    ]
    for run in outcome.target {
      let points = run.points.filter { $0.step > 0 && $0.metrics[curve.metric]?.isFinite == true }
      layers.append(
        .points(
          .init(
            x: points.map(\.step), y: points.compactMap { $0.metrics[curve.metric] }, ink: .index(2),
            label: run.spec.name)))
    }
    return Plot(
      title: "Along the way", subtitle: "as the pilots' curves have it", x: .init("step", .log10, numbers: .suffixes),
      y: .init(curve.metric), layers: layers)
  }
}
