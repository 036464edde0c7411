import Fitting
import Formulas
import Planning
import ScalingLaws
import Tables

/// Fits a law of one's own to a run table, and plans a budget with it.
func planWithOwnLaw(runs path: String) throws -> Plan {
  let runs = try RunTable(Table.read(path))
  let law = Law(
    name: "one exponent", title: "size and tokens share an exponent",
    formula: try Formula("E + A/N^alpha + B/D^alpha"),
    variables: [.init("N", column: "params"), .init("D", column: "tokens")],
    parameters: [
      .positive("E", 0.1...5), .positive("A", 1...1e8), .positive("B", 1...1e8),
      .real("alpha", 0.02...1.5),
    ],
    citation: "our own")
  var settings = FitProtocol()
  settings.resamples = 200
  let fit = try LawFit(law, to: runs, settings)
  return try planOptimum(fit.fittedLaw(), for: .flops(1e14))
}
