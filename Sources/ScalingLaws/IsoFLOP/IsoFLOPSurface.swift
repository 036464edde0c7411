import Documents
import Fitting
import Formulas
import Foundation
import Tables

/// One surface through the runs of all budgets: free of the parabola's bias, and more stable under noise, if the
/// surface has the shape of the truth.
public struct IsoFLOPSurface: Codable, Hashable, Sendable {
  public let surface: ChinchillaSurface
  /// The root of the mean squared residual, in nats per token.
  public let rootMeanSquare: Double
  /// `a = beta/(alpha + beta)`, and the surface's optimum at each budget for comparison with the other approaches.
  public let exponents: ComputeExponents

  enum CodingKeys: String, CodingKey {
    case surface, exponents
    case rootMeanSquare = "root_mean_square"
  }

  /// Least squares of the loss, from many starts, with E, A and B solved for (variable projection).
  ///
  /// Every run counts, with or without a budget. The bootstrap resamples runs within each budget, and those without one
  /// separately.
  /// - Throws: ``LawError`` with fewer than six runs, or if they do not show how loss falls with size or with tokens.
  public init(_ runs: RunColumns, _ options: IsoFLOPOptions = IsoFLOPOptions(), threads: Int = 1) throws(LawError) {
    try options.check()
    guard runs.count >= 6, distinctCount(runs.params) >= 3, distinctCount(runs.tokens) >= 3 else {
      throw LawError("a surface of five parameters needs six runs, with three or more sizes and token counts")
    }
    let problem = try Self.problem(runs, around: nil)
    let best = try Self.minimize(problem, .standard, threads: threads)
    surface = try Self.surface(best.parameters, runs)
    rootMeanSquare = (2 * best.value / Double(runs.count)).squareRoot()
    let grouping = runs.isoFLOPBudgets(tolerance: options.tolerance)
    let factor =
      grouping.budgets.isEmpty
      ? runs.flopsPerParamToken(in: runs.flops.indices.map { IsoFLOPBudget(flops: runs.flops[$0], runs: [$0]) })
      : runs.flopsPerParamToken(in: grouping.budgets)
    let strata = grouping.budgets.map(\.runs) + (grouping.strays.isEmpty ? [] : [grouping.strays])
    let drawn = try Self.bootstrap(runs, strata, around: surface, options)
    exponents = ComputeExponents(
      surface, drawn, runs, grouping.budgets, flopsPerParamToken: factor, options,
      warnings: best.converged
        ? [] : ["the search for the surface did not converge; its parameters are not an optimum"],
      rootMeanSquare: rootMeanSquare)
  }

  /// The surfaces of the resamples.
  private static func bootstrap(
    _ runs: RunColumns, _ strata: [[Int]], around best: ChinchillaSurface, _ options: IsoFLOPOptions
  ) throws(LawError) -> [ChinchillaSurface] {
    let problem = try problem(runs, around: best)
    let resampler = Resampler(seed: options.seed)
    var surfaces: [ChinchillaSurface] = []
    for _ in 0..<options.resamples {
      var weights = [Double](repeating: 0, count: runs.count)
      for stratum in strata {
        for run in resampler.cases(stratum) { weights[run] += 1 }
      }
      guard let found = try? minimize(problem.weighted(weights), .global(1), threads: 1),
        let surface = try? surface(found.parameters, runs)
      else { continue }
      surfaces.append(surface)
    }
    return surfaces
  }

