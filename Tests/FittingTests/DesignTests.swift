import Fitting
import Foundation
import Testing

@Suite struct DesignTests {
  /// Polynomials of a degree at candidate places, of which the value at 2 is to be known.
  private func polynomial(_ degree: Int, at places: [Double], costs: [Double]? = nil, scenarios: Int = 1) throws
    -> DesignProblem
  {
    let domains = (0...degree).map { ParameterDomain.real("c\($0)", -1...1) }
    let powers: [[Double]] = (0...degree).map { power in places.map { pow($0, Double(power)) } }
    let ahead: [Double] = (0...degree).map { pow(2, Double($0)) }
    let ones = [Double](repeating: 1, count: places.count)
    let found = DesignProblem.Scenario(
      domains, parameters: domains.map { _ in 0 }, values: ones, jacobian: powers, noise: ones, goals: [ahead])
    let scenario = try #require(found)
    return DesignProblem(
      costs: costs ?? places.map { _ in 1 }, scenarios: [DesignProblem.Scenario](repeating: scenario, count: scenarios),
      prior: nil, parameterCount: domains.count)
  }

  private func limits(_ budget: Double) -> DesignLimits { DesignLimits(budget: budget, runs: 1000, repeats: 1000) }

  /// Hoel and Levine 1964: to extrapolate a polynomial, observe at the extrema of Chebyshev's, in proportion to the
  /// magnitude of Lagrange's coefficients there; the variance is the square of their sum over the observations.
  @Test func extrapolationOfPolynomialsIsHoelAndLevines() throws {
    let places = (-10...10).map { Double($0) / 10 }
    let line = try polynomial(1, at: places)
    let two = line.exchanged(limits(40))
    #expect(two[0] == 10 && two[20] == 30 && two.reduce(0, +) == 40, "\(two)")
    let lineError = try #require(line.value(of: two).standardErrors)[0]
    #expect(abs(lineError * lineError - 4.0 / 40) < 1e-12)

    let parabola = try polynomial(2, at: places)
    let three = parabola.exchanged(limits(35))
    #expect(three[0] == 5 && three[10] == 15 && three[20] == 15 && three.reduce(0, +) == 35, "\(three)")
    let error = try #require(parabola.value(of: three).standardErrors)[0]
    #expect(abs(error * error - 49.0 / 35) < 1e-12)
  }

  /// With costs, the numbers of observations go with Lagrange's coefficients over the square roots of the costs.
  @Test func dearRunsAreBoughtLess() throws {
    let problem = try polynomial(1, at: [-1, 0, 1], costs: [1, 4, 4])
    #expect(problem.exchanged(limits(140)) == [20, 0, 30])
  }

  @Test func limitsAreKept() throws {
    let problem = try polynomial(2, at: (-10...10).map { Double($0) / 10 }, costs: (0...20).map { 1 + Double($0) })
    let limits = DesignLimits(budget: 50, runs: 9, repeats: 2)
    let repeats = problem.exchanged(limits)
    #expect(zip(repeats, problem.costs).reduce(0) { $0 + Double($1.0) * $1.1 } <= 50 + 1e-6)
    #expect(repeats.reduce(0, +) <= 9 && repeats.allSatisfy { (0...2).contains($0) })
    #expect(problem.value(of: repeats).standardErrors != nil)
  }

  @Test func equalScenariosChangeNothing() throws {
    let places = (-10...10).map { Double($0) / 10 }
    let one = try polynomial(2, at: places).exchanged(limits(35))
    #expect(try polynomial(2, at: places, scenarios: 3).exchanged(limits(35)) == one)
  }

  @Test func runsThatDetermineTooLittleAreSaidToBe() throws {
    let problem = try polynomial(2, at: [-1, 0, 1])
    let value = problem.value(of: [5, 5, 0])
    #expect(value.standardErrors == nil && value.conditionNumber > 1e12)
  }

  /// Prior information counts as a number of runs.
  @Test func priorInformationCounts() throws {
    let places = [-1.0, 0, 1]
    let bare = try polynomial(1, at: places)
    // The information of 10 runs at 1 and 10 at -1 is 20 on each parameter.
    let informed = DesignProblem(
      costs: bare.costs, scenarios: bare.scenarios, prior: [20, 0, 0, 20], parameterCount: 2)
    let known = try #require(informed.value(of: [0, 0, 0]).standardErrors)[0]
    let bought = try #require(bare.value(of: [10, 0, 10]).standardErrors)[0]
    #expect(abs(known - bought) < 1e-12)
  }

  @Test func drawsGiveTheirInformationWhateverLiesFarOut() throws {
    let random = Random(seed: 7)
    let domains = [ParameterDomain.real("a", -1...1), .real("b", -1...1)]
    var draws = (0..<4000).map { _ -> [Double] in
      let x = random.normal()
      return [2 * x, x + 0.5 * random.normal()]
    }
    // The covariance is (4, 2; 2, 1.25), whose inverse is (1.25, -2; -2, 4).
    let truth = [1.25, -2, -2, 4]
    let clean = try #require(DesignProblem.information(ofDraws: draws, domains))
    for (found, expected) in zip(clean, truth) { #expect(abs(found / expected - 1) < 0.1, "\(clean)") }
    for index in 0..<100 { draws[index * 40] = [500, -700] }
    let trimmed = try #require(DesignProblem.information(ofDraws: draws, domains))
    for (found, expected) in zip(trimmed, truth) { #expect(abs(found / expected - 1) < 0.1, "\(trimmed)") }
    #expect(DesignProblem.information(ofDraws: Array(draws.prefix(3)), domains) == nil)
    #expect(DesignProblem.information(ofDraws: draws.map { [$0[0], 2 * $0[0]] }, domains) == nil)
  }
}
