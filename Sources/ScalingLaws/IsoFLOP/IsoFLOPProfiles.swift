import Documents
import Foundation
import Tables

extension ComputeExponents {
  /// Approach 2 of Hoffmann et al. 2022 (arXiv 2203.15556, section 3.2): at each budget a parabola of the loss in the
  /// logarithm of the size, and another in that of the tokens; then a straight line through the logarithms of the
  /// minima. The bootstrap resamples runs within each budget.
  ///
  /// A budget without a minimum among its sizes, or with fewer than three of them, is left out with its reason.
  /// - Throws: ``LawError`` if fewer than two budgets have a minimum.
  public static func isoFLOPProfiles(_ runs: RunColumns, _ options: IsoFLOPOptions = IsoFLOPOptions()) throws(LawError)
    -> ComputeExponents
  {
    try exponents(of: runs, .isoFLOPProfiles, options) { members, resampler throws(LawError) in
      let kept = options.window.runs(of: runs, among: resampler?.cases(members) ?? members)
      let params = kept.map { runs.params[$0] }
      let loss = kept.map { runs.loss[$0] }
      let size = try IsoFLOPParabola(params, loss: loss, of: "sizes")
      let tokens = try IsoFLOPParabola(kept.map { runs.tokens[$0] }, loss: loss, of: "token counts")
      return BudgetMinimum(
        params: size.minimum, tokens: tokens.minimum, loss: size.loss, curvature: size.curvature, weight: 1,
        runs: kept.count, distinctSizes: distinctCount(params))
    }
  }
}

/// The optimum of one budget, and its weight in the line.
struct BudgetMinimum {
  var params: Double
  var tokens: Double
  var loss: Double
  var curvature: Double?
  var weight: Double
  var runs: Int
  var distinctSizes: Int
}

extension IsoFLOPOptions.Window {
  /// The given runs that are in the window.
  func runs(of columns: RunColumns, among members: [Int]) -> [Int] {
    guard case .within(let factor) = self,
      let best = members.min(by: { columns.loss[$0] < columns.loss[$1] })
    else { return members }
    let widest = log(factor) + 1e-9
    return members.filter { abs(log(columns.params[$0] / columns.params[best])) <= widest }
  }
}

extension ComputeExponents {
  /// The lines through the optima that `minimum` finds at each budget, with the bootstrap.
  ///
  /// - Parameter minimum: returns the optimum of a budget from its runs; from a random variation of them if it is given
  ///   a resampler.
  static func exponents(
    of runs: RunColumns, _ approach: Approach, _ options: IsoFLOPOptions,
    minimum: ([Int], Resampler?) throws(LawError) -> BudgetMinimum
  ) throws(LawError) -> ComputeExponents {
    try options.check()
    let grouping = runs.isoFLOPBudgets(tolerance: options.tolerance)
    var minima: [(budget: IsoFLOPBudget, found: BudgetMinimum)] = []
    var excluded: [Exclusion] = []
    for budget in grouping.budgets {
      do throws(LawError) {
        minima.append((budget, try minimum(budget.runs, nil)))
      } catch {
        excluded.append(
          Exclusion(
            lowestFlops: budget.flops, highestFlops: budget.flops, count: budget.runs.count,
            reason: "the budget of \(formatFLOPs(budget.flops)) is left out: \(error)"))
      }
    }
    let flops = minima.map(\.budget.flops)
    guard minima.count >= 2, let lines = minimumLines(flops: flops, minima.map(\.found)) else {
      throw tooFewBudgets(minima.count, excluded, strays: grouping.strays.count, labeled: runs.budget != nil)
    }
    let drawn = bootstrap(minima.map(\.budget), options, minimum: minimum)
    let points = minima.enumerated().map { index, entry in
      Point(
        flops: entry.budget.flops, params: entry.found.params, tokens: entry.found.tokens,
        tokensFromCompute: entry.budget.flops / (6 * entry.found.params), loss: entry.found.loss,
        curvature: entry.found.curvature, runs: entry.found.runs, distinctSizes: entry.found.distinctSizes,
        paramsInterval: Interval(of: drawn.params[index], level: options.level))
    }
    return ComputeExponents(
      approach: approach, size: PowerLaw(lines.size, draws: drawn.draws.map(\.size), level: options.level),
      tokens: PowerLaw(lines.tokens, draws: drawn.draws.map(\.tokens), level: options.level), loss: nil,
      points: points, excluded: excluded,
      warnings: profileWarnings(points, strays: grouping.strays.count, of: runs.count) + drawn.warnings(flops, options),
      notes: profileNotes(runs, minima.map(\.budget), labeled: runs.budget != nil), draws: drawn.draws,
      level: options.level)
  }

  private static func minimumLines(flops: [Double], _ minima: [BudgetMinimum]) -> (
    size: LeastSquaresLine, tokens: LeastSquaresLine
  )? {
    let x = flops.map { log($0) }
    let weights = minima.map(\.weight)
    guard let size = LeastSquaresLine(x, minima.map { log($0.params) }, weights: weights),
      let tokens = LeastSquaresLine(x, minima.map { log($0.tokens) }, weights: weights)
    else { return nil }
    return (size, tokens)
  }

  /// One stream of random numbers through all budgets, so that the result does not depend on the number of threads.
  private static func bootstrap(
    _ budgets: [IsoFLOPBudget], _ options: IsoFLOPOptions,
    minimum: ([Int], Resampler?) throws(LawError) -> BudgetMinimum
  ) -> BudgetDraws {
    var drawn = BudgetDraws(budgets: budgets.count)
    let resampler = Resampler(seed: options.seed)
    for _ in 0..<options.resamples {
      var found: [(flops: Double, minimum: BudgetMinimum)] = []
      for (index, budget) in budgets.enumerated() {
        guard let one = try? minimum(budget.runs, resampler) else { continue }
        drawn.params[index].append(one.params)
        found.append((budget.flops, one))
      }
      if let lines = minimumLines(flops: found.map(\.flops), found.map(\.minimum)) {
        drawn.draws.append(Draw(size: lines.size.line, tokens: lines.tokens.line))
      }
    }
    return drawn
  }
}

/// The results of the resamples of budgets.
private struct BudgetDraws {
  var draws: [ComputeExponents.Draw] = []
  /// For each budget, the optimal sizes of the resamples in which it had one.
  var params: [[Double]]

  init(budgets: Int) { params = [[Double]](repeating: [], count: budgets) }

  func warnings(_ flops: [Double], _ options: IsoFLOPOptions) -> [String] {
    guard options.resamples > 0 else { return [] }
    var warnings: [String] = []
    let unsure = zip(flops, params).filter { $0.1.count * 10 < options.resamples * 9 }
    if let least = unsure.map(\.1.count).min() {
      let lost = 100 * Double(options.resamples - least) / Double(options.resamples)
      warnings.append(
        "at \(listed(unsure.map(\.0))) more than a tenth of the resamples have no minimum among the sizes (at worst "
          + "\(NumberText.rounded(lost, 2)) %): these minima rest on few runs, and the intervals are too narrow")
    }
    let failed = options.resamples - draws.count
    if failed > 0 {
      warnings.append(
        "\(failed) of \(options.resamples) resamples left fewer than two budgets with a minimum and are left out")
    }
    return warnings
  }
}
