import Documents
import Fitting
import Formulas
import Foundation
import Tables

/// The protocol of a fit.
public struct FitProtocol: Sendable {
  /// The law's own where nil.
  public var objective: Objective?
  public var starts = Starts.standard
  /// The number of bootstrap resamples; 0 for none.
  public var resamples: Int
  public var resampling = Resampling.cases
  /// The level of every interval.
  public var level = 0.9
  public var intervalMethod = IntervalMethod.percentile
  public var seed: UInt64
  public var threads: Int
  /// The column of each run's weight in the objective; all 1 where nil.
  public var weights: String?

  public enum Resampling: Hashable, Sendable {
    case cases, residuals
    /// Whole groups of runs that share a value of a column.
    case groups(column: String)
  }

  public enum IntervalMethod: String, Sendable, CaseIterable {
    case percentile, bca
  }

  /// - Parameters:
  ///   - resamples: how many bootstrap resamples; none where 0.
  ///   - seed: of the starts and the resamples.
  public init(
    resamples: Int = 1000, seed: UInt64 = 0, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) {
    (self.resamples, self.seed, self.threads) = (resamples, seed, threads)
  }
}

/// A law fitted to runs, with all that is known of it.
public struct LawFit: Sendable {
  public let law: Law
  public let runs: RunTable
  public let settings: FitProtocol
  public let problem: FitProblem
  public let optimum: Optimum
  public let covariance: Covariance
  public let draws: BootstrapDraws
  /// About where the optimum lies without each run, or, of a law of whole curves, without its curve; empty where there are
  /// too many runs.
  public let withoutEachRun: [[Double]?]
  /// The number of each run's curve, of a law of whole curves.
  let curves: [Int]?
  /// The optimum without each unit that the bootstrap draws, runs or groups, for intervals that need it.
  let leftOut: [[Double]]
  /// The law's variables over the runs, in its order.
  public let columns: [[Double]]
  /// The ranges of the runs, by column.
  public let ranges: [String: ClosedRange<Double>]

  /// The most runs that are left out one by one.
  private static let mostLeftOut = 5000

  /// Fits a law to runs.
  ///
  /// - Parameter progress: called now and then with the count of bootstrap resamples newly done, from any thread.
  /// - Throws: `TableError` for a missing or invalid column; `FitError` where no start gives a finite objective.
  public init(
    _ law: Law, to runs: RunTable, _ settings: FitProtocol, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    self.law = law
    self.runs = runs
    self.settings = settings
    columns = try law.columns(of: runs)
    ranges = Self.ranges(law, runs)
    problem = try law.problem(
      runs, columns: columns, objective: settings.objective ?? law.objective,
      weights: try settings.weights.map { try Self.weights(runs, $0) })
    let counted = problem.weights.filter { $0 > 0 }.count
    guard counted > law.parameters.count else {
      throw TableError(
        .badData, file: runs.table.name,
        message:
          "\(counted) run\(counted == 1 ? "" : "s") cannot determine the \(law.parameters.count) parameters of \(law.name); "
          + "at least \(law.parameters.count + 1) are needed")
    }
    optimum = try problem.minimize(settings.starts, threads: settings.threads)
    covariance = problem.covariance(at: optimum.parameters)
    let kind = try Self.kind(settings.resampling, runs)
    if settings.resamples > 0 {
      let bootstrap = Bootstrap(kind, resamples: settings.resamples, seed: settings.seed)
      draws = problem.bootstrap(bootstrap, around: optimum, threads: settings.threads, progress: progress)
    } else {
      draws = BootstrapDraws(parameters: [], failed: 0)
    }
    curves = law.isOfSchedules ? runs.curveNumbers : nil
    let without =
      runs.rowCount <= Self.mostLeftOut
      ? problem.withoutEachRun(around: optimum, leaving: curves, threads: settings.threads) : []
    withoutEachRun = without.isEmpty ? [] : curves.map { $0.map { without[$0] } } ?? without
    leftOut = settings.intervalMethod == .bca ? Self.leftOut(kind, problem, optimum, settings.threads) : []
  }

