import Report

/// Time against money, or accelerator time if no price is known, over numbers of accelerators.
struct LayoutFigure {
  private let points: [LayoutsDocument.FrontPoint]
  private let title: String

  init(_ document: LayoutsDocument) {
    points = document.front ?? []
    title = "\(document.model) on \(document.accelerator)"
  }

  var grid: PlotGrid {
    let hasPrices = points.allSatisfy { $0.run.usd != nil }
    func height(_ point: LayoutsDocument.FrontPoint) -> Double { point.run.usd ?? point.run.gpuHours }
    let days = points.map { $0.run.seconds / 86_400 }
    var layers: [Plot.Layer] = [.line(.init(x: days, y: points.map(height), ink: .index(0), width: 2))]
    layers += points.map { point in
      .annotation(
        .init(
          x: point.run.seconds / 86_400, y: height(point), text: "\(point.devices)", marker: .circle, ink: .index(0)))
    }
    let plot = Plot(
      title: title, subtitle: "labels are numbers of accelerators, each with its best layout",
      x: .init("days", .log10), y: .init(hasPrices ? "USD" : "GPU-hours", .log10, numbers: .suffixes), layers: layers)
    return PlotGrid(rows: [[plot]])
  }
}
