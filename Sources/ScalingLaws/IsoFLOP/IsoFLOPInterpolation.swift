import CGSL
import Foundation
import Tables

extension ComputeExponents {
  /// The variant of approach 2 of Porian et al. 2024 (arXiv 2406.19146, appendix).
  ///
  /// At each budget the lowest loss of each size is interpolated, `ln L` over `ln N`, by Akima's method (1970), and the
  /// minimum is searched for on 25(k − 1) points spread evenly in the logarithm between the smallest and the largest of
  /// k sizes. The line through the minima weighs each by one over the square of its grid's step. The tokens at a
  /// minimum are interpolated between the runs, in logarithms.
  ///
  /// Intervals come from copies of the runs with normal noise on their losses, as there, because resampled runs leave
  /// too few sizes to interpolate; unlike there, the copies do not set the weights.
  ///
  /// A budget with fewer than five sizes, or with its minimum at an end, is left out with its reason.
  ///
  /// - Parameter noise: its standard deviation in nats per token; 0.002 in the paper.
  /// - Throws: ``LawError`` if fewer than two budgets have a minimum, or if the noise is not between 0 and 1.
  public static func isoFLOPInterpolation(
    _ runs: RunColumns, _ options: IsoFLOPOptions = IsoFLOPOptions(), noise: Double = 0.002
  ) throws(LawError) -> ComputeExponents {
    guard noise >= 0, noise < 1 else {
      throw LawError("the noise of the losses, \(noise) nats, is not between 0 and 1; 0.002 is usual")
    }
    return try exponents(of: runs, .isoFLOPInterpolation, options) { members, resampler throws(LawError) in
      let kept = lowestOfEachSize(runs, options.window.runs(of: runs, among: members))
      guard kept.count >= 5 else {
        throw LawError("it has \(kept.count) different sizes, but Akima's interpolation needs five")
      }
      let size = kept.map { log(runs.params[$0]) }
      let losses = kept.map { runs.loss[$0] }
      let loss = (resampler?.noisy(losses, deviation: noise) ?? losses).map { log($0) }
      guard loss.allSatisfy(\.isFinite) else {
        throw LawError("noise of \(noise) nats makes its losses negative; use a smaller value")
      }
      let last = 25 * (kept.count - 1) - 1
      let step = (size[kept.count - 1] - size[0]) / Double(last)
      let grid = (0...last).map { $0 == last ? size[kept.count - 1] : size[0] + Double($0) * step }
      let interpolated = akima(size, loss, at: grid)
      guard let best = grid.indices.min(by: { interpolated[$0] < interpolated[$1] }), best > 0, best < last else {
        throw LawError("its lowest loss is at the end of the sizes that were run; run sizes beyond it")
      }
      let tokens = linear(size, kept.map { log(runs.tokens[$0]) }, at: grid[best])
      return BudgetMinimum(
        params: exp(grid[best]), tokens: exp(tokens), loss: exp(interpolated[best]), curvature: nil,
        weight: 1 / (step * step), runs: kept.count, distinctSizes: kept.count)
    }
  }
}

/// The run of the lowest loss of each size, by ascending size.
private func lowestOfEachSize(_ runs: RunColumns, _ members: [Int]) -> [Int] {
  var kept: [Int] = []
  for run in members.sorted(by: { (runs.params[$0], runs.loss[$0], $0) < (runs.params[$1], runs.loss[$1], $1) }) {
    if let last = kept.last, runs.params[run] <= 1.001 * runs.params[last] {
      if runs.loss[run] < runs.loss[last] { kept[kept.count - 1] = run }
    } else {
      kept.append(run)
    }
  }
  return kept
}

/// Akima's interpolation (1970, not its later modification) of five or more points with ascending abscissas.
private func akima(_ x: [Double], _ y: [Double], at points: [Double]) -> [Double] {
  gsl_set_error_handler_off()
  guard let spline = gsl_interp_alloc(windtunnel_interp_akima(), x.count) else { return points.map { _ in .nan } }
  defer { gsl_interp_free(spline) }
  gsl_interp_init(spline, x, y, x.count)
  return points.map { gsl_interp_eval(spline, x, y, $0, nil) }
}

/// Linear interpolation between ascending abscissas.
private func linear(_ x: [Double], _ y: [Double], at point: Double) -> Double {
  let upper = x.firstIndex { $0 >= point } ?? x.count - 1
  guard upper > 0 else { return y[0] }
  let fraction = (point - x[upper - 1]) / (x[upper] - x[upper - 1])
  return y[upper - 1] + fraction * (y[upper] - y[upper - 1])
}