  /// - Parameter best: where searches begin; the starts of the catalog's law if nil.
  private static func problem(_ runs: RunColumns, around best: ChinchillaSurface?) throws(LawError) -> FitProblem {
    do {
      let law = try LawCatalog().law("chinchilla")
      let compiled = try CompiledFormula(
        law.formula, parameters: law.parameterNames, variables: law.variables.map(\.name),
        positive: Set(law.variables.map(\.name)))
      var domains = law.parameters
      if let best {
        for index in domains.indices {
          // A single start is the middle of each range.
          let middle = ["alpha": best.alpha, "beta": best.beta][domains[index].name]
          if let middle { domains[index].startRange = middle...middle }
        }
      }
      return FitProblem(
        BoundFormula(compiled, columns: [runs.params, runs.tokens]), domains: domains, observed: runs.loss,
        objective: Objective(.leastSquares, residual: .linear))
    } catch {
      throw LawError("the law 'chinchilla' cannot be fitted: \(error)")
    }
  }

  private static func minimize(_ problem: FitProblem, _ starts: Starts, threads: Int) throws(LawError) -> Optimum {
    do throws(FitError) {
      return try problem.minimize(starts, threads: threads)
    } catch {
      throw LawError(error.description)
    }
  }

  /// The surface of fitted parameters, if each of its terms changes the loss from one end of the runs to the other.
  private static func surface(_ parameters: [Double], _ runs: RunColumns) throws(LawError) -> ChinchillaSurface {
    func fall(_ coefficient: Double, _ exponent: Double, over column: [Double]) -> Double {
      coefficient * (pow(column.min() ?? 1, -exponent) - pow(column.max() ?? 1, -exponent))
    }
    let least = 1e-6 * (runs.loss.min() ?? 1)
    let falls = [
      ("size", fall(parameters[1], parameters[3], over: runs.params)),
      ("tokens", fall(parameters[2], parameters[4], over: runs.tokens)),
    ]
    for (what, fall) in falls where !(fall > least) {
      throw LawError(
        "the best surface does not fall with \(what): these runs do not show the effect of \(what) on the loss; run a "
          + "wider range of it, or drop runs that failed")
    }
    return try ChinchillaSurface(parameters)
  }
}

extension ComputeExponents {
  fileprivate init(
    _ surface: ChinchillaSurface, _ drawn: [ChinchillaSurface], _ runs: RunColumns, _ budgets: [IsoFLOPBudget],
    flopsPerParamToken factor: Double, _ options: IsoFLOPOptions, warnings: [String], rootMeanSquare: Double
  ) {
    let draws = drawn.map {
      Draw(
        size: $0.optimalSize(flopsPerParamToken: factor), tokens: $0.optimalTokens(flopsPerParamToken: factor))
    }
    let size = surface.optimalSize(flopsPerParamToken: factor)
    let tokens = surface.optimalTokens(flopsPerParamToken: factor)
    let points = budgets.map { budget in
      let (params, tokens) = (size.value(at: budget.flops), tokens.value(at: budget.flops))
      return Point(
        flops: budget.flops, params: params, tokens: tokens, tokensFromCompute: budget.flops / (6 * params),
        loss: surface.loss(params: params, tokens: tokens), curvature: nil, runs: budget.runs.count,
        distinctSizes: distinctCount(budget.runs.map { runs.params[$0] }),
        paramsInterval: Interval(of: draws.map { $0.size.value(at: budget.flops) }, level: options.level))
    }
    var warnings = warnings
    let failed = options.resamples - draws.count
    if failed > 0 {
      warnings.append("\(failed) of \(options.resamples) resamples gave no surface with both terms and are left out")
    }
    self.init(
      approach: .isoFLOPSurface,
      size: PowerLaw(
        size, exponentError: nil, logCoefficientError: nil, draws: draws.map(\.size), level: options.level),
      tokens: PowerLaw(
        tokens, exponentError: nil, logCoefficientError: nil, draws: draws.map(\.tokens), level: options.level),
      loss: nil, points: points, excluded: [], warnings: warnings,
      notes: [
        "least squares of the loss over \(runs.count) runs leaves \(NumberText.rounded(rootMeanSquare)) nats per token",
        "compute is \(NumberText.rounded(factor)) FLOP per parameter and token over these runs (6 by convention)",
      ], draws: draws, level: options.level)
  }
}
