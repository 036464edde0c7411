import Report
import Search
import Studies

/// Mean regret against what was spent for every algorithm, with a standard error on both sides.
struct RegretFigure {
  private let comparison: SearchComparison

  init(_ comparison: SearchComparison) { self.comparison = comparison }

  var plot: Plot {
    var layers: [Plot.Layer] = []
    for (index, row) in comparison.algorithms.enumerated() {
      let spent = row.curve.map(\.spent)
      layers.append(
        .band(
          .init(
            x: spent, lower: row.curve.map { max($0.meanRegret - $0.standardError, $0.meanRegret / 10) },
            upper: row.curve.map { $0.meanRegret + $0.standardError }, ink: .index(index))))
      layers.append(
        .line(.init(x: spent, y: row.curve.map(\.meanRegret), ink: .index(index), label: row.algorithm)))
    }
    return Plot(
      title: comparison.name, subtitle: "mean of \(comparison.seeds) seeds, band: one standard error",
      x: .init(comparison.unit == .cost ? "cost" : comparison.unitName, .log10),
      y: .init("regret of \(comparison.goals.map(\.metric).joined(separator: ", "))", .log10), layers: layers)
  }
}
