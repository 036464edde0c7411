import Fitting
import Formulas
import Foundation
import ScalingLaws
import Testing

/// Every law of the catalog, from tables without noise: the engine must give back the parameters they were made with.
@Suite struct LawRecoveryTests {
  /// A law by its name, so that a failing case is told by it.
  struct Case: Sendable, CustomTestStringConvertible {
    let law: Law
    var testDescription: String { law.name }

    /// The first published parameters, or the middle of where a search begins.
    var truth: [Double] {
      law.presets.first?.values
        ?? law.parameters.map { domain in
          let (low, high) = (domain.startRange.lowerBound, domain.startRange.upperBound)
          return domain.startsLogarithmic && low > 0 ? (low * high).squareRoot() : (low + high) / 2
        }
    }

    /// Forty-two runs, each variable at six values over its span, or at forty-two where it is the only one.
    var columns: [[Double]] {
      return law.variables.enumerated().map { index, variable in
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

    func bound(_ order: DerivativeOrder = .hessian) throws -> BoundFormula {
      let names = law.variables.map(\.name)
      let compiled = try CompiledFormula(
        law.formula, parameters: law.parameterNames, variables: names, positive: Set(names), order: order)
      return BoundFormula(compiled, columns: columns)
    }
  }

  static let laws: [Case] = ((try? LawCatalog())?.laws ?? []).map { Case(law: $0) }

  @Test func `the catalog has laws`() throws {
    #expect(try LawCatalog().laws.count >= 6)
  }

  @Test(arguments: laws, [Objective.Kind.leastSquares, .huber(delta: 1e-3)])
  func `the parameters are recovered from a table without noise`(_ known: Case, _ kind: Objective.Kind) throws {
    let bound = try known.bound()
    let problem = FitProblem(
      bound, domains: known.law.parameters, observed: bound.values(parameters: known.truth),
      objective: Objective(kind, residual: known.law.objective.residual))
    let optimum = try problem.minimize(.standard, threads: 2)
    #expect(optimum.converged)
    for (domain, (value, truth)) in zip(known.law.parameters, zip(optimum.parameters, known.truth)) {
      #expect(abs(value - truth) <= 1e-8 * abs(truth), "\(domain.name): \(value) for \(truth)")
    }
  }

  @Test(arguments: laws)
  func `the gradient is that of finite differences`(_ known: Case) throws {
    let bound = try known.bound(.gradient)
    let jacobian = bound.jacobian(parameters: known.truth)
    for index in known.truth.indices {
      // Fourth-order central differences: with steps of 1e-3 their own error is near 1e-12.
      let step = 1e-3 * abs(known.truth[index])
      func values(_ steps: Double) -> [Double] {
        var moved = known.truth
        moved[index] += steps * step
        return bound.values(parameters: moved)
      }
      let (a, b, c, d) = (values(-2), values(-1), values(1), values(2))
      let scale = jacobian[index].reduce(0) { max($0, abs($1)) }
      for row in a.indices {
        let difference = (a[row] - 8 * b[row] + 8 * c[row] - d[row]) / (12 * step)
        #expect(abs(difference - jacobian[index][row]) <= 1e-7 * scale)
      }
    }
  }
}
