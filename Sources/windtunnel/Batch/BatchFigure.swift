import Documents
import Foundation
import Report
import ScalingLaws

/// The figures of critical batch sizes: the trade-off of time for compute, and the growth over groups.
struct BatchFigure {
  private let document: BatchDocument

  init(_ document: BatchDocument) { self.document = document }

  var grid: PlotGrid {
    PlotGrid(title: "Critical batch size", rows: [[frontier] + (scaling.map { [$0] } ?? [])])
  }

  /// Examples against steps along the batch sizes, with the runs; in units of the fewest if steps are not known.
  var frontier: Plot {
    let hasSteps = document.groups.contains { $0.minSteps != nil }
    var layers: [Plot.Layer] = []
    for (index, group) in document.groups.enumerated() {
      let points = group.frontier
      layers.append(
        .line(
          .init(
            x: points.map { $0.steps ?? $0.relativeTime }, y: points.map { $0.examples ?? $0.relativeCompute },
            ink: .index(index), label: document.groups.count > 1 ? group.name : "")))
      if !group.observed.isEmpty {
        layers.append(
          .points(
            .init(
              x: group.observed.map(\.steps), y: group.observed.map { $0.batch * $0.steps }, ink: .index(index))))
      }
      layers.append(
        .annotation(
          .init(
            x: 2 * (group.minSteps?.value ?? 1), y: 2 * (group.minExamples?.value ?? 1),
            text: document.groups.count > 1 ? "" : document.name(of: group.critical[0].definition),
            marker: .star, ink: .index(index))))
    }
    return Plot(
      title: "Time against compute", subtitle: "★ both twice their minimum",
      x: hasSteps ? .init("steps", .log10, numbers: .suffixes) : .init("time (steps/S_min)", .log10),
      y: hasSteps
        ? .init(document.unit.rawValue, .log10, numbers: .suffixes) : .init("compute (examples/E_min)", .log10),
      layers: layers)
  }

  private var scaling: Plot? {
    guard let scaling = document.scaling else { return nil }
    let sizes = document.groups.compactMap(\.size).sorted()
    var layers: [Plot.Layer] = []
    for (index, law) in scaling.laws.enumerated() {
      let known = document.groups.compactMap { group in
        group.size.flatMap { size in group.critical(law.definition).map { (size, $0.batch.value) } }
      }
      layers.append(
        .line(
          .init(
            x: sizes, y: sizes.map(law.batch), ink: .index(index),
            label:
              "\(document.name(of: law.definition)) ∝ \(scaling.over)^\(NumberText.rounded(law.exponent.value))"
          )))
      layers.append(.points(.init(x: known.map(\.0), y: known.map(\.1), ink: .index(index))))
    }
    return Plot(
      title: "Critical batch size over \(scaling.over)", x: .init(scaling.over, .log10, numbers: .suffixes),
      y: .init("batch (\(document.unit.rawValue))", .log10, numbers: .suffixes), layers: layers)
  }
}
