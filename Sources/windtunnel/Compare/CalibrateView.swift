import Documents
import Report
import ScalingLaws

extension Calibration: ShownDocument {
  func text(on terminal: Terminal) -> String {
    var table = TextTable(
      [.init("coverage of")] + Calibration.Kind.allCases.map { .init($0.rawValue, .right) }, terminal: terminal)
    var names: [String] = []
    for row in rows where !names.contains(row.quantity) { names.append(row.quantity) }
    for name in names {
      table.add(
        [name]
          + Calibration.Kind.allCases.map { kind in
            rows.first { $0.quantity == name && $0.kind == kind }.map { NumberText.percent($0.coverage) }
              ?? "–"
          })
    }
    table.addRule()
    table.add(
      ["all"]
        + Calibration.Kind.allCases.map { kind in
          coverage(of: kind).map {
            "\(NumberText.percent($0.lowerBound))–\(NumberText.percent($0.upperBound))"
          } ?? "–"
        })
    let error = (level * (1 - level) / Double(simulations)).squareRoot()
    var words = [
      "\(simulations) tables of \(runs) runs drawn from \(law), "
        + "\(resamples) resamples each; nominal \(NumberText.percent(level)), known to ± "
        + "\(NumberText.percent(error, 2))",
      "noise \(NumberText.percent(noise.deviation)) of the prediction"
        + (noise.exponent == 0 ? "" : ", ∝ \(noise.along)^\(NumberText.rounded(noise.exponent, 2))")
        + (noise.seedDeviation.map { "; between runs of one setting \(NumberText.percent($0))" } ?? ""),
    ]
    words.append("values of a parameter whose predictions differ by less than a millionth of the noise count as one")
    words += (exclusions ?? []).map { "left out of the design: \($0.lines.count) runs (\($0.reason))" }
    if failed > 0 { words.append("\(failed) simulated fits did not converge and are left out") }
    return table.render(width: max(terminal.columns, 100)) + words.map { terminal.styled($0, .dim) + "\n" }.joined()
  }
}
