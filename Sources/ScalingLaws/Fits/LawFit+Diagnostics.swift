import Documents
import Fitting
import Foundation
import Tables

extension LawFit {
  /// The diagnostics of the optimum and the residuals.
  public var diagnostics: [Diagnostic] {
    let variables = zip(law.variables, columns).filter { !$0.0.isPiece }.map { (name: $0.column, values: $1) }
    let lines = (0..<runs.rowCount).map { runs.table.line(ofRow: $0) }
    return constancy + problem.diagnose(optimum, covariance, variables: variables, lines: lines) + influence(lines)
      + resolution + failedRefits + uncorrectedIntervals + equivalentOptimaDiagnostics + plausibilityDiagnostics
  }

  /// Whether there is anything to explain at all.
  private var constancy: [Diagnostic] {
    guard let first = problem.observed.first, problem.observed.allSatisfy({ $0 == first }) else { return [] }
    return [
      Diagnostic(
        "constant_target", .error,
        "\(law.target) is the same in all runs: there is nothing to fit, and no parameter means anything")
    ]
  }

  /// Whether the draws are enough for the level of the intervals: a percentile needs a few draws beyond it.
  private var resolution: [Diagnostic] {
    let beyond = Double(draws.parameters.count) * (1 - settings.level) / 2
    guard !draws.parameters.isEmpty, beyond < 4.99 else { return [] }
    let needed = (10 / (1 - settings.level) - 1e-3).rounded(.up)
    let remedy =
      needed <= 1_000_000 ? "use --bootstrap \(Int(needed)) or more" : "lower the level of the intervals"
    return [
      Diagnostic(
        "few_resamples", .warning,
        "\(draws.parameters.count) bootstrap resample\(draws.parameters.count == 1 ? " is" : "s are") too few for intervals "
          + "of this level: \(remedy)")
    ]
  }

  /// Resamples without an optimum are not left out at random: they are those that determine least.
  private var failedRefits: [Diagnostic] {
    guard draws.failed * 50 > settings.resamples else { return [] }
    return [
      Diagnostic(
        "refits_failed", .warning,
        "\(draws.failed) of \(settings.resamples) bootstrap refits found no optimum and are left out, so the intervals are "
          + "narrower than they should be: the runs barely determine this law")
    ]
  }

  /// BCa intervals that could not be had.
  private var uncorrectedIntervals: [Diagnostic] {
    guard settings.intervalMethod == .bca, draws.parameters.count > 1 else { return [] }
    let names = law.parameters.indices.filter { index in
      bcaInterval(
        draws.parameters.map { $0[index] }, estimate: optimum.parameters[index], jackknife: leftOut.map { $0[index] },
        level: settings.level) == nil
    }.map { law.parameters[$0].name }
    guard !names.isEmpty else { return [] }
    return [
      Diagnostic(
        "no_bca_interval", .warning,
        "all bootstrap draws of \(names.joined(separator: ", ")) lie on one side of the fit, where BCa cannot correct: "
          + "percentile intervals stand there instead")
    ]
  }

  /// The influence of each run: the parameter that moves most without it, and by how many standard errors.
  public var influences: [(parameter: String, pull: Double)?] {
    let errors = law.parameters.indices.map { uncertainty(of: $0).standardError ?? .infinity }
    return withoutEachRun.map { parameters in
      guard let parameters else { return nil }
      let moves = parameters.indices.map { abs(parameters[$0] - optimum.parameters[$0]) / errors[$0] }
      guard let most = moves.indices.max(by: { moves[$0] < moves[$1] }), moves[most].isFinite else { return nil }
      return (law.parameters[most].name, moves[most])
    }
  }

  /// Runs, or curves, without which some parameter moves by more than its standard error.
  private func influence(_ lines: [Int]) -> [Diagnostic] {
    let begins = { (row: Int) in row == 0 || curves.map { $0[row] != $0[row - 1] } ?? true }
    let pulls = influences.enumerated().compactMap { row, influence in influence.map { (row: row, $0) } }
      .filter { $0.1.pull > 1 && begins($0.row) }.sorted { $0.1.pull > $1.1.pull }
    guard !pulls.isEmpty else { return [] }
    // Where an estimate has next to no error, how many of them it moves by says nothing.
    func number(_ pull: Double) -> String { pull < 1000 ? NumberText.fixed(pull, 1) : "more than 1000" }
    let shown = pulls.prefix(5).map { row, influence in
      "\(curves == nil ? "" : "the curve that begins at ")line \(lines[row]) (\(influence.parameter) by \(number(influence.pull)) standard errors)"
    }
    return [
      Diagnostic(
        "influential_run", .warning,
        "without \(shown.joined(separator: ", or "))\(pulls.count > 5 ? ", or \(pulls.count - 5) more" : "") the fit moves: "
          + "check those \(curves == nil ? "runs" : "curves")")
    ]
  }
}
