import Fitting
import Foundation
import ScalingLaws
import Tables

/// The runs to buy next, the precision expected from them, and a comparison with customary designs of the same cost.
public struct RunDesign: Sendable {
  /// By ascending compute.
  public let runs: [DesignRun]
  /// The compute-optimal run at the target, by the current fit.
  public let target: DesignRun
  public let targetLoss: Double
  /// The assumed standard deviation of a run's log loss.
  public let noise: Double
  /// The precision before any of the runs; nil if nothing is known.
  public let before: DesignForecast?
  public let after: DesignAppraisal
  /// The isoFLOP grid, then runs along 20 tokens per parameter, of the same cost.
  public let customary: [DesignAppraisal]
  /// The factor of the design's compute that an isoFLOP grid of 35 runs needs to predict the target's loss as well; nil
  /// if it does not before its own runs are as large as the target.
  public let gridFactorForLoss: Double?
  /// The same for the target's optimal size.
  public let gridFactorForSize: Double?
  /// The target's compute over that of the largest run, of the design or behind the fit.
  public let extrapolation: Double
  /// The number of sets of parameters that the expectation averages over.
  public let scenarioCount: Int
  public let request: DesignRequest
  /// The source of the law's parameters.
  public let provenance: String
  public let law: String
  /// The run-table column of the sizes, which tells how the law counts them.
  public let sizeColumn: String
  public let reasons: [String]
  public let warnings: [String]
}

/// The expected precision of the target.
public struct DesignForecast: Sendable, Hashable {
  /// The standard error of the logarithm of the target's loss, and of the logarithm of its optimal size.
  public let lossError: Double
  public let sizeError: Double
}

/// A set of runs and its value.
public struct DesignAppraisal: Sendable {
  public let name: String
  public let runs: [DesignRun]
  /// Nil if the runs, with all prior information, do not determine the target.
  public let forecast: DesignForecast?
  /// The condition number of the runs' own information, scaled to a unit diagonal.
  public let conditionNumber: Double
  /// Pearson's correlation of log size and log tokens over the runs; nil if either does not vary.
  public let correlation: Double?

  /// Whether a fit to these runs alone could separate the effects of size and tokens.
  public var isIllConditioned: Bool { abs(correlation ?? 1) > 0.999 || conditionNumber > 1e8 }
}

/// Chooses the runs that best predict the target for the pilot budget.
///
/// - Throws: ``PlanError`` for a request that cannot be met, or a law without size and tokens.
public func designRuns(_ fitted: FittedLaw, _ request: DesignRequest) throws(PlanError) -> RunDesign {
  let study = try DesignStudy(fitted, request)
  let candidates = try study.candidates()
  let goals: [Int] =
    switch request.goal {
    case .loss: [0]
    case .optimum: [1]
    case .both: [0, 1]
    }
  let cheapest = candidates.map(\.flops).min() ?? 1
  let repeats = try study.problem(candidates, cheapest: cheapest, goals: goals).exchanged(
    DesignLimits(budget: request.pilotBudget, runs: request.maxRuns, repeats: request.maxRepeats))
  let runs = zip(candidates, repeats).filter { $1 > 0 }.map { run, times in
    DesignRun(params: run.params, tokens: run.tokens, flops: run.flops, repeats: times)
  }
  return try study.judged(runs, "this design", cheapest: cheapest)
}

/// Judges runs that a user has planned, in the same way.
///
/// - Throws: ``PlanError`` for an empty list, runs without a loss under the law, or a law without size and tokens.
public func judgeRuns(
  _ fitted: FittedLaw, _ runs: [DesignRun], _ request: DesignRequest
) throws(PlanError) -> RunDesign {
  let study = try DesignStudy(fitted, request)
  guard let cheapest = runs.map(\.flops).min() else { throw PlanError("there are no runs to judge") }
  return try study.judged(runs, "these runs", cheapest: cheapest)
}

