import Documents
import Foundation
import Planning
import Report
import Tables

/// The figures of a plan: the valley of sizes at its compute, sizes on its cluster, and plans over budgets.
struct PlanFigure {
  private let plan: PlanDocument

  init(_ plan: PlanDocument) { self.plan = plan }

  var grid: PlotGrid {
    PlotGrid(
      title: "\(plan.law): a plan for \(formatFLOPs(plan.flops.value ?? .nan))",
      rows: [[valley, experts, tried, utilizations].compactMap { $0 }, [sizes, losses, times].compactMap { $0 }]
        .filter { !$0.isEmpty })
  }

  /// The loss of other sizes at the plan's compute.
  var valley: Plot? {
    guard let curve = plan.valley?.curve, let best = plan.params?.value, let loss = plan.loss.value else { return nil }
    var layers: [Plot.Layer] = []
    if let lower = curve.lower, let upper = curve.upper {
      layers.append(
        .band(
          .init(
            x: curve.params, lower: lower, upper: upper, ink: .index(0),
            label: "\(NumberText.percent(plan.intervalLevel)) of draws")))
    }
    layers.append(
      .line(.init(x: curve.params, y: curve.loss, ink: .index(0), width: 2, label: "loss at this compute")))
    layers.append(
      .annotation(.init(x: best, y: loss, text: "\(formatParams(best))", marker: .star, ink: .index(1))))
    return Plot(
      title: "Loss against size", subtitle: "at \(formatFLOPs(plan.flops.value ?? .nan))",
      x: .init("params", .log10, numbers: .suffixes), y: .init("loss"), layers: layers)
  }

  /// The loss of each number of experts, or the compute that it needs to reach a loss.
  private var experts: Plot? {
    guard let choice = plan.mixture, choice.alternatives.count > 1,
      let best = choice.alternatives.first(where: { $0.experts == choice.experts }), let loss = best.loss.value
    else { return nil }
    let isOfLosses = choice.alternatives.contains { abs(($0.loss.value ?? loss) - loss) > 1e-9 }
    func height(_ row: PlanDocument.MixtureSection.Row) -> Double? { isOfLosses ? row.loss.value : row.flops }
    let rows = choice.alternatives.filter { height($0) != nil }
    let y: Plot.Axis = isOfLosses ? .init("loss") : .init("training compute (FLOP)", .log10, numbers: .powers)
    return Plot(
      title: isOfLosses ? "Loss by number of experts" : "Compute by number of experts",
      x: .init("experts", .log10, numbers: .suffixes), y: y,
      layers: [
        .line(.init(x: rows.map(\.experts), y: rows.compactMap(height), ink: .index(0), width: 2)),
        .annotation(
          .init(
            x: best.experts, y: height(best) ?? .nan,
            text: best.experts == 1 ? "dense" : "\(Int(best.experts)) experts", marker: .star, ink: .index(1))),
      ])
  }

  /// The loss, or the time if all have the same loss, of the sizes that were tried on the cluster.
  private var tried: Plot? {
    guard let cluster = plan.cluster, cluster.sizes.count > 1 else { return nil }
    let isOfTimes = cluster.goal == "loss"
    func height(_ run: PlanDocument.Run) -> Double { isOfTimes ? run.seconds / 86_400 : run.loss }
    return sizePlot(
      cluster, "\(isOfTimes ? "Days" : "Loss") of sizes on \(cluster.devices) \(cluster.accelerator)",
      .init(isOfTimes ? "days" : "loss"), height)
  }

  private var utilizations: Plot? {
    guard let cluster = plan.cluster, cluster.sizes.count > 1 else { return nil }
    return sizePlot(cluster, "Utilization in the fastest layout", .init("MFU (%)")) { $0.mfu * 100 }
  }

  private func sizePlot(
    _ cluster: PlanDocument.ClusterSection, _ title: String, _ y: Plot.Axis, _ height: (PlanDocument.Run) -> Double
  ) -> Plot {
    Plot(
      title: title, x: .init("params", .log10, numbers: .suffixes), y: y,
      layers: [
        .line(.init(x: cluster.sizes.map(\.params), y: cluster.sizes.map(height), ink: .index(0), width: 2)),
        .annotation(
          .init(
            x: cluster.best.params, y: height(cluster.best), text: formatParams(cluster.best.params), marker: .star,
            ink: .index(1))),
      ])
  }

  /// The time on the cluster over budgets.
  private var times: Plot? {
    guard let rows = plan.sweep, rows.allSatisfy({ $0.seconds != nil }) else { return nil }
    return Plot(
      title: "Time over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers),
      y: .init("days", .log10),
      layers: [line(rows.compactMap { row in row.seconds.map { (row.budget, $0 / 86_400) } })])
  }

  private var sizes: Plot? {
    guard let rows = plan.sweep, rows.allSatisfy({ $0.params != nil }) else { return nil }
    return Plot(
      title: "Optimal size over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers),
      y: .init("params", .log10, numbers: .suffixes), layers: layers(rows) { $0.params })
  }

  private var losses: Plot? {
    guard let rows = plan.sweep else { return nil }
    return Plot(
      title: "Loss over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers), y: .init("loss"),
      layers: layers(rows) { $0.loss })
  }

  private func layers(
    _ rows: [PlanDocument.SweepSection], _ quantity: (PlanDocument.SweepSection) -> DocumentQuantity?
  ) -> [Plot.Layer] {
    let known = rows.compactMap { row in
      quantity(row).flatMap { one in one.value.map { (row.budget, $0, one.interval) } }
    }
    return [
      .band(
        .init(
          x: known.map(\.0), lower: known.map { $0.2?.first ?? $0.1 }, upper: known.map { $0.2?.last ?? $0.1 },
          ink: .index(0))),
      line(known.map { ($0.0, $0.1) }),
    ]
  }

  private func line(_ points: [(Double, Double)]) -> Plot.Layer {
    .line(.init(x: points.map(\.0), y: points.map(\.1), ink: .index(0), width: 2))
  }
}
