import Formulas
import Foundation
import ScalingLaws
import Tables
import Testing

/// Runs of a law of the catalog with known parameters, spread so that they determine it.
struct CatalogDesign: Sendable, CustomTestStringConvertible {
  let law: Law
  var testDescription: String { law.name }

  /// A table without the column of the law's predictions, and these.
  struct Runs {
    let names: [String]
    let rows: [[Double]]
    let losses: [Double]

    func csv(_ target: String) -> String {
      let lines = zip(rows, losses).map { ($0 + [$1]).map(\.description).joined(separator: ",") }
      return ((names + [target]).joined(separator: ",") + "\n") + lines.joined(separator: "\n") + "\n"
    }
  }

  /// A run of the design: the variables by their names, and what the law predicts.
  struct Point {
    let values: [String: Double]
    let loss: Double
  }

  /// The first published parameters, or the middle of where a search begins.
  private var truth: [Double] {
    law.presets.first?.values
      ?? law.parameters.map { domain in
        let (low, high) = (domain.startRange.lowerBound, domain.startRange.upperBound)
        return domain.startsLogarithmic && low > 0 ? (low * high).squareRoot() : (low + high) / 2
      }
  }

  /// Two learning-rate schedules, for a law of these.
  var schedule: String? {
    guard law.isOfSchedules else { return nil }
    return "step,lr\n" + (1...12).map { "\($0 * 200),\(3e-4 * (1 - 0.07 * Double($0)))\n" }.joined()
  }

  func runs() throws -> (runs: Runs, point: Point) {
    if law.isOfSchedules { return try curves() }
    let columns = law.name == Law.dataMixingName ? mixtures : spread
    let names = law.name == Law.dataMixingName ? ["mix_1", "mix_2", "mix_3"] : law.variables.map(\.column)
    let fitted = try FittedLaw(law: law, parameters: truth, provenance: "known")
    let losses = fitted.predictor(columns: Array(columns.prefix(law.variables.count))).values(parameters: truth)
    let rows = losses.indices.map { row in columns.map { $0[row] } }
    let middle = losses.count / 2
    let values = Dictionary(zip(law.variables.map(\.name), rows[middle]), uniquingKeysWith: { first, _ in first })
    return (Runs(names: names, rows: rows, losses: losses), Point(values: values, loss: losses[middle]))
  }

  /// Forty-two runs, each variable at six values over its span, or at forty-two where it is the only one.
  private var spread: [[Double]] {
    law.variables.enumerated().map { index, variable in
      let (low, high) = (variable.span.lowerBound, variable.span.upperBound)
      return (0..<42).map { run in
        // Each variable goes through its six values by an irrational number of its own, so that no two move together.
        let turns = [0.6180339887, 0.4142135624, 0.7320508076, 0.2360679775, 0.6457513111]
        let turn = Double(run) * turns[index % turns.count]
        let step = Int(6 * (turn - turn.rounded(.down)))
        return low * pow(high / low, law.variables.count == 1 ? Double(run) / 41 : Double(step) / 5)
      }
    }
  }

  /// Proportions of three domains.
  private var mixtures: [[Double]] {
    let rows = (0..<20).map { run -> [Double] in
      let parts = [0.618, 0.414, 0.732].map { 0.1 + ($0 * Double(run)).truncatingRemainder(dividingBy: 1) }
      return parts.map { $0 / parts.reduce(0, +) }
    }
    return (0..<3).map { domain in rows.map { $0[domain] } }
  }

  /// Curves of two schedules, of two sizes where the law has sizes.
  private func curves() throws -> (runs: Runs, point: Point) {
    let isOfSizes = law.variable(of: "params") != nil
    var rows: [[Double]] = []
    let sizes: [Double] = isOfSizes ? [1e8, 1e8, 1e9, 1e9] : [1e8, 1e8]
    for (run, size) in sizes.enumerated() {
      for step in stride(from: 1.0, through: 16, by: 1) {
        let fall = run.isMultiple(of: 2) ? 0 : max(0, step - 8) / 9
        let rate = 3e-4 * (1 - fall)
        rows.append([Double(run), 150 * step, rate] + (isOfSizes ? [size] : []))
      }
    }
    let names = ["run", "step", "lr"] + (isOfSizes ? ["params"] : [])
    let bare = Runs(names: names, rows: rows, losses: rows.map { _ in 1 })
    let table = try RunTable(Table.parse(bare.csv("unknown"), name: "runs.csv")).addingSchedule(target: nil)
    let whole = try LawCatalog().law(law.name, over: table)
    let columns = try whole.variables.map { try table.values(named: $0.column) }
    let fitted = try FittedLaw(law: whole, parameters: truth, provenance: "known")
    let losses = fitted.predictor(columns: columns).values(parameters: truth)
    return (Runs(names: names, rows: rows, losses: losses), Point(values: [:], loss: .nan))
  }
}
