import Fitting
import Formulas
import Foundation
import Testing

/// The certified problems of NIST, each from a single start.
///
/// Two of the 54 are not asked for everything. Lanczos1 has a certified residual sum of 1.4e-25, below the rounding of
/// its observations in double precision, and standard errors in proportion. From its first start, MGH17 ends in an
/// infinitely long valley where its two exponents are equal.
@Suite struct NISTTests {
  @Test(arguments: nistProblems, [0, 1])
  func `the certified solution is reached`(_ nist: NISTProblem, start: Int) throws {
    let problem = try fitProblem(nist, start: nist.starts[start])
    let optimum = try problem.minimize(.grid, threads: 1)
    if nist.name == "MGH17", start == 0 {
      #expect(!optimum.converged, "a search that came to no optimum must say so")
      return
    }
    #expect(optimum.converged)
    for (value, certified) in zip(optimum.parameters, nist.certified) { #expect(digits(value, certified) >= 8) }
    guard nist.name != "Lanczos1" else { return }
    #expect(digits(2 * optimum.value, nist.residualSumOfSquares) >= 8)
    let errors = try #require(problem.covariance(at: optimum.parameters).standardErrors)
    for (error, certified) in zip(errors, nist.standardErrors) { #expect(digits(error, certified) >= 6) }
  }

  /// NIST's model as a least-squares problem whose only start is the one given.
  private func fitProblem(_ nist: NISTProblem, start: [Double]) throws -> FitProblem {
    let names = nist.certified.indices.map { "b\($0 + 1)" }
    let variables = nist.columns.keys.filter { $0 != "y" }.sorted()
    let compiled = try CompiledFormula(Formula(nist.formula), parameters: names, variables: variables)
    let y = try #require(nist.columns["y"])
    let response = nist.response == "log(y)" ? y.map { log($0) } : y
    let domains = zip(names, start).map { name, value in
      ParameterDomain.real(name, (value - abs(value))...(value + abs(value)), grid: [value])
    }
    return FitProblem(
      BoundFormula(compiled, columns: variables.map { nist.columns[$0] ?? [] }), domains: domains, observed: response,
      objective: Objective(.leastSquares, residual: .linear))
  }

  /// How many digits a figure shares with the certified one, which has eleven.
  private func digits(_ value: Double, _ certified: Double) -> Double {
    min(11, -log10(abs(value - certified) / abs(certified)))
  }
}
