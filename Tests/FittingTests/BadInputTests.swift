import Fitting
import Formulas
import Foundation
import Testing

/// Runs that cannot be fitted give an error or an honest answer, never a trap.
@Suite struct BadInputTests {
  private let sizes = (0..<6).flatMap { size in (0..<5).map { _ in 1e7 * pow(3, Double(size)) } }
  private let tokens = (0..<6).flatMap { _ in (0..<5).map { 1e9 * pow(4, Double($0)) } }
  private var losses: [Double] { zip(sizes, tokens).map { 1.8 + 400 / pow($0, 0.34) + 2000 / pow($1, 0.37) } }

  private static let objectives: [Objective] = [
    .hoffmann, Objective(.leastSquares, residual: .linear), Objective(.absolute, residual: .log),
    Objective(.huberLikelihood(delta: 1e-3), residual: .log),
    Objective(.asymmetricAbsolute(over: 10), residual: .linear),
    Objective(.cauchy(scale: 0.01), residual: .log), Objective(.softL1(scale: 0.01), residual: .log),
  ]

  private func table(_ losses: [Double]) -> LossTable {
    LossTable(size: Array(sizes.prefix(losses.count)), tokens: Array(tokens.prefix(losses.count)), loss: losses)
  }

  /// Everything that a fit does; what it finds is only required to be consistent.
  private func fitAll(_ problem: FitProblem) throws -> Optimum {
    let optimum = try problem.minimize(.global(16), threads: 1)
    let covariance = problem.covariance(at: optimum.parameters)
    for kind in [Bootstrap.Kind.cases, .residuals, .groups(problem.observed.indices.map { $0 / 2 })] {
      let draws = problem.bootstrap(Bootstrap(kind, resamples: 40, seed: 1), around: optimum, threads: 1)
      #expect(draws.parameters.count + draws.failed == 40)
      #expect(draws.parameters.allSatisfy { $0.allSatisfy(\.isFinite) })
    }
    #expect(problem.jackknife(around: optimum, threads: 1).count == problem.observed.count)
    _ = problem.diagnose(
      optimum, covariance,
      variables: [("params", Array(sizes.prefix(problem.observed.count)))],
      lines: Array(problem.observed.indices))
    return optimum
  }

  @Test(arguments: objectives)
  func `losses that are not numbers are an error`(_ objective: Objective) throws {
    let problem = try table(sizes.map { _ in Double.nan }).problem(objective)
    #expect(throws: FitError.self) { try problem.minimize(.global(8), threads: 1) }
  }

  @Test(arguments: objectives)
  func `infinite losses are an error`(_ objective: Objective) throws {
    var bad = losses
    bad[3] = .infinity
    let problem = try table(bad).problem(objective)
    #expect(throws: FitError.self) { try problem.minimize(.global(8), threads: 1) }
  }

  @Test func `losses below 0 have no logarithm to fit`() throws {
    var bad = losses
    bad[7] = -1
    let problem = try table(bad).problem(.hoffmann)
    #expect(throws: FitError.self) { try problem.minimize(.global(8), threads: 1) }
  }

  @Test func `no runs are an error`() throws {
    let problem = try LossTable(size: [], tokens: [], loss: []).problem()
    #expect(throws: FitError.self) { try problem.minimize(.global(8), threads: 1) }
  }

  @Test(arguments: objectives)
  func `weights of 0 throughout are an error`(_ objective: Objective) throws {
    let problem = try table(losses).problem(objective, weights: losses.map { _ in 0 })
    #expect(throws: FitError.self) { try problem.minimize(.global(8), threads: 1) }
  }

  @Test(arguments: objectives, [1, 2, 4])
  func `fewer runs than parameters leave no covariance`(_ objective: Objective, count: Int) throws {
    let problem = try table(Array(losses.prefix(count))).problem(objective)
    let optimum = try fitAll(problem)
    let covariance = problem.covariance(at: optimum.parameters)
    #expect(covariance.matrix == nil || covariance.conditionNumber > 1e8)
  }

  @Test(arguments: objectives)
  func `equal losses are fitted by the constant`(_ objective: Objective) throws {
    let problem = try table(losses.map { _ in 2.5 }).problem(objective)
    let optimum = try fitAll(problem)
    for residual in problem.residuals(at: optimum.parameters) { #expect(abs(residual) < 1e-4) }
  }

  @Test(arguments: [1e-12, 1e-3, 1e3, 1e12])
  func `losses of any scale are fitted alike`(_ scale: Double) throws {
    // The scale of the loss is the scale of E, A and B.
    let table = table(losses.map { $0 * scale })
    let compiled = try CompiledFormula(
      Formula("E + A/N^alpha + B/D^beta"), parameters: ["E", "A", "B", "alpha", "beta"], variables: ["N", "D"],
      positive: ["N", "D"])
    let domains: [ParameterDomain] = [
      .positive("E", 0.1 * scale...5 * scale), .positive("A", scale...1e8 * scale),
      .positive("B", scale...1e8 * scale), .real("alpha", 0.02...1.5), .real("beta", 0.02...1.5),
    ]
    let problem = FitProblem(
      BoundFormula(compiled, columns: [table.size, table.tokens]), domains: domains, observed: table.loss,
      objective: Objective(.leastSquares, residual: .log))
    let optimum = try fitAll(problem)
    #expect(optimum.converged)
    let truth = [1.8 * scale, 400 * scale, 2000 * scale, 0.34, 0.37]
    #expect(relativeDifference(optimum.parameters, truth) < 1e-8)
  }

  @Test func `a formula that is undefined everywhere is an error`() throws {
    let problem = try problem("log(-1 - a^2) + 0 * x", [.real("a", -1...1)], x: [1, 2, 3], observed: [1, 2, 3])
    #expect(throws: FitError.self) { try problem.minimize(threads: 1) }
  }

  @Test func `a formula without its parameter leaves the parameter alone and says so`() throws {
    let problem = try problem(
      "a * x + 0 * b", [.real("a", -1...1), .real("b", -1...1)], x: [1, 2, 3], observed: [2, 4, 6])
    let optimum = try problem.minimize(threads: 1)
    #expect(abs(optimum.parameters[0] - 2) < 1e-12)
    let covariance = problem.covariance(at: optimum.parameters)
    #expect(covariance.matrix == nil)
    #expect(covariance.flattest == [0, 1])
  }

  @Test(arguments: ["huber:0", "huber:-1", "huber:x", "l2:3", "cauchy", "median", "", "huber:inf", "huber:"])
  func `an objective that cannot be read is an error`(_ text: String) {
    #expect(throws: ObjectiveError.self) { try Objective.Kind(parsing: text) }
  }

  @Test(arguments: [
    "huber:0.001", "l2", "l1", "cauchy:0.01", "soft-l1:0.02", "asymmetric-mae:10.0", "huber-likelihood:0.001",
  ])
  func `an objective is written as it is read`(_ text: String) throws {
    #expect(try Objective.Kind(parsing: text).text == text)
  }

  @Test(arguments: ["0", "-3", "many", "1e3", "99999999"])
  func `a number of starts that cannot be read is an error`(_ text: String) {
    #expect(throws: ObjectiveError.self) { try Starts(parsing: text) }
  }
}
