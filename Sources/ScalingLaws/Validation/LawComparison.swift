import Documents
import Fitting
import Foundation
import Tables

/// Laws compared on the same runs: how well each describes them, and how well each predicts the expensive ones from the
/// cheap ones.
public struct LawComparison: Document, Equatable {
  public static let schema = "windtunnel.comparison/1"
  public static let kind = "comparison of laws"
  public static let remedy = "write one with 'windtunnel compare RUNS --output FILE'"

  public var runs: Int
  public var folds: Int
  /// The column whose values were left out as groups in the cross-validation; nil if single rows were.
  public var foldedBy: String?
  /// The share of runs, those of most compute, that the extrapolation is scored on.
  public var holdout: Double
  /// The measure of a run's cost: compute, or the steps of points along curves if the table has no compute.
  public var dearBy: Measure
  /// The largest cost among the scored runs over the largest among the fitted ones; nil if none is fitted.
  public var extrapolationFactor: Double?
  /// By ascending error of the back-test; of the extrapolation if there is no cutoff to test at.
  public var laws: [Entry]
  /// The mean error of the stack, whose weights the entries have, over the same cutoffs that the weights were chosen
  /// on.
  public var stackError: Double?
  /// The rows left out before, and the reasons; nil if none were.
  public var exclusions: [FitDocument.Exclusion]?
  /// Other changes to the table; nil if none.
  public var notes: [String]?

  public enum Measure: String, Codable, Sendable, CaseIterable {
    /// Compute in FLOP.
    case flops
    case steps

    /// The name in sentences.
    public var noun: String { self == .flops ? "compute" : "steps" }
  }

  public struct Entry: Codable, Sendable, Equatable {
    public var law: String
    public var parameters: Int
    /// Akaike's and the Bayesian information criterion of least squares on log residuals, with the scale as a
    /// parameter.
    public var aic: Double
    public var bic: Double
    /// Mean absolute residual of the logarithm of the loss over runs left out in turn.
    ///
    /// Nil if the law has no value at some of them.
    public var crossValidationError: Double?
    /// Mean absolute residual of the logarithm of the loss over the expensive runs, fitted on the cheap ones.
    ///
    /// Nil if the law has no value at some of them.
    public var extrapolationError: Double?
    /// Mean residual there: positive if the law predicts too high a loss.
    public var extrapolationBias: Double?
    /// Predictions from every cutoff to the runs above it; nil if the runs cannot be divided.
    public var backTest: BackTest?
    /// The mean error of the back-test.
    public var backTestError: Double?
    /// The law's share in the best stack; nil if the back-test gives none.
    public var stackingWeight: Double?
  }

  /// - Parameters:
  ///   - objective: for cross-validation and extrapolation; each law's own if nil.
  ///   - column: rows that share its value are left out together in the cross-validation, such as whole curves.
  ///   - seed: that of the split into folds.
  /// - Throws: as ``LawFit`` does, and `FitError` if too few runs are left to fit.
  public init(
    _ laws: [Law], on runs: RunTable, objective: Objective? = nil, starts: Starts = .standard, folds: Int = 10,
    foldBy column: String? = nil, holdout: Double = 0.25, seed: UInt64 = 0, threads: Int
  ) throws {
    // A law may use any name of the column.
    let targets = Set(try laws.map { try runs.resolve($0.target)?.column ?? $0.target })
    guard targets.count <= 1 else {
      throw LawError(
        "laws that predict different columns (\(targets.sorted().joined(separator: ", "))) cannot be compared")
    }
    self.runs = runs.rowCount
    let groups = try column.map { try Self.groups(runs, $0) } ?? Array(0..<runs.rowCount)
    let groupCount = (groups.max() ?? 0) + 1
    foldedBy = column
    self.folds = min(folds, groupCount)
    self.holdout = holdout
    let (compute, measure) = try Self.cost(runs)
    dearBy = measure
    let order = compute.indices.sorted { (compute[$0], $0) < (compute[$1], $1) }
    let expensive = Set(order.suffix(max(1, Int((holdout * Double(order.count)).rounded()))))
    let cheapest = order.filter { !expensive.contains($0) }
    extrapolationFactor = cheapest.last.map { compute[order[order.count - 1]] / compute[$0] }
    let foldCount = self.folds
    let foldOfGroup = Self.folds(groupCount, foldCount, seed: seed)
    let fold = groups.map { foldOfGroup[$0] }
    let cuts = BackTest.places(
      compute, needed: 3 * (laws.map(\.parameters.count).max() ?? 0), gap: measure == .flops ? 1.05 : 1)
    var entries = try laws.map { law in
      let columns = try law.columns(of: runs)
      let problem = try law.problem(runs, columns: columns, objective: objective ?? law.objective)
      let needed = law.parameters.count + 1
      guard cheapest.count >= needed else {
        throw FitError(
          "\(law.name) has \(law.parameters.count) parameters and needs at least \(needed) runs to fit; "
            + "of the \(runs.rowCount) run\(runs.rowCount == 1 ? "" : "s"), \(cheapest.count) remain when "
            + "\(expensive.count) \(expensive.count == 1 ? "is" : "are") held out")
      }
      let largestFold = (0..<foldCount).map { k in fold.count { $0 == k } }.max() ?? 0
      guard runs.rowCount - largestFold >= needed else {
        throw FitError(
          "\(law.name) needs at least \(needed) runs to fit, and \(foldCount)-fold cross-validation leaves "
            + "\(runs.rowCount - largestFold) of \(runs.rowCount); use more folds")
      }
      let whole = try problem.minimize(starts, threads: threads)
      func errors(fittedWithout left: (Int) -> Bool) throws -> [Double] {
        let weights = (0..<runs.rowCount).map { left($0) ? 0.0 : 1.0 }
        let found = try problem.weighted(weights).minimize(.global(4), from: [whole.parameters], threads: threads)
        let predictions = problem.bound.values(parameters: found.parameters)
        return predictions.indices.filter(left).map { log(predictions[$0]) - log(problem.observed[$0]) }
      }
      let squares = problem.under(Objective(.leastSquares, residual: .log))
      let best = try squares.minimize(starts, threads: threads)
      let count = Double(runs.rowCount)
      // Residuals below rounding are treated as rounding.
      let variance = max(2 * best.value / count, Double.ulpOfOne * Double.ulpOfOne)
      let deviance = count * log(variance) + count * (1 + log(2 * Double.pi))
      let free = Double(law.parameters.count + 1)
      let crossed = try (0..<foldCount).flatMap { k in try errors { fold[$0] == k } }
      let extrapolated = try errors { expensive.contains($0) }
      let backTest =
        cuts.isEmpty
        ? nil
        : try BackTest(
          problem, cost: compute, measure: measure, cuts: cuts, near: whole.parameters, threads: threads)
      return Entry(
        law: Self.name(of: law), parameters: law.parameters.count,
        aic: deviance + 2 * free, bic: deviance + log(count) * free, crossValidationError: Self.meanAbsolute(crossed),
        extrapolationError: Self.meanAbsolute(extrapolated),
        extrapolationBias: Self.finite(extrapolated.reduce(0, +) / Double(extrapolated.count)), backTest: backTest,
        backTestError: backTest?.error)
    }
    stackError = Self.stack(&entries)
    self.laws = entries.sorted {
      ($0.backTestError ?? .infinity, $0.extrapolationError ?? .infinity)
        < ($1.backTestError ?? .infinity, $1.extrapolationError ?? .infinity)
    }
  }

