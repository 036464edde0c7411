import Foundation
import Planning
import Report
import ScalingLaws
import Tables

/// The figures of a fit: loss against compute, isoFLOP curves, the loss over size and tokens, residuals.
struct FitFigure {
  private let document: FitDocument
  private let points: RunPoints
  private let fitted: FittedLaw

  /// The figures of a document; nil for one without the runs, as earlier versions wrote.
  init?(_ document: FitDocument) {
    guard let points = document.points, let fitted = try? document.fittedLaw() else { return nil }
    (self.document, self.points, self.fitted) = (document, points, fitted)
  }

  private var law: Law { document.law }
  private var params: [Double]? { points.params }
  private var flops: [Double]? { points.flops }
  private var observed: [Double] { points.observed }
  private var predicted: [Double] { points.predicted }

  var grid: PlotGrid {
    let title = "\(law.name): \(document.runs.used) runs of \(document.runs.file)"
    guard let isoFLOPs, let contours else { return PlotGrid(title: title, rows: [[overview, residuals]]) }
    return PlotGrid(title: title, rows: [[overview, isoFLOPs], [contours, residuals]])
  }

  /// Loss against compute; against prediction if the runs have no compute.
  var overview: Plot {
    guard let flops else {
      let ends = [predicted.min() ?? 0, predicted.max() ?? 1]
      return Plot(
        title: "Observed against predicted", x: .init("predicted \(law.target)"),
        y: .init("observed \(law.target)"),
        layers: [
          .points(.init(x: predicted, y: observed, label: "runs")),
          .line(.init(x: ends, y: ends, ink: .gray, dash: .dashed, label: "equal")),
        ])
    }
    let sizes = params
    let points = Plot.Layer.points(
      .init(x: flops, y: observed, ink: sizes.map { .values($0) } ?? .automatic, label: "runs"))
    var layers = [points]
    if let frontier = frontier(flops) {
      layers = [
        .band(
          .init(
            x: frontier.map(\.budget), lower: frontier.map { shown($0.loss.interval?.lowerBound ?? $0.loss.value) },
            upper: frontier.map { shown($0.loss.interval?.upperBound ?? $0.loss.value) }, ink: .index(0))),
        points,
        .line(
          .init(
            x: frontier.map(\.budget), y: frontier.map { shown($0.loss.value) }, ink: .index(0), width: 2,
            label: "compute-optimal"
          )),
      ]
    }
    return Plot(
      title: "\(law.target == "loss" ? "Loss" : law.target) against compute",
      x: .init("training compute (FLOP)", .log10, numbers: .powers),
      y: .init(law.target),
      layers: layers, colorBar: sizes == nil ? .init("") : .init("params", .log10, numbers: .suffixes))
  }

  /// A loss of the frontier, clamped near the runs': an unbounded interval would squeeze the runs into a line.
  private func shown(_ loss: Double) -> Double {
    let low = observed.min() ?? loss
    let high = observed.max() ?? loss
    return min(max(loss, low - (high - low)), high + (high - low) / 2)
  }

  /// The optimum over the runs' compute, and somewhat beyond.
  private func frontier(_ flops: [Double]) -> [SweepRow]? {
    guard let low = flops.min(), let high = flops.max(), low > 0,
      let fitted = try? FittedLaw(
        law: law, parameters: fitted.parameters, draws: Array(fitted.draws.prefix(200)), provenance: law.name)
    else { return nil }
    let rows = try? sweepBudgets(
      fitted, budgets: spaced(low, high * 10, 40), options: PlanOptions(level: document.bootstrap.level))
    // If all compute goes into one parameter or one token there is no frontier to draw.
    let balanced = rows?.filter(\.isBalanced) ?? []
    return balanced.count > 1 ? balanced : nil
  }

