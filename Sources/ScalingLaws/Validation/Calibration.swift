import Documents
import Fitting
import Foundation

/// The coverage of each kind of interval, found by simulation: runs are drawn from a fitted law with its noise,
/// the law is fitted to them, and its intervals are compared with the parameters that the runs were drawn from.
public struct Calibration: Document, Equatable {
  public static let schema = "windtunnel.calibration/1"
  public static let kind = "calibration document"
  public static let remedy = "write one with 'windtunnel calibrate LAW --design RUNS --output FILE'"

  public var law: String
  public var runs: Int
  /// The parameters that runs were drawn from.
  public var truth: [String: Double]
  public var noise: Noise
  public var simulations: Int
  /// Simulations whose fit did not converge, which are left out.
  public var failed: Int
  public var resamples: Int
  public var level: Double
  public var seed: UInt64
  public var rows: [Row]
  /// The runs that were left out of the design; nil for none.
  public var exclusions: [FitDocument.Exclusion]?

  /// The noise that was drawn, on the logarithm of what the law predicts; see ``NoiseModel``.
  public struct Noise: Codable, Sendable, Equatable {
    public var deviation: Double
    public var exponent: Double
    public var along: String
    public var seedDeviation: Double?
  }

  /// One quantity under one kind of interval.
  public struct Row: Codable, Sendable, Equatable {
    public var quantity: String
    public var kind: Kind
    /// The share of simulations whose interval held the truth, or a value that the runs do not distinguish from it.
    public var coverage: Double
    /// The interval of the coverage, by the binomial distribution.
    public var standardError: Double
    /// The shares whose interval lay entirely below and entirely above the truth.
    public var below: Double
    public var above: Double
    /// The median width relative to that of the true spread at the same level: 1 would be ideal.
    public var relativeWidth: Double?
  }

  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Percentiles of a bootstrap of runs.
    case percentile
    /// Its bias-corrected and accelerated percentiles.
    case bca
    /// Percentiles of a bootstrap of residuals.
    case residuals
    /// Percentiles of normal draws by the covariance at the optimum.
    case covariance
  }

  /// The settings of a calibration.
  public struct Settings: Sendable {
    public var simulations = 200
    public var resamples = 400
    public var level = 0.9
    public var seed: UInt64 = 0
    public var threads: Int

    public init(threads: Int) { self.threads = threads }
  }

  /// - Parameters:
  ///   - fit: the law on the runs whose design is to be judged; its noise and parameters are the truth.
  ///   - truth: other parameters to draw from, in the law's order.
  ///   - given: other noise to draw.
  ///   - progress: called with the number of simulations newly done, from any thread.
  /// - Throws: ``LawError`` if the fit leaves no noise, or no simulated fit converges.
  public init(
    of fit: LawFit, truth: [Double]? = nil, noise given: NoiseModel? = nil, _ settings: Settings,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(LawError) {
    let truth = truth ?? fit.optimum.parameters
    let noise = if let given { given } else { try NoiseModel(of: fit) }
    let quantities = CalibratedQuantities(fit, truth: truth, noise: noise.deviation)
    let values = fit.problem.bound.values(parameters: truth)
    guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw LawError("the law has no value above zero at some of the runs, so none can be drawn there")
    }
    let outcomes = mapInParallel(
      settings.simulations, threads: settings.threads, state: {},
      body: { index, _ -> Outcome? in
        let drawn = fit.problem.observing(noise.noisy(values, Random(seed: settings.seed, stream: index)))
        defer { progress?(1) }
        return Outcome(drawn, near: truth, quantities, settings, seed: settings.seed &+ UInt64(index) &* 7919)
      })
    let kept = outcomes.compactMap { $0 }
    guard kept.count * 2 > settings.simulations else {
      throw LawError(
        "only \(kept.count) of \(settings.simulations) simulated fits converged: these runs do not determine the law"
      )
    }
    law = fit.law.name
    runs = fit.runs.rowCount
    self.truth = Dictionary(zip(fit.law.parameterNames, truth), uniquingKeysWith: { first, _ in first })
    self.noise = Noise(
      deviation: noise.deviation, exponent: noise.exponent, along: noise.along, seedDeviation: noise.seedDeviation)
    simulations = settings.simulations
    failed = settings.simulations - kept.count
    resamples = settings.resamples
    level = settings.level
    seed = settings.seed
    let known = quantities.truth
    rows = quantities.names.indices.flatMap { quantity in
      Kind.allCases.compactMap { kind in
        Self.row(kept, quantity, kind, quantities, truth: known[quantity], settings)
      }
    }
  }

  private static func row(
    _ outcomes: [Outcome], _ quantity: Int, _ kind: Kind, _ quantities: CalibratedQuantities, truth: Double,
    _ settings: Settings
  ) -> Row? {
    let intervals = outcomes.compactMap { $0.intervals[kind]?[quantity] }
    guard truth.isFinite, intervals.count * 2 > outcomes.count else { return nil }
    let spread = percentileInterval(outcomes.map { $0.estimates[quantity] }, level: settings.level)
    // A value that the law itself fixes, such as an exponent of one half, is in every interval.
    if let spread, spread.lowerBound == spread.upperBound { return nil }
    let count = Double(intervals.count)
    let told = intervals.map { quantities.told($0, of: quantity) }
    let held = Double(told.count { $0.contains(truth) }) / count
    let widths = intervals.map { $0.upperBound - $0.lowerBound }.sorted()
    let width = spread.map { quantile(widths, 0.5) / ($0.upperBound - $0.lowerBound) }
    return Row(
      quantity: quantities.names[quantity], kind: kind, coverage: held,
      standardError: (held * (1 - held) / count).squareRoot(),
      below: Double(told.count { $0.upperBound < truth }) / count,
      above: Double(told.count { $0.lowerBound > truth }) / count,
      relativeWidth: width.flatMap { $0.isFinite ? $0 : nil })
  }

  /// The least and the greatest coverage of a kind over all quantities.
  public func coverage(of kind: Kind) -> ClosedRange<Double>? {
    let values = rows.filter { $0.kind == kind }.map(\.coverage)
    return values.min().flatMap { low in values.max().map { low...$0 } }
  }
}