  /// Weights the laws by their back-tests, every cutoff counted equally. Returns the mean error of their stack.
  private static func stack(_ entries: inout [Entry]) -> Double? {
    let tested = entries.indices.filter { entries[$0].backTestError != nil }.prefix(mostStacked)
    guard let first = tested.first, let cuts = entries[first].backTest?.cuts else { return nil }
    let scales = cuts.flatMap { cut in cut.misses.map { _ in (1 / Double(cut.misses.count)).squareRoot() } }
    let residuals = tested.map { entries[$0].backTest?.cuts.flatMap { $0.misses.map { $0.residual ?? .nan } } ?? [] }
    let weights = stackingWeights(errors: residuals.map { zip($0, scales).map { $0 * $1 } })
    for (index, weight) in zip(tested, weights) { entries[index].stackingWeight = weight }
    let mixed = scales.indices.map { row in zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1[row] } }
    return zip(mixed, scales).reduce(0) { $0 + abs($1.0) * $1.1 * $1.1 } / Double(cuts.count)
  }

  /// The name of a law in entries: its name, or its formula if it is a user's own.
  public static func name(of law: Law) -> String { law.name == "formula" ? law.formula.text : law.name }

  /// The cost of each run: its compute, by 6ND if it has no column of its own; its steps if it has neither.
  private static func cost(_ runs: RunTable) throws -> ([Double], Measure) {
    if try runs.column(for: .flops) != nil {
      _ = try runs.validated(for: [.flops])
      return (try runs.values(for: .flops), .flops)
    }
    if try runs.column(for: .params) != nil, try runs.column(for: .tokens) != nil {
      return (zip(try runs.values(for: .params), try runs.values(for: .tokens)).map { 6 * $0 * $1 }, .flops)
    }
    if try runs.column(for: .steps) != nil {
      _ = try runs.validated(for: [.steps])
      return (try runs.values(for: .steps), .steps)
    }
    throw TableError(
      .badData, file: runs.table.name,
      message:
        "the runs have neither flops, nor params and tokens to compute them from, nor steps: their cost is unknown"
    )
  }

  /// A number for each run, the same for those that share a column's value.
  private static func groups(_ runs: RunTable, _ column: String) throws -> [Int] {
    guard let resolution = try runs.resolve(column) else { throw runs.missing(column, "to leave groups out by") }
    var numbers: [String: Int] = [:]
    let groups = try runs.table.texts(resolution.column).map { label in
      let number = numbers[label] ?? numbers.count
      numbers[label] = number
      return number
    }
    guard numbers.count > 1 else {
      throw TableError(
        .badData, file: runs.table.name, column: resolution.column,
        message: "all rows have the same value here, so no group can be left out; choose another column")
    }
    return groups
  }

  /// A fold for each row, all folds of nearly equal size.
  private static func folds(_ count: Int, _ folds: Int, seed: UInt64) -> [Int] {
    let random = Random(seed: seed)
    var rows = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { rows.swapAt(last, random.integer(below: last + 1)) }
    var result = [Int](repeating: 0, count: count)
    for (place, row) in rows.enumerated() { result[row] = place % folds }
    return result
  }

  private static func meanAbsolute(_ values: [Double]) -> Double? {
    finite(values.reduce(0) { $0 + abs($1) } / Double(max(1, values.count)))
  }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}
