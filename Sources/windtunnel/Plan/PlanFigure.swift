import Documents
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

/// The figures of a plan: the valley of sizes at its compute, sizes on its cluster, and plans over budgets.
struct PlanFigure {
  private let plan: Plan
  private let fitted: FittedLaw
  private let rows: [SweepRow]?
  private let cluster: PlanDocument.ClusterSection?

  init(_ plan: Plan, _ fitted: FittedLaw, _ rows: [SweepRow]?, _ cluster: PlanDocument.ClusterSection?) {
    self.plan = plan
    self.fitted = fitted
    self.rows = rows
    self.cluster = cluster
  }

  var grid: PlotGrid {
    PlotGrid(
      title: "\(plan.law): a plan for \(formatFLOPs(plan.flops.value))",
      rows: [[valley, experts, tried, utilizations].compactMap { $0 }, [sizes, losses, times].compactMap { $0 }]
        .filter { !$0.isEmpty })
  }

  /// The loss of other sizes at the plan's compute; nil for a law without size and tokens, or with further variables.
  var valley: Plot? {
    guard let best = plan.params?.value, fitted.law.variables.count == 2, fitted.law.variable(of: "params") != nil,
      fitted.law.variable(of: "tokens") != nil
    else { return nil }
    let sizes = spaced(best / 8, best * 8, 81)
    let columns = fitted.law.variables.map { variable in
      variable.column == "params" ? sizes : sizes.map { plan.flops.value / 6 / $0 }
    }
    let bound = fitted.predictor(columns: columns)
    let curve = bound.values(parameters: fitted.parameters)
    var layers: [Plot.Layer] = []
    let draws = fitted.draws.prefix(400).map { bound.values(parameters: $0) }
    if draws.count > 1 {
      let sorted = sizes.indices.map { k in draws.map { $0[k] }.sorted() }
      func edge(_ share: Double) -> [Double] { sorted.map { $0[Int((Double($0.count - 1) * share).rounded())] } }
      layers.append(
        .band(
          .init(
            x: sizes, lower: edge((1 - plan.level) / 2), upper: edge((1 + plan.level) / 2), ink: .index(0),
            label: "\(NumberText.percent(plan.level)) of draws")))
    }
    layers.append(.line(.init(x: sizes, y: curve, ink: .index(0), width: 2, label: "loss at this compute")))
    layers.append(
      .annotation(.init(x: best, y: plan.loss.value, text: "\(formatParams(best))", marker: .star, ink: .index(1))))
    return Plot(
      title: "Loss against size", subtitle: "at \(formatFLOPs(plan.flops.value))",
      x: .init("params", .log10, numbers: .suffixes), y: .init("loss"), layers: layers)
  }

  /// The loss of each number of experts, or the compute that it needs to reach a loss.
  private var experts: Plot? {
    guard let choice = plan.mixture, let best = choice.best, choice.rows.count > 1 else { return nil }
    let isOfLosses = choice.rows.contains { abs($0.loss.value - best.loss.value) > 1e-9 }
    func height(_ row: MixtureChoice.Row) -> Double { isOfLosses ? row.loss.value : row.flops }
    let y: Plot.Axis = isOfLosses ? .init("loss") : .init("training compute (FLOP)", .log10, numbers: .powers)
    return Plot(
      title: isOfLosses ? "Loss by number of experts" : "Compute by number of experts",
      x: .init("experts", .log10, numbers: .suffixes), y: y,
      layers: [
        .line(.init(x: choice.rows.map(\.experts), y: choice.rows.map(height), ink: .index(0), width: 2)),
        .annotation(
          .init(
            x: best.experts, y: height(best), text: best.experts == 1 ? "dense" : "\(Int(best.experts)) experts",
            marker: .star, ink: .index(1))),
      ])
  }

  /// The loss, or the time if all have the same loss, of the sizes that were tried on the cluster.
  private var tried: Plot? {
    guard let cluster, cluster.sizes.count > 1 else { return nil }
    let isOfTimes = cluster.goal == "loss"
    func height(_ run: PlanDocument.Run) -> Double { isOfTimes ? run.seconds / 86_400 : run.loss }
    return sizePlot(
      cluster, "\(isOfTimes ? "Days" : "Loss") of sizes on \(cluster.devices) \(cluster.accelerator)",
      .init(isOfTimes ? "days" : "loss"), height)
  }

  private var utilizations: Plot? {
    guard let cluster, cluster.sizes.count > 1 else { return nil }
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
    guard let rows, rows.allSatisfy({ $0.seconds != nil }) else { return nil }
    return Plot(
      title: "Time over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers),
      y: .init("days", .log10), layers: layers(rows) { row in row.seconds.map { Quantity(value: $0 / 86_400) } })
  }

  private var sizes: Plot? {
    guard let rows, rows.allSatisfy({ $0.params != nil }) else { return nil }
    return Plot(
      title: "Optimal size over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers),
      y: .init("params", .log10, numbers: .suffixes), layers: layers(rows) { $0.params })
  }

  private var losses: Plot? {
    guard let rows else { return nil }
    return Plot(
      title: "Loss over budgets", x: .init("training compute (FLOP)", .log10, numbers: .powers), y: .init("loss"),
      layers: layers(rows) { $0.loss })
  }

  private func layers(_ rows: [SweepRow], _ quantity: (SweepRow) -> Quantity?) -> [Plot.Layer] {
    let known = rows.compactMap { row in quantity(row).map { (row.budget, $0) } }
    let x = known.map(\.0)
    return [
      .band(
        .init(
          x: x, lower: known.map { $0.1.interval?.lowerBound ?? $0.1.value },
          upper: known.map { $0.1.interval?.upperBound ?? $0.1.value }, ink: .index(0))),
      .line(.init(x: x, y: known.map(\.1.value), ink: .index(0), width: 2)),
    ]
  }
}
