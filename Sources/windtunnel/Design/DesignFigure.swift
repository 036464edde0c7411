import Planning
import Report
import Tables

/// The runs of a design in the plane of size and tokens, with an isoFLOP grid of the same cost.
struct DesignFigure {
  private let design: DesignDocument

  init(_ design: DesignDocument) { self.design = design }

  var plot: Plot {
    var layers: [Plot.Layer] = []
    if let grid = design.grid {
      layers.append(
        .points(
          .init(
            x: grid.map(\.params), y: grid.map(\.tokens), ink: .gray, radii: [2.5], marker: .cross,
            label: "isoFLOP grid of the same cost")))
    }
    layers.append(
      .points(
        .init(
          x: design.runs.map(\.params), y: design.runs.map(\.tokens), ink: .index(0),
          radii: design.runs.map { 3 + 1.5 * Double(min($0.repeats, 6)) },
          label: design.designs.first?.name ?? "this design")))
    return Plot(
      title: "Runs to make",
      subtitle:
        "\(design.designs.first?.runs ?? 0) runs, \(formatFLOPs(design.designs.first?.flops ?? .nan)), larger where repeated",
      x: .init("params", .log10, numbers: .suffixes), y: .init("tokens", .log10, numbers: .suffixes), layers: layers)
  }
}