  /// Loss against size on lines of equal compute, with the runs near each.
  private var isoFLOPs: Plot? {
    guard let params, let flops, let low = flops.min(), let high = flops.max(), let smallest = params.min(),
      let largest = params.max(), law.variable(of: "params") != nil, law.variable(of: "tokens") != nil,
      law.variables.count == 2
    else { return nil }
    var layers: [Plot.Layer] = []
    let budgets = spaced(low, high, 6)
    let half = (budgets[1] / budgets[0]).squareRoot()
    for (index, budget) in budgets.enumerated() {
      let near = flops.indices.filter { flops[$0] >= budget / half && flops[$0] < budget * half }
      let sizes = spaced(smallest / 1.5, largest * 1.5, 60)
      // Where there are hardly any training tokens, the curve leaves the figure.
      let curve = zip(sizes, loss(sizes, sizes.map { budget / 6 / $0 })).filter {
        $0.1 < (observed.max() ?? 0) * 1.02
      }
      guard !curve.isEmpty else { continue }
      layers.append(
        .points(
          .init(x: near.map { params[$0] }, y: near.map { observed[$0] }, ink: .index(index), radii: [2.5]))
      )
      layers.append(
        .line(.init(x: curve.map(\.0), y: curve.map(\.1), ink: .index(index), label: formatFLOPs(budget, digits: 2))))
    }
    return Plot(
      title: "IsoFLOP curves", subtitle: "runs within half a step of each budget",
      x: .init("params", .log10, numbers: .suffixes), y: .init("loss"), layers: layers)
  }

  /// The loss over size and tokens, with the runs and the efficient frontier.
  private var contours: Plot? {
    guard let params, let tokens = points.tokens, let flops, let smallest = params.min(), let largest = params.max(),
      let fewest = tokens.min(), let most = tokens.max(), isoFLOPs != nil
    else { return nil }
    let xs = spaced(smallest / 2, largest * 2, 60)
    let ys = spaced(fewest / 2, most * 2, 60)
    let z = ys.flatMap { tokens in loss(xs, xs.map { _ in tokens }) }
    let sorted = observed.sorted()
    let levels = (0...7).map { sorted[Int(Double($0) / 7 * Double(sorted.count - 1) * 0.9)] }
    var layers: [Plot.Layer] = [
      .contour(.init(xs: xs, ys: ys, z: z, levels: levels, label: "loss")),
      .points(.init(x: params, y: tokens, ink: .gray, radii: [2], label: "runs")),
    ]
    if let frontier = frontier(flops) {
      let kept = frontier.filter { row in
        (row.params?.value).map { $0 >= xs[0] && $0 <= xs[59] } ?? false
          && (row.tokens?.value).map { $0 >= ys[0] && $0 <= ys[59] } ?? false
      }
      layers.append(
        .line(
          .init(
            x: kept.compactMap { $0.params?.value }, y: kept.compactMap { $0.tokens?.value }, ink: .index(1),
            width: 2.5,
            label: "efficient frontier")))
    }
    return Plot(
      title: "Loss over size and tokens", x: .init("params", .log10, numbers: .suffixes),
      y: .init("tokens", .log10, numbers: .suffixes), layers: layers)
  }

  private var residuals: Plot {
    let relative = document.logResiduals
    let shown = relative.isEmpty ? zip(predicted, observed).map { $0 - $1 } : relative
    return Plot(
      title: "Residuals", x: .init("predicted \(law.target)"),
      y: .init(relative.isEmpty ? "prediction − observation" : "log prediction − log observation"),
      layers: [
        .horizontal(.init(0)),
        .points(.init(x: predicted, y: shown, ink: flops.map { .values($0) } ?? .automatic, radii: [3])),
      ], colorBar: flops == nil ? .init("") : .init("FLOP", .log10, numbers: .powers))
  }

  private func loss(_ params: [Double], _ tokens: [Double]) -> [Double] {
    let columns = law.variables.map { $0.column == "params" ? params : tokens }
    return fitted.predictor(columns: columns).values(parameters: fitted.parameters)
  }
}

/// Numbers evenly spaced in the logarithm, ends included.
func spaced(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
  (0..<count).map { low * pow(high / low, Double($0) / Double(max(1, count - 1))) }
}