  private static func leftOut(
    _ kind: Bootstrap.Kind, _ problem: FitProblem, _ optimum: Optimum, _ threads: Int
  ) -> [[Double]] {
    switch kind {
    case .cases where problem.observed.count <= mostLeftOut:
      problem.jackknife(around: optimum, threads: threads).compactMap { $0 }
    case .cases, .residuals: []
    case .groups(let numbers):
      problem.jackknife(around: optimum, leaving: numbers, threads: threads).compactMap { $0 }
    }
  }

  /// A run's weight each, checked.
  private static func weights(_ runs: RunTable, _ column: String) throws -> [Double] {
    guard let resolution = try runs.resolve(column) else { throw runs.missing(column, "to weigh the runs by") }
    let weights = try runs.values(named: column)
    if let row = weights.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
      throw TableError(
        .badData, file: runs.table.name, line: runs.table.line(ofRow: row), column: resolution.column,
        message: "\(weights[row]) is no weight: it should be a number of 0 or more")
    }
    return weights
  }

  private static func kind(_ resampling: FitProtocol.Resampling, _ runs: RunTable) throws -> Bootstrap.Kind {
    switch resampling {
    case .cases: return .cases
    case .residuals: return .residuals
    case .groups(let column):
      guard let resolution = try runs.resolve(column) else { throw runs.missing(column, "to group the bootstrap by") }
      let labels = try runs.table.texts(resolution.column)
      let numbers = Dictionary(zip(Set(labels).sorted(), 0...), uniquingKeysWith: { first, _ in first })
      guard numbers.count > 2 else {
        throw TableError(
          .badData, file: runs.table.name, column: resolution.column,
          message:
            "has only \(numbers.count) group\(numbers.count == 1 ? "" : "s"); a bootstrap by group needs more than 2")
      }
      return .groups(labels.map { numbers[$0] ?? 0 })
    }
  }

  /// A parameter's standard error and interval: of the bootstrap, or of the covariance where there is none.
  public func uncertainty(of index: Int) -> (standardError: Double?, interval: ClosedRange<Double>?) {
    let values = draws.parameters.map { $0[index] }
    if values.count > 1 {
      return (
        standardDeviation(values),
        interval(values, estimate: optimum.parameters[index], jackknife: leftOut.map { $0[index] })
      )
    }
    guard let error = covariance.standardErrors?[index], error.isFinite else { return (nil, nil) }
    let half = standardNormalQuantile((1 + settings.level) / 2) * error
    let value = optimum.parameters[index]
    // A positive parameter is normal in its logarithm, where its interval stays above 0.
    if law.parameters[index].lower == 0, value > 0 {
      return (error, (value * exp(-half / value))...(value * exp(half / value)))
    }
    return (error, (value - half)...(value + half))
  }

  /// The interval of an exponent of the optimum; nil without draws.
  func exponentInterval(_ part: (_ size: Double, _ tokens: Double) -> Double) -> ClosedRange<Double>? {
    guard let exponents else { return nil }
    let left = law.computeExponents(leftOut)
    return interval(
      exponents.draws.map { part($0.size, $0.tokens) }, estimate: part(exponents.best.size, exponents.best.tokens),
      jackknife: left.map { part($0.size, $0.tokens) })
  }

  /// An interval of any quantity, by the chosen method.
  public func interval(_ draws: [Double], estimate: Double, jackknife: [Double]) -> ClosedRange<Double>? {
    switch settings.intervalMethod {
    case .percentile: percentileInterval(draws, level: settings.level)
    case .bca:
      bcaInterval(draws, estimate: estimate, jackknife: jackknife, level: settings.level)
        ?? percentileInterval(draws, level: settings.level)
    }
  }

  /// `N* ∝ C^a`, `D* ∝ C^b`, at the optimum and for each draw; nil for a law without that trade-off.
  public var exponents: (best: (size: Double, tokens: Double), draws: [(size: Double, tokens: Double)])? {
    guard law.tradeOff != nil else { return nil }
    let all = law.computeExponents([optimum.parameters] + draws.parameters)
    return (all[0], Array(all.dropFirst()))
  }

  /// Each run's residual on the logarithm of the loss; empty where a prediction or an observation has no logarithm.
  public var logResiduals: [Double] {
    let predictions = problem.bound.values(parameters: optimum.parameters)
    let residuals = zip(predictions, problem.observed).map { log($0) - log($1) }
    return residuals.allSatisfy(\.isFinite) ? residuals : []
  }

  /// The law with these parameters and draws, for predicting and planning.
  public func fittedLaw() throws(FormulaError) -> FittedLaw {
    try FittedLaw(
      law: law, parameters: optimum.parameters, draws: draws.parameters, ranges: ranges, logResiduals: logResiduals,
      provenance: "\(law.name) fitted to \(runs.rowCount) runs of \(runs.table.name)")
  }

  private static func ranges(_ law: Law, _ runs: RunTable) -> [String: ClosedRange<Double>] {
    var ranges: [String: ClosedRange<Double>] = [:]
    let quantities = Set(
      law.variables.filter { !$0.isPiece }.map(\.column) + ["params", "tokens", "flops", law.target])
    for quantity in quantities {
      let values = ((try? runs.values(named: quantity)) ?? []).filter(\.isFinite)
      if let low = values.min(), let high = values.max(), low <= high { ranges[quantity] = low...high }
    }
    return ranges
  }
}

