import Fitting
import Foundation
import Testing

/// The parametric fit of Hoffmann et al. 2022 to the public runs, against optima found by an independent global search
/// and polished by Newton's method at 40 digits.
@Suite(.enabled(if: LossTable.isThere, "no ../shared/data/laws next to the checkout"))
struct ChinchillaTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let objective: Objective
    let value: Double
    /// E, A, B, alpha, beta.
    let parameters: [Double]

    init(
      _ kind: Objective.Kind, on residual: Objective.Residual = .log, _ value: Double, _ parameters: [Double]
    ) {
      objective = Objective(kind, residual: residual)
      self.value = value
      self.parameters = parameters
    }

    var testDescription: String { "\(objective.kind.text) on the \(objective.residual.rawValue) loss" }
  }

  static let smooth: [Case] = [
    Case(
      .huber(delta: 1e-3), 0.0010182740178006,
      [1.81721809901008, 477.825868233905, 2143.41736336046, 0.347310498881755, 0.367172432627762]),
    Case(
      .huber(delta: 1e-2), 0.00469622488261602,
      [1.8380786155766, 538.751877036216, 2905.59993049515, 0.35441550346685, 0.381537524895706]),
    Case(
      .huber(delta: 1e-4), 0.000111778748164019,
      [1.81582357854734, 478.688705234617, 2065.4129875684, 0.347408851525445, 0.365384731723686]),
    Case(
      .leastSquares, 0.00573094349584932,
      [1.86455009526061, 593.322101586485, 4875.63780756957, 0.360252798170038, 0.405883361852095]),
    Case(
      .leastSquares, on: .linear, 0.0416019038466507,
      [1.88281361332903, 567.805426502495, 7581.85237223491, 0.357615088349574, 0.427620621328116]),
    Case(
      .cauchy(scale: 0.01), 0.00304292017415908,
      [1.81579148624487, 489.254840362596, 2030.71744888363, 0.348706523801261, 0.364514703642309]),
    Case(
      .softL1(scale: 0.01), 0.00408768042507642,
      [1.84047011428373, 537.24177654797, 3049.34031951674, 0.354307072164397, 0.383845903340905]),
  ]

  static let cornered: [Case] = [
    Case(
      .absolute, 1.12949465362154,
      [1.81686413285377, 482.006054751354, 2085.43624547797, 0.347813070127694, 0.365854164325918]),
    Case(
      .huberLikelihood(delta: 1e-3), -879.773139060235,
      [1.8168640396458, 482.00571741029, 2085.43420057987, 0.347813029039461, 0.365854117294467]),
  ]

  @Test(arguments: smooth, [Starts.standard, .global(7), .grid])
  func `a smooth objective has one optimum from any starts`(_ known: Case, starts: Starts) throws {
    let optimum = try LossTable.chinchilla().problem(known.objective).minimize(starts, threads: 2)
    #expect(optimum.converged)
    #expect(optimum.gradientNorm < 1e-10)
    #expect(relativeDifference([optimum.value], [known.value]) < 1e-12)
    #expect(relativeDifference(optimum.parameters, known.parameters) < 2e-11)
    #expect(optimum.starts.atBest == optimum.starts.tried)
  }

  @Test(arguments: cornered, [Starts.standard, .global(7)])
  func `an objective with corners has one optimum from any starts`(_ known: Case, starts: Starts) throws {
    let optimum = try LossTable.chinchilla().problem(known.objective).minimize(starts, threads: 2)
    #expect(optimum.converged)
    #expect(relativeDifference([optimum.value], [known.value]) < 1e-12)
    #expect(relativeDifference(optimum.parameters, known.parameters) < 2e-10)
  }

  @Test func `all 245 runs move the optimum`() throws {
    let optimum = try LossTable.chinchilla(withoutHighest: 0).problem().minimize(threads: 2)
    let known = [1.89133849914932, 495.72600877331, 12845.6132733156, 0.349312893717824, 0.453049295584052]
    #expect(relativeDifference(optimum.parameters, known) < 2e-11)
    #expect(relativeDifference([optimum.value], [0.00182601052306934]) < 1e-12)
  }

  @Test func `the asymmetric charge of Kyo Takano's fit is minimized better than published`() throws {
    let problem = try LossTable.read("kyotakano_chinchilla_234.csv").problem(
      Objective(.asymmetricAbsolute(over: 10), residual: .linear))
    let optimum = try problem.minimize(threads: 2)
    let known = [1.70022967609195, 184.674946964396, 1633.37985132437, 0.28900274923155, 0.355790680958267]
    #expect(relativeDifference([optimum.value], [5.33095520066589]) < 1e-12)
    #expect(relativeDifference(optimum.parameters, known) < 1e-10)
    let published = problem.value(at: [1.70024, 184.691, 1633.48, 0.289008, 0.355794])
    #expect(relativeDifference([published], [5.33108768628245]) < 1e-12)
  }

  @Test func `the optimum of absolute deviations passes through as many runs as there are parameters`() throws {
    let table = try LossTable.chinchilla()
    let problem = try table.problem(Objective(.absolute, residual: .log))
    let optimum = try problem.minimize(threads: 2)
    let residuals = problem.residuals(at: optimum.parameters)
    let touched = residuals.indices.filter { abs(residuals[$0]) < 1e-12 }.map { table.loss[$0] }
    let known = [3.1601132740, 2.9986803362, 2.7906069783, 2.6599757580, 2.2490762955]
    #expect(touched.count == 5)
    #expect(relativeDifference(touched, known) < 1e-9)
    // What is left of the gradient once the touched runs' charges, kept within their bounds, have balanced it.
    #expect(optimum.gradientNorm < 1e-12)
  }

  @Test func `the scale of Huber's likelihood is fitted along`() throws {
    let problem = try LossTable.chinchilla().problem(Objective(.huberLikelihood(delta: 1e-3), residual: .log))
    let optimum = try problem.minimize(threads: 2)
    let scale = try #require(problem.objective.scale(at: optimum.parameters, of: problem))
    #expect(relativeDifference([scale], [4.70622772342309e-6]) < 1e-8)
    // Besiroglu's headline, whose E is not that of the optimum.
    let headline = problem.value(at: [1.8172, 482.01, 2085.43, 0.3478, 0.3658])
    #expect(relativeDifference([headline], [-878.61527217]) < 1e-10)
  }

  @Test(arguments: [Objective.hoffmann, Objective(.absolute, residual: .log)])
  func `weight 0 is the same as leaving a run out`(_ objective: Objective) throws {
    let all = try LossTable.chinchilla(withoutHighest: 0)
    let weights = all.loss.indices.map { $0 < 5 ? 0.0 : 1 }
    let weighted = try all.problem(objective, weights: weights).minimize(threads: 1)
    let dropped = try LossTable.chinchilla().problem(objective).minimize(threads: 1)
    #expect(relativeDifference(weighted.parameters, dropped.parameters) < 1e-10)
    #expect(relativeDifference([weighted.value], [dropped.value]) < 1e-12)
  }

  @Test(arguments: [Objective.hoffmann, Objective(.absolute, residual: .log)])
  func `weight 2 is the same as a run twice`(_ objective: Objective) throws {
    var table = try LossTable.chinchilla()
    let weights = table.loss.indices.map { $0 % 3 == 0 ? 2.0 : 1 }
    let weighted = try table.problem(objective, weights: weights).minimize(threads: 1)
    for row in weights.indices where weights[row] == 2 {
      table.size.append(table.size[row])
      table.tokens.append(table.tokens[row])
      table.loss.append(table.loss[row])
    }
    let repeated = try table.problem(objective).minimize(threads: 1)
    #expect(relativeDifference(weighted.parameters, repeated.parameters) < 1e-9)
  }
}
