import Documents
import Fitting
import Foundation
import Tables

/// A fit redone under another choice: how much of the answer is the choice's.
public struct SensitivityRow: Codable, Sendable, Equatable {
  /// The change: `huber:0.0001`, `without the 10 % smallest runs`.
  public var change: String
  public var runs: Int
  /// In the law's order.
  public var parameters: [Double]
  /// The size exponent of the optimum, where the law has one.
  public var sizeExponent: Double?
  /// The compute-optimal size at the target budget, where the law has one.
  public var optimalSize: Double?
}

extension LawFit {
  /// The budget in FLOP that optima are compared at unless another is asked for: ten times the largest run's compute.
  public var usualTarget: Double? { (ranges["flops"]?.upperBound ?? computeFromSizeAndTokens?.max()).map { 10 * $0 } }

  /// The fit under other objectives, without the runs of least compute, and with sizes counted the other way.
  ///
  /// - Parameter target: the budget in FLOP at which optimal sizes are compared.
  public func sensitivities(target: Double? = nil) -> [SensitivityRow] {
    let variants = variants
    let found = mapInParallel(
      variants.count, threads: settings.threads, state: {}, body: { index, _ in refit(variants[index].problem) })
    return sensitivityRows(variants, found, target)
  }

  /// A choice made otherwise.
  struct Variant: Sendable {
    /// The position among the others.
    var place: Int
    var change: String
    var runs: Int
    var problem: FitProblem
  }

  /// The fit's own problem under every other choice; first what takes longest, so that no thread is left alone with it.
  var variants: [Variant] {
    let residual = problem.objective.residual
    let others: [Objective] =
      [1e-4, 1e-3, 1e-2].map { Objective(.huber(delta: $0), residual: residual) }
      + [Objective(.leastSquares, residual: residual), Objective(.absolute, residual: residual)]
    var variants = others.filter { $0 != problem.objective }.enumerated().map { place, other in
      Variant(place: place, change: other.kind.text, runs: runs.rowCount, problem: problem.under(other))
    }
    for share in [0.1, 0.25] {
      guard let weights = withoutSmallest(share) else { continue }
      let kept = weights.filter { $0 > 0 }.count
      guard kept > law.parameters.count else { continue }
      variants.append(
        Variant(
          place: variants.count, change: "without the \(Int(share * 100)) % smallest runs", runs: kept,
          problem: problem.weighted(weights)))
    }
    if let (name, other) = countedOtherwise() {
      variants.append(Variant(place: variants.count, change: name, runs: runs.rowCount, problem: other))
    }
    return variants.filter { $0.problem.objective.kind == .absolute }
      + variants.filter { $0.problem.objective.kind != .absolute }
  }

  /// A variant's optimum: from the optima of the fit itself, and from a few starts that know nothing of them. On one
  /// thread: there are more variants than threads.
  func refit(_ variant: FitProblem) -> Optimum? {
    let known = [optimum.parameters] + optimum.others.prefix(2).map(\.parameters)
    return try? variant.minimize(.global(2), from: known, threads: 1)
  }

  /// The rows of the variants that have an optimum, after the fit's own.
  func sensitivityRows(_ variants: [Variant], _ found: [Optimum?], _ target: Double?) -> [SensitivityRow] {
    let target = target ?? usualTarget
    func row(_ change: String, _ parameters: [Double], _ count: Int) -> SensitivityRow {
      let tradeOff = law.powerTradeOffs([parameters])[0]
      let size = target.flatMap { tradeOff?.optimalParams(flops: $0) }
      return SensitivityRow(
        change: change, runs: count, parameters: parameters, sizeExponent: tradeOff?.sizeExponent,
        optimalSize: size.flatMap { $0.isFinite ? $0 : nil })
    }
    let rows = zip(variants, found).sorted { $0.0.place < $1.0.place }.compactMap { variant, found in
      found.map { row(variant.change, $0.parameters, variant.runs) }
    }
    return [row("as fitted", optimum.parameters, runs.rowCount)] + rows
  }

  /// The same runs with sizes counted with embeddings instead of without, or the other way round, where the table has both.
  private func countedOtherwise() -> (name: String, problem: FitProblem)? {
    let rules = [
      ("params", "params_non_embedding", "sizes without embeddings"),
      ("params_non_embedding", "params", "sizes with embeddings"),
    ]
    for (own, other, name) in rules {
      guard let index = law.variables.firstIndex(where: { $0.column == own }), let role = Role(rawValue: other),
        let sizes = try? runs.values(for: role), sizes.allSatisfy({ $0.isFinite && $0 > 0 })
      else { continue }
      var counted = columns
      counted[index] = sizes
      guard
        let problem = try? law.problem(
          runs, columns: counted, objective: problem.objective, weights: problem.weights)
      else { continue }
      return (name, problem)
    }
    return nil
  }

  /// The warning of the rows, if they differ by more than chance moves the fit.
  public func sensitivityDiagnostics(_ rows: [SensitivityRow]) -> [Diagnostic] {
    let found = rows.compactMap { row in row.sizeExponent.map { (row.change, $0) } }
    guard let low = found.min(by: { $0.1 < $1.1 }), let high = found.max(by: { $0.1 < $1.1 }), let exponents else {
      return []
    }
    let spread = standardDeviation(exponents.draws.map(\.size))
    guard high.1 - low.1 > 2 * (spread.isFinite ? spread : 0.01) else { return [] }
    return [
      Diagnostic(
        "sensitive_choice", .warning,
        "the size exponent goes from \(NumberText.fixed(low.1, 3)) (\(low.0)) to \(NumberText.fixed(high.1, 3)) "
          + "(\(high.0)): the choice of objective and runs matters more than chance; plan under each")
    ]
  }

  /// Weight 0 for the share of runs with the least compute (or, without it, the smallest first variable).
  private func withoutSmallest(_ share: Double) -> [Double]? {
    let size = (try? runs.values(for: .flops)) ?? computeFromSizeAndTokens ?? columns.first
    guard let size, size.count > 10 else { return nil }
    let drop = Int(share * Double(size.count))
    let smallest = Set(size.indices.sorted { (size[$0], $0) < (size[$1], $1) }.prefix(drop))
    return problem.weights.indices.map { smallest.contains($0) ? 0 : problem.weights[$0] }
  }

  private var computeFromSizeAndTokens: [Double]? {
    guard let sizes = try? runs.values(for: .params), let tokens = try? runs.values(for: .tokens) else { return nil }
    return zip(sizes, tokens).map { 6 * $0 * $1 }
  }
}