extension RunTable {
  /// The table with a law's own prediction as what the law predicts.
  public func predicting(_ law: Law, _ parameters: [Double]) throws -> RunTable {
    let columns = try law.variables.map { try values(named: $0.column) }
    let fitted = try FittedLaw(law: law, parameters: parameters, provenance: law.name)
    let predictions = fitted.predictor(columns: columns).values(parameters: parameters)
    return try RunTable(
      Table(name: table.name, columns: table.columns + [Column(name: law.target, values: .numbers(predictions))]))
  }

  /// The error for a missing column that the user named.
  func missing(_ column: String, _ purpose: String) -> TableError {
    let near = nearestName(to: column, among: table.columns.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
    return TableError(.badData, file: table.name, message: "there is no column '\(column)' \(purpose)\(near)")
  }
}

extension Law {
  /// The law's variables over the runs, checked.
  func columns(of runs: RunTable) throws -> [[Double]] {
    let roles = (variables.map(\.column) + [target]).compactMap { Role(rawValue: $0) }
    _ = try runs.validated(for: roles)
    return try variables.map { try runs.values(named: $0.column) }
  }

  func problem(
    _ runs: RunTable, columns: [[Double]], objective: Objective, weights: [Double]? = nil
  ) throws -> FitProblem {
    let observed = try runs.values(named: target)
    for (row, value) in observed.enumerated() where !value.isFinite || (objective.residual == .log && value <= 0) {
      throw TableError(
        .badData, file: runs.table.name, line: runs.table.line(ofRow: row), column: target,
        message:
          "\(value) cannot be fitted\(objective.residual == .log ? " on a logarithm" : ""); leave the run out with --where"
      )
    }
    for (variable, column) in zip(variables, columns) {
      if let row = column.firstIndex(where: { !$0.isFinite }) {
        throw TableError(
          .badData, file: runs.table.name, line: runs.table.line(ofRow: row), column: variable.column,
          message: "the cell is missing or not finite; leave the run out with --where '\(variable.column) > 0'")
      }
    }
    let positive = zip(variables, columns).filter { $0.1.allSatisfy { $0 > 0 } }.map(\.0.name)
    let compiled = try CompiledFormula(
      formula, parameters: parameterNames, variables: variables.map(\.name), positive: Set(positive))
    return FitProblem(
      BoundFormula(compiled, columns: columns), domains: parameters, observed: observed, weights: weights,
      objective: objective)
  }
}
