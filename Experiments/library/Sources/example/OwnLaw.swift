import Fitting
import Formulas
import ScalingLaws
import Tables

/// A law that the catalog does not have: size and tokens share an exponent.
func oneExponentLaw() throws -> Law {
  Law(
    name: "one-exponent", title: "size and tokens share an exponent",
    formula: try Formula("E + A/N^alpha + B/D^alpha"),
    variables: [.init("N", column: "params"), .init("D", column: "tokens")],
    parameters: [
      .positive("E", 0.1...5), .positive("A", 1...1e8), .positive("B", 1...1e8),
      .real("alpha", 0.02...1.5),
    ],
    citation: "our own")
}

/// The law fitted to the runs of a file, a row each.
func fitToRuns(of path: String) throws -> LawFit {
  try LawFit(oneExponentLaw(), to: RunTable(Table.read(path)), FitProtocol(resamples: 200))
}
