import Documents
import Foundation
import Tables

extension ComputeExponents {
  static func tooFewBudgets(_ found: Int, _ excluded: [Exclusion], strays: Int, labeled: Bool) -> LawError {
    var text =
      found == 1
      ? "one budget has a minimum, but a line needs two" : "no budget has a minimum, but a line needs two"
    if !excluded.isEmpty { text += "; " + excluded.prefix(4).map(\.reason).joined(separator: "; ") }
    if excluded.count > 4 { text += "; and \(excluded.count - 4) more" }
    if strays > 0 { text += "; \(strays) run\(strays == 1 ? " is" : "s are") near no budget" }
    return LawError(
      text
        + (labeled
          ? "; run more sizes at more budgets"
          : "; label the runs with a budget column, or run more sizes at more budgets"))
  }

  static func profileWarnings(_ points: [Point], strays: Int, of count: Int) -> [String] {
    var warnings: [String] = []
    let few = points.filter { $0.distinctSizes < 5 }
    if !few.isEmpty {
      warnings.append(
        "the minima at \(listed(few.map(\.flops))) rest on fewer than five sizes, which do not show whether a parabola "
          + "fits"
      )
    }
    if points.count == 2 { warnings.append("a line through two budgets has no check: there is no standard error") }
    if let first = points.first, let last = points.last, last.flops < 10 * first.flops {
      warnings.append(
        "the budgets span a factor of \(NumberText.rounded(last.flops / first.flops)) in compute; an exponent needs 10 "
          + "or more"
      )
    }
    if strays > 0 {
      warnings.append("\(strays) of \(count) runs are near no budget and are left out")
    }
    return warnings
  }

  static func profileNotes(_ runs: RunColumns, _ budgets: [IsoFLOPBudget], labeled: Bool) -> [String] {
    let grouped =
      labeled ? "budgets are those of the budget column" : "budgets are groups of runs of about equal compute"
    let factor = runs.flopsPerParamToken(in: budgets)
    return [
      grouped,
      "compute is \(NumberText.rounded(factor)) FLOP per parameter and token over these runs (6 by convention)",
    ]
  }
}

/// Compute values in words: the first few of many.
func listed(_ flops: [Double]) -> String {
  let shown = flops.prefix(6).map { formatFLOPs($0) }.joined(separator: ", ")
  return flops.count > 6 ? "\(shown) and \(flops.count - 6) more" : shown
}

extension RunColumns {
  /// The compute of budgets per parameter and token of their runs, as the geometric mean: 6 by convention.
  func flopsPerParamToken(in budgets: [IsoFLOPBudget]) -> Double {
    let logs = budgets.flatMap { budget in
      budget.runs.map { log(budget.flops) - log(params[$0]) - log(tokens[$0]) }
    }
    return exp(logs.reduce(0, +) / Double(max(1, logs.count)))
  }
}
