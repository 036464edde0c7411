import Fitting
import Foundation
import Testing

@Suite struct LeastSquaresTests {
  /// A straight line has its normal equations: intercept and slope, and the inverse of
  /// [[n, Σx], [Σx, Σx²]] as their covariance.
  @Test func aLineIsThatOfTheNormalEquations() throws {
    let x = [0.2, 1.1, 1.9, 3.2, 4.4, 5.0, 6.3]
    let y = [1.03, 0.41, 0.22, -0.86, -1.2, -1.71, -2.2]
    let n = Double(x.count)
    let (sx, sy) = (x.reduce(0, +), y.reduce(0, +))
    let (sxx, sxy) = (zip(x, x).reduce(0) { $0 + $1.0 * $1.1 }, zip(x, y).reduce(0) { $0 + $1.0 * $1.1 })
    let determinant = n * sxx - sx * sx
    let slope = (n * sxy - sx * sy) / determinant
    let intercept = (sy - slope * sx) / n
    let least = zip(x, y).reduce(0) { $0 + pow(intercept + slope * $1.0 - $1.1, 2) }
    let fit = try #require(
      LeastSquares(from: [0, 0], residuals: x.count) { p, r in
        for index in x.indices { r[index] = p[0] + p[1] * x[index] - y[index] }
      })
    #expect(fit.converged)
    #expect(relativeDifference(fit.parameters, [intercept, slope]) < 1e-7)
    #expect(abs(fit.sumOfSquares - least) < 1e-12)
    let covariance = [sxx, -sx, -sx, n].map { $0 / determinant }
    #expect(relativeDifference(fit.covariance, covariance) < 1e-6)
  }

  /// NIST StRD, Misra1a: b1 238.94212918, b2 5.5015643181e-4, their standard deviations 2.7070075241 and 7.2668688436e-6,
  /// and a residual sum of squares of 0.12455138894, from both of its starts.
  @Test(arguments: 0...1) func misra1aHasItsCertifiedValues(_ start: Int) throws {
    let problem = try #require(nistProblems.first { $0.name == "Misra1a" })
    let (x, y) = (try #require(problem.columns["x"]), try #require(problem.columns["y"]))
    let scale = problem.starts[start]
    let fit = try #require(
      LeastSquares(from: [1, 1], residuals: x.count) { p, r in
        for index in x.indices { r[index] = p[0] * scale[0] * (1 - exp(-p[1] * scale[1] * x[index])) - y[index] }
      })
    #expect(fit.converged)
    #expect(relativeDifference(zip(fit.parameters, scale).map { $0 * $1 }, [238.94212918, 5.5015643181e-4]) < 1e-6)
    #expect(abs(fit.sumOfSquares / 0.12455138894 - 1) < 1e-9)
    let variance = fit.sumOfSquares / Double(x.count - 2)
    let errors = [0, 3].enumerated().map { (variance * fit.covariance[$1]).squareRoot() * scale[$0] }
    #expect(relativeDifference(errors, [2.7070075241, 7.2668688436e-6]) < 1e-4)
  }

  @Test func residualsThatAreNotFiniteAtTheStartAreRefused() {
    for bad in [Double.nan, .infinity, -.infinity] {
      #expect(
        LeastSquares(from: [1], residuals: 2) { p, r in
          r[0] = p[0]
          r[1] = bad
        } == nil)
    }
  }

  /// √p has no value left of zero, where the line through the first residual leads.
  @Test func aStepWhereResidualsAreNotFiniteLeavesAPointWhereTheyAre() throws {
    let fit = try #require(
      LeastSquares(from: [1], residuals: 1) { p, r in r[0] = p[0].squareRoot() + 2 })
    #expect(fit.parameters[0] >= 0 && fit.parameters[0] <= 1 && fit.sumOfSquares.isFinite)
  }

  @Test func fewerResidualsThanParametersAreRefused() {
    #expect(LeastSquares(from: [1, 1], residuals: 1) { p, r in r[0] = p[0] + p[1] } == nil)
    #expect(LeastSquares(from: [], residuals: 1) { _, r in r[0] = 1 } == nil)
  }

  @Test func asManyResidualsAsParametersAreSolved() throws {
    let fit = try #require(
      LeastSquares(from: [2, 0.5], residuals: 2) { p, r in
        r[0] = p[0] + p[1] - 3
        r[1] = p[0] * p[1] - 1
      })
    // The roots of z² - 3 z + 1.
    #expect(abs(fit.parameters[0] + fit.parameters[1] - 3) < 1e-6 && fit.sumOfSquares < 1e-12)
  }

  @Test func iterationsThatRunOutAreSaidTo() throws {
    let fit = try #require(
      LeastSquares(from: [-1.2, 1], residuals: 2, maxIterations: 1) { p, r in
        r[0] = 10 * (p[1] - p[0] * p[0])
        r[1] = 1 - p[0]
      })
    #expect(!fit.converged)
  }

  /// Rosenbrock's valley ends at (1, 1).
  @Test func aCurvedValleyIsFollowedToItsEnd() throws {
    let fit = try #require(
      LeastSquares(from: [-1.2, 1], residuals: 2) { p, r in
        r[0] = 10 * (p[1] - p[0] * p[0])
        r[1] = 1 - p[0]
      })
    #expect(fit.converged && relativeDifference(fit.parameters, [1, 1]) < 1e-6)
  }
}
