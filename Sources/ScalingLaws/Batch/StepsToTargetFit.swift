import Fitting
import Foundation
import Tables

/// The trade-off between steps and examples shown by the runs of one group: one model, one loss, several batch sizes.
public struct StepsToTargetFit: Sendable {
  public let tradeOff: BatchTradeOff
  /// One draw for each bootstrap resample of the residuals.
  ///
  /// Residuals are smaller than errors by `√((n − p)/n)`, for n runs and p = 2 parameters, which matters for few runs:
  /// each draw is farther from the fit by that factor, in logarithms (Davison and Hinkley 1997, section 6.2.3).
  public let draws: [BatchTradeOff]
  /// The draws from which intervals are taken: farther still, by Student's quantile over the normal one, because the
  /// residuals of few runs do not determine the size of the errors either.
  public let intervalDraws: [BatchTradeOff]
  public let batches: [Double]
  public let steps: [Double]
  /// The problems that the search for the optimum found.
  public let faults: [Diagnostic]

  /// Fits `log S = log(S_min (1 + B_crit/B))` by least squares.
  ///
  /// - Parameters:
  ///   - runs: with columns of steps and of the batch size.
  ///   - column: the batch sizes: `batch_sequences` or `batch_tokens`.
  /// - Throws: `TableError` for cells that are not quantities, ``LawError`` if the runs do not determine B_crit.
  public init(_ runs: RunTable, batch column: Role, _ options: BatchOptions, seed: UInt64) throws {
    let law = try Law.stepsToTarget(batch: column.rawValue)
    batches = try runs.values(for: column)
    steps = try runs.values(for: .steps)
    guard runs.rowCount > law.parameters.count else {
      throw LawError(
        "\(runs.rowCount) run\(runs.rowCount == 1 ? "" : "s") cannot show how steps depend on the batch size; at least "
          + "\(law.parameters.count + 1) at different batch sizes are needed")
    }
    guard Set(batches).count > 1 else {
      throw LawError("all its runs have one batch size, \(formatCount(batches[0])); run it at others")
    }
    var settings = FitProtocol(threads: options.threads)
    settings.resampling = .residuals
    settings.resamples = options.resamples
    settings.level = options.level
    settings.seed = seed
    let fit = try LawFit(law, to: runs, settings)
    let best = fit.optimum.parameters
    let relativeError = fit.covariance.standardErrors.map { $0[1] / best[1] } ?? .infinity
    guard relativeError < Self.largestError, Self.reach(batches).contains(best[1]) else {
      throw LawError(Self.undetermined(best[1], batches))
    }
    tradeOff = BatchTradeOff(criticalBatch: best[1], minSteps: best[0])
    let (count, freedom) = (Double(runs.rowCount), Double(runs.rowCount - best.count))
    let widening = (count / freedom).squareRoot()
    let tail = (1 + options.level) / 2
    let student = studentQuantile(tail, freedom: freedom) / standardNormalQuantile(tail)
    draws = Self.spread(fit.draws.parameters, about: best, by: widening)
    intervalDraws = Self.spread(fit.draws.parameters, about: best, by: widening * student)
    faults = fit.diagnostics.filter {
      $0.severity == .error && $0.code != "too_few_values" || $0.code == "refits_failed"
    }
  }

  public var tested: ClosedRange<Double> { Self.tested(batches) }

  /// The range in which a critical batch can be determined: beyond, steps are nearly in proportion, or the same at all
  /// batches.
  var reach: ClosedRange<Double> { Self.reach(batches) }

  /// Draws of S_min and B_crit, farther from the fit in logarithms by a factor.
  private static func spread(_ draws: [[Double]], about best: [Double], by factor: Double) -> [BatchTradeOff] {
    draws.map { draw in
      let wide = zip(draw, best).map { $1 * pow($0 / $1, factor) }
      return BatchTradeOff(criticalBatch: wide[1], minSteps: wide[0])
    }
  }

  private static func tested(_ batches: [Double]) -> ClosedRange<Double> {
    (batches.min() ?? 1)...(batches.max() ?? 1)
  }

  private static func reach(_ batches: [Double]) -> ClosedRange<Double> {
    tested(batches).lowerBound / 1e4...tested(batches).upperBound * 1e4
  }

  /// A standard error as large as B_crit itself does not distinguish it from zero or infinity.
  private static let largestError = 1.0

  private static func undetermined(_ critical: Double, _ batches: [Double]) -> String {
    let (low, high) = (tested(batches).lowerBound, tested(batches).upperBound)
    if critical > high {
      return
        "its steps fall in proportion as the batch grows, up to the largest tested: the critical batch lies beyond "
        + "\(formatCount(high)); run larger batches"
    }
    if critical < low {
      return "its steps do not fall as the batch grows, from the smallest tested on: the critical batch lies below "
        + "\(formatCount(low)); run smaller batches"
    }
    return "its steps scatter too much to determine a critical batch; run more batch sizes, or repeat some of them"
  }
}
