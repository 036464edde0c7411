import Fitting
import Foundation
import Testing

/// A straight line through twenty points, three of them far off, against linear algebra, linear programming and iteratively
/// reweighted least squares in numpy and scipy 1.17.
@Suite struct LineTests {
  let x = (1...20).map { Double($0) / 2 }
  let y = [
    2.1, 2.9, 3.2, 4.4, 4.6, 5.1, 9.9, 6.8, 7.3, 7.4, 8.6, 8.7, 4.0, 9.9, 10.8, 11.1, 11.4, 12.6, 12.9, 20.0,
  ]
  let domains: [ParameterDomain] = [.real("b0", -10...10), .real("b1", -3...3)]

  private func line(_ kind: Objective.Kind, weights: [Double]? = nil) throws -> FitProblem {
    try problem(
      "b0 + b1 * x", domains, x: x, observed: y, weights: weights, Objective(kind, residual: .linear))
  }

  private func expect(_ problem: FitProblem, _ parameters: [Double], covariance: [[Double]], within: Double = 1e-10)
    throws
  {
    let optimum = try problem.minimize(threads: 1)
    #expect(optimum.converged)
    #expect(relativeDifference(optimum.parameters, parameters) < within)
    let matrix = try #require(problem.covariance(at: optimum.parameters).matrix)
    #expect(relativeDifference(matrix.flatMap { $0 }, covariance.flatMap { $0 }) < within)
  }

  @Test func `least squares has the textbook's line and covariance`() throws {
    try expect(
      line(.leastSquares), [1.4247368421052624, 1.2876691729323313],
      covariance: [[1.018858653211977, -0.14910126632370393], [-0.14910126632370393, 0.028400241204515037]])
  }

  @Test func `weights enter least squares and its covariance as inverse variances`() throws {
    try expect(
      line(.leastSquares, weights: y.indices.map { $0 % 2 == 0 ? 2 : 1 }), [1.7323745819398009, 1.203411371237458],
      covariance: [[1.043305130815092, -0.15401170978698975], [-0.15401170978698975, 0.02980871802328834]])
  }

  @Test func `Huber's line has the sandwich for its covariance`() throws {
    try expect(
      line(.huber(delta: 0.8)), [1.6877877237851624, 1.1989130434782616],
      covariance: [[0.02912147061750645, -0.00532790392522969], [-0.00532790392522969, 0.0013666943417774268]])
  }

  @Test func `the line of least absolute deviations is the linear program's`() throws {
    let problem = try line(.absolute)
    #expect(relativeDifference([try problem.minimize(threads: 1).value], [19.214285714285708]) < 1e-13)
    try expect(
      problem, [1.6357142857142903, 1.1857142857142853],
      covariance: [[0.030592552939404025, -0.004517616348821454], [-0.00451761634882145, 0.0009764299794278385]])
  }

  @Test func `the asymmetric line is the linear program's`() throws {
    let optimum = try line(.asymmetricAbsolute(over: 3)).minimize(threads: 1)
    #expect(relativeDifference(optimum.parameters, [1.5, 1.2]) < 1e-12)
    #expect(relativeDifference([optimum.value], [30.9]) < 1e-13)
  }

  @Test(arguments: [
    (1.345, [1.6783375417081339, 1.2089538614510695], 1.109900495437769, 38.492363326962874),
    (0.3, [1.6224827528635415, 1.1922895963980211], 0.28790458773591926, 33.139656493993655),
    (5.0, [1.4247368421052624, 1.2876691729323313], 2.06140392630156, 42.84651632322489),
  ])
  func `Huber's likelihood fits line and scale together`(
    _ delta: Double, _ parameters: [Double], _ scale: Double, _ value: Double
  ) throws {
    let problem = try line(.huberLikelihood(delta: delta))
    let optimum = try problem.minimize(threads: 1)
    #expect(optimum.converged)
    #expect(relativeDifference([optimum.value], [value]) < 1e-13)
    // A simplex search finds the parameters to half the digits of the value.
    #expect(relativeDifference(optimum.parameters, parameters) < 1e-7)
    let found = try #require(problem.objective.scale(at: optimum.parameters, of: problem))
    #expect(relativeDifference([found], [scale]) < 1e-7)
  }

  @Test func `absolute deviations of normal residuals cost a factor of √(π/2) in the standard error`() throws {
    let x = (0..<4000).map { Double($0) / 4000 }
    // Normal quantiles in an order that has nothing to do with x.
    let y = x.indices.map { 1 + 2 * x[$0] + standardNormalQuantile((Double($0 * 1597 % 4000) + 0.5) / 4000) }
    let squares = try problem("b0 + b1 * x", domains, x: x, observed: y)
    let absolute = squares.under(Objective(.absolute, residual: .linear))
    let one = try #require(squares.covariance(at: [1, 2]).standardErrors)
    let other = try #require(absolute.covariance(at: [1, 2]).standardErrors)
    for (one, other) in zip(one, other) { #expect(abs(other / one / (Double.pi / 2).squareRoot() - 1) < 0.05) }
  }
}
