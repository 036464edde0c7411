import Foundation
import Planning
import Report
import ScalingLaws
import Tables

/// The pictures of a plan: the valley of sizes at its compute, and the way there over budgets.
struct PlanFigure {
  private let plan: Plan
  private let fitted: FittedLaw
  private let rows: [SweepRow]?

  init(_ plan: Plan, _ fitted: FittedLaw, _ rows: [SweepRow]?) {
    self.plan = plan
    self.fitted = fitted
    self.rows = rows
  }

  var grid: PlotGrid {
    PlotGrid(
      title: "\(plan.law): a plan for \(formatFLOPs(plan.flops.value))",
      rows: [[valley, experts, sizes, losses].compactMap { $0 }])
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
            label: "\(format(plan.level * 100, significant: 3)) % of draws")))
    }
    layers.append(.line(.init(x: sizes, y: curve, ink: .index(0), width: 2, label: "loss at this compute")))
    layers.append(
      .annotation(.init(x: best, y: plan.loss.value, text: "\(formatParams(best))", marker: .star, ink: .index(1))))
    return Plot(
      title: "Loss against size", subtitle: "at \(formatFLOPs(plan.flops.value))",
      x: .init("params", .log10, numbers: .suffixes), y: .init("loss"), layers: layers)
  }

  /// The loss that each number of experts comes to, or the compute that it takes to a loss.
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
