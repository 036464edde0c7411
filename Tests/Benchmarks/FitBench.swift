import Fitting
import Foundation
import ScalingLaws
import Tables

/// Wall-clock seconds of a piece of work; on one thread only where that was measured too.
struct Timing {
  var single: Double?
  var all: Double
}

/// The fits that are timed.
struct FitBench {
  private let problem: FitProblem
  let optimum: Optimum

  /// - Throws: where the table has no runs that the law can be fitted to.
  init(_ runs: RunTable) throws {
    var settings = FitProtocol()
    settings.resamples = 0
    settings.starts = .global(8)
    let fit = try LawFit(LawCatalog().law("chinchilla"), to: runs, settings)
    problem = fit.problem
    optimum = fit.optimum
  }

  func fit(_ starts: Starts, threads: Int) throws { _ = try problem.minimize(starts, threads: threads) }

  func bootstrap(_ resamples: Int, threads: Int) {
    _ = problem.bootstrap(Bootstrap(resamples: resamples, seed: 1), around: optimum, threads: threads)
  }

  /// The least of five runs each, on one thread and on all: what the work costs when nothing else runs.
  func time(_ body: (_ threads: Int) throws -> Void) rethrows -> Timing {
    let threads = ProcessInfo.processInfo.activeProcessorCount
    func least(_ threads: Int) throws -> Double {
      try (0..<5).reduce(.infinity) { least, _ in min(least, try seconds { try body(threads) }) }
    }
    return Timing(single: try least(1), all: try least(threads))
  }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let taken = try clock.measure { try body() }
  return Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
}
