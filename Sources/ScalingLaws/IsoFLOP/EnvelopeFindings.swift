import CGSL
import Documents
import Foundation
import Tables

/// The results and warnings of an envelope.
extension EnvelopeTable {
  func points(_ winners: [Winner]) -> [ComputeExponents.Point] {
    winners.map { winner in
      let params = curves[winner.run].params
      let flops = exp(logFlops[winner.value])
      return ComputeExponents.Point(
        flops: flops, params: params, tokens: exp(winner.logTokens), tokensFromCompute: flops / (6 * params),
        loss: exp(winner.logLoss), curvature: nil, runs: byLoss[winner.value].count,
        distinctSizes: distinctCount(bySize[winner.value].map { curves[$0].params }), paramsInterval: nil)
    }
  }

  func exclusions(_ winners: Winners) -> [ComputeExponents.Exclusion] {
    [("smallest", winners.smallest), ("largest", winners.largest)].compactMap { name, border in
      guard let first = border.first, let last = border.last else { return nil }
      let (low, high) = (exp(logFlops[first.value]), exp(logFlops[last.value]))
      return ComputeExponents.Exclusion(
        lowestFlops: low, highestFlops: high, count: border.count,
        reason: "at \(border.count) of \(logFlops.count) FLOP values, between \(formatFLOPs(low)) and "
          + "\(formatFLOPs(high)), the \(name) size present has the lowest loss, and one beyond it may be better")
    }
  }

  func warnings(_ winners: [Winner], failed: Int, of resamples: Int) -> [String] {
    var warnings: [String] = []
    let sizes = distinctCount(winners.map { curves[$0.run].params })
    if sizes < 5 {
      warnings.append("only \(sizes) sizes have the lowest loss anywhere; the exponent rests on where they take over")
    }
    let unfinished = winners.filter { logFlops[$0.value] < (curves[$0.run].logFlops.last ?? 0) - log(1.1) }
    if unfinished.count * 2 > winners.count {
      let share = 100 * Double(unfinished.count) / Double(winners.count)
      warnings.append(
        "at \(NumberText.rounded(share, 2)) % of the FLOP values the winning run continues for more than a tenth; if "
          + "its learning rate decays over the whole run (a cosine, for example), its loss there is higher than that "
          + "of a run that was planned to end there")
    }
    let bias = 100 * winnersCurse(winners)
    if bias > 0.05 {
      warnings.append(
        "the curves are noisy, and the lowest of several is low by chance: the envelope is about "
          + "\(NumberText.rounded(bias, 2)) % "
          + "too low in loss, and its sizes are biased toward those with more runs or more noise")
    }
    if failed > 0 {
      warnings.append(
        "\(failed) of \(resamples) resamples of the runs had fewer than two winning sizes and are left out")
    }
    return warnings
  }

  func notes(leftOut: [String]) -> [String] {
    var notes = [
      "\(curves.count) runs of \(distinctCount(curves.map(\.params))) sizes at \(logFlops.count) FLOP values from "
        + "\(formatFLOPs(exp(logFlops.first ?? 0))) to \(formatFLOPs(exp(logFlops.last ?? 0)))"
    ]
    if !leftOut.isEmpty {
      notes.append("runs with a single point are left out: \(leftOut.count), the first of them '\(leftOut[0])'")
    }
    return notes
  }

  /// The bias of the lowest of noisy curves below the truth, in relative loss, averaged over values.
  ///
  /// The expectation of the least of m normal deviates, by Blom's approximation (1958), where m is the number of curves
  /// within two standard deviations of the lowest.
  private func winnersCurse(_ winners: [Winner]) -> Double {
    let shortfalls = winners.map { winner in
      let noise = smoothed[winner.run].noise
      let near = byLoss[winner.value].prefix { $0.logLoss <= winner.logLoss + 2 * noise }.count
      let m = Double(max(1, near))
      return -noise * gsl_cdf_ugaussian_Pinv((1 - 0.375) / (m + 0.25))
    }
    return shortfalls.reduce(0, +) / Double(max(1, shortfalls.count))
  }
}