/// One simulated table's fit and intervals.
private struct Outcome: Sendable {
  var estimates: [Double]
  var intervals: [Calibration.Kind: [ClosedRange<Double>?]] = [:]

  init?(
    _ problem: FitProblem, near truth: [Double], _ quantities: CalibratedQuantities, _ settings: Calibration.Settings,
    seed: UInt64
  ) {
    guard let optimum = try? problem.minimize(.global(16), from: [truth], threads: 1), optimum.converged else {
      return nil
    }
    estimates = quantities.values([optimum.parameters])[0]
    func columns(_ parameters: [[Double]]) -> [[Double]] {
      let rows = quantities.values(parameters)
      return estimates.indices.map { k in rows.map { $0[k] } }
    }
    func percentiles(_ parameters: [[Double]]) -> [ClosedRange<Double>?] {
      columns(parameters).map { percentileInterval($0, level: settings.level) }
    }
    let cases = problem.bootstrap(
      Bootstrap(.cases, resamples: settings.resamples, seed: seed), around: optimum, threads: 1)
    intervals[.percentile] = percentiles(cases.parameters)
    let left = columns(problem.jackknife(around: optimum, threads: 1).compactMap { $0 })
    let drawn = columns(cases.parameters)
    intervals[.bca] = estimates.indices.map { k in
      bcaInterval(drawn[k], estimate: estimates[k], jackknife: left[k], level: settings.level)
        ?? percentileInterval(drawn[k], level: settings.level)
    }
    let residuals = problem.bootstrap(
      Bootstrap(.residuals, resamples: settings.resamples, seed: seed), around: optimum, threads: 1)
    intervals[.residuals] = percentiles(residuals.parameters)
    intervals[.covariance] = percentiles(
      problem.normalDraws(around: optimum, count: settings.resamples, seed: seed))
  }
}