extension DesignStudy {
  func judged(_ bought: [DesignRun], _ name: String, cheapest: Double) throws(PlanError) -> RunDesign {
    let runs = bought.sorted { ($0.flops, $0.params) < ($1.flops, $1.params) }
    let after = try appraisal(name, runs, cheapest: cheapest)
    let customary = [
      try appraisal("isoFLOP grid", isoFLOPGrid(flops: runs.flops), cheapest: cheapest),
      try appraisal("20 tokens per parameter", ray(flops: runs.flops), cheapest: cheapest),
    ]
    // Any runs will do to compute the precision without them.
    let known = try problem(runs, cheapest: cheapest).value(of: runs.map { _ in 0 })
    let before = Self.forecast(known)
    let largest = max(runs.map(\.flops).max() ?? 1, largestBehindFit)
    let findings = DesignFindings(
      study: self, before: before, after: after, customary: customary, extrapolation: request.target / largest)
    return RunDesign(
      runs: runs,
      target: DesignRun(params: target.params, tokens: target.tokens, flops: request.target),
      targetLoss: target.loss, noise: noise, before: before, after: after, customary: customary,
      gridFactorForLoss: try gridFactor(of: runs, after, cheapest) { $0.lossError },
      gridFactorForSize: try gridFactor(of: runs, after, cheapest) { $0.sizeError },
      extrapolation: request.target / largest, scenarioCount: scenarioCount, request: request,
      provenance: ensemble.law.fitted.provenance, law: ensemble.law.fitted.law.name,
      sizeColumn: ensemble.law.fitted.law.sizeColumn ?? Role.params.rawValue, reasons: findings.reasons,
      warnings: findings.warnings)
  }

  private func appraisal(_ name: String, _ runs: [DesignRun], cheapest: Double) throws(PlanError) -> DesignAppraisal {
    let value = try problem(runs, cheapest: cheapest).value(of: runs.map(\.repeats))
    let pairs = runs.flatMap { run in
      Array(repeating: (log(run.params), log(run.tokens)), count: run.repeats)
    }
    return DesignAppraisal(
      name: name, runs: runs, forecast: Self.forecast(value), conditionNumber: value.conditionNumber,
      correlation: pearson(pairs))
  }

  private static func forecast(_ value: DesignValue) -> DesignForecast? {
    value.standardErrors.map { DesignForecast(lossError: $0[0], sizeError: $0[1]) }
  }

  /// The largest run behind the fit, if it is known.
  private var largestBehindFit: Double {
    let ranges = ensemble.law.fitted.ranges
    return ranges["flops"]?.upperBound ?? 0
  }

  /// The factor of compute that an isoFLOP grid of as many runs needs for the same error; nil if it does not reach it
  /// before its own runs are as large as the target.
  private func gridFactor(
    of runs: [DesignRun], _ after: DesignAppraisal, _ cheapest: Double, _ error: (DesignForecast) -> Double
  ) throws(PlanError) -> Double? {
    guard let wanted = after.forecast.map(error) else { return nil }
    func isAsGood(_ logFactor: Double) throws(PlanError) -> Bool {
      let grid = isoFLOPGrid(flops: runs.flops * exp(logFactor))
      guard grid.contains(where: { $0.flops >= leastRun.flops }) else { return false }
      return try appraisal("", grid, cheapest: cheapest).forecast.map { error($0) <= wanted } ?? false
    }
    // Outward from the same compute: a distant grid may be as good again for other reasons.
    let upward = try !isAsGood(0)
    let largest = isoFLOPGrid(flops: runs.flops).map(\.flops).max() ?? 1
    let end = upward ? max(0, log(request.target / largest)) : log(1e-2)
    let steps = max(1, Int((abs(end) / 0.25).rounded(.up)))
    var (near, far) = (0.0, 0.0)
    for step in 1...steps {
      far = end * Double(step) / Double(steps)
      if try isAsGood(far) == upward { break }
      near = far
    }
    guard near != far else { return upward ? nil : exp(far) }
    for _ in 0..<30 {
      let middle = (near + far) / 2
      if try isAsGood(middle) == upward { far = middle } else { near = middle }
    }
    return exp(far)
  }
}
