import Documents
import Report
import Search
import Studies

/// A comparison of algorithms, for reading.
struct SearchComparisonView {
  private let comparison: SearchComparison
  private let terminal: Terminal

  init(_ comparison: SearchComparison, terminal: Terminal = .standardOutput) {
    (self.comparison, self.terminal) = (comparison, terminal)
  }

  var text: String {
    var table = TextTable(
      [
        .init("algorithm"), .init("mean regret", .decimal), .init("s.e.", .decimal), .init("median", .decimal),
        .init("optimum found", .right), .init("better than random", .right), .init("p", .right),
      ], terminal: terminal)
    for row in comparison.algorithms.sorted(by: { $0.meanRegret < $1.meanRegret }) {
      table.add([
        row.algorithm, NumberText.rounded(row.meanRegret, 4), NumberText.rounded(row.standardError, 2),
        NumberText.rounded(row.medianRegret, 4), NumberText.percent(row.optimumFound),
        row.probabilityOfSuperiority.map { NumberText.percent($0) } ?? "–",
        row.pValue.map { NumberText.rounded($0, 2) } ?? "–",
      ])
    }
    let best =
      comparison.optimum.map { "the best feasible value is \(NumberText.rounded($0, 8))" }
      ?? "regret is the share of the best hypervolume that is missing"
    return
      "\(comparison.name): \(comparison.goals.text), \(NumberText.rounded(comparison.budget, 6)) "
      + "\(comparison.unitName), \(comparison.seeds) seeds from \(comparison.firstSeed); \(best)\n\n" + table.render()
      + (comparison.rankAgreement.isEmpty ? "" : "\n" + agreement)
  }

  private var agreement: String {
    var table = TextTable(
      [.init(comparison.fidelity ?? "", .right), .init("configurations", .right), .init("Kendall's tau", .decimal)],
      title: "How short trainings rank configurations, beside full ones", terminal: terminal)
    for row in comparison.rankAgreement {
      table.add([
        NumberText.rounded(row.fidelity, 12), "\(row.configurations)", NumberText.rounded(row.kendallTau, 2),
      ])
    }
    return table.render()
  }
}

extension SearchComparison: ShownDocument {
  func text(on terminal: Terminal) -> String { SearchComparisonView(self, terminal: terminal).text }
}

extension SearchComparison {
  /// The unit of its budget.
  var unitName: String {
    switch unit {
    case .trials: fidelity == nil ? "trials" : "full trainings"
    case .cost: "of cost"
    }
  }
}
