import Fitting
import Foundation
import Tables

/// The accuracy with which a law would have predicted the given runs: fitted to those below a compute, it predicts
/// those above, for every compute at which the runs can be divided.
public struct BackTest: Codable, Sendable, Equatable {
  public var cuts: [Cut]

  /// The runs on either side of one compute.
  public struct Cut: Codable, Sendable, Equatable {
    /// The most compute in FLOP among the fitted runs; nil if cost is measured in steps.
    public var flops: Double?
    /// The most steps among them, if cost is measured in steps.
    public var steps: Double?
    public var fitted: Int
    /// The error of the prediction for each run above the cutoff.
    public var misses: [Miss]

    /// The mean of |log prediction − log observation|; infinite if the law has no value at some run.
    public var error: Double { misses.reduce(0) { $0 + abs($1.residual ?? .infinity) } / Double(misses.count) }
  }

  public struct Miss: Codable, Sendable, Equatable {
    /// The run's compute, or steps, over the cutoff's.
    public var factor: Double
    /// log prediction − log observation; nil if the law has no value there.
    public var residual: Double?
  }

  /// The mean error, every cutoff counted equally; nil if the law has no value at some run.
  public var error: Double? {
    let mean = cuts.reduce(0) { $0 + $1.error } / Double(cuts.count)
    return mean.isFinite ? mean : nil
  }

  /// The mean error by extrapolation factor, over thirds of a decade that have three runs or more.
  public var byFactor: [(factor: Double, error: Double)] {
    let misses = cuts.flatMap(\.misses).filter { ($0.residual ?? .infinity).isFinite }
    let bins = Dictionary(grouping: misses) { Int((3 * log10($0.factor)).rounded(.down)) }
    return bins.keys.sorted().compactMap { bin in
      guard let inside = bins[bin], inside.count >= 3 else { return nil }
      let count = Double(inside.count)
      return (
        exp(inside.reduce(0) { $0 + log($1.factor) } / count),
        inside.reduce(0) { $0 + abs($1.residual ?? 0) } / count
      )
    }
  }

  /// - Parameters:
  ///   - cost: the cost of each run: its compute in FLOP, or its steps.
  ///   - cuts: where to divide the runs; see ``places(_:needed:)``.
  ///   - parameters: those fitted to all runs, from which each search begins besides others.
  init(
    _ problem: FitProblem, cost compute: [Double], measure: LawComparison.Measure, cuts: [Double],
    near parameters: [Double], threads: Int
  ) throws(FitError) {
    self.cuts = []
    for cut in cuts {
      let weights = compute.indices.map { compute[$0] <= cut ? problem.weights[$0] : 0 }
      let found = try problem.weighted(weights).minimize(.global(32), from: [parameters], threads: threads)
      let predictions = problem.bound.values(parameters: found.parameters)
      let above = compute.indices.filter { compute[$0] > cut }
      self.cuts.append(
        Cut(
          flops: measure == .flops ? cut : nil, steps: measure == .steps ? cut : nil, fitted: weights.count { $0 > 0 },
          misses: above.map { row in
            let residual = log(predictions[row]) - log(problem.observed[row])
            return Miss(factor: compute[row] / cut, residual: residual.isFinite ? residual : nil)
          }))
    }
  }

  /// The cutoffs that leave enough runs below: between computes that differ by 5 % or more, at most twelve,
  /// evenly over the logarithm.
  ///
  /// - Parameter gap: the smallest difference; the points of a curve may be arbitrarily close.
  static func places(_ compute: [Double], needed: Int, gap: Double = 1.05) -> [Double] {
    let sorted = compute.sorted()
    let all = sorted.indices.dropLast().filter { $0 + 1 >= needed && sorted[$0 + 1] > gap * sorted[$0] }.map {
      sorted[$0]
    }
    guard all.count > 12, let first = all.first, let last = all.last else { return all }
    var chosen: [Double] = []
    for step in 0..<12 {
      let wanted = log(first) + (log(last) - log(first)) * Double(step) / 11
      guard let nearest = all.min(by: { abs(log($0) - wanted) < abs(log($1) - wanted) }), nearest != chosen.last else {
        continue
      }
      chosen.append(nearest)
    }
    return chosen
  }
}
