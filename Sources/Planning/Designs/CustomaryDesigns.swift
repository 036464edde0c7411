import Foundation

extension DesignStudy {
  /// The customary grid of isoFLOP profiles (Hoffmann et al. 2022, section 3.2): seven sizes from a quarter to four
  /// times the optimal one at each of five budgets, spaced by √10, with the given total compute.
  ///
  /// It respects the smallest size and the fewest tokens and compute of the design: budgets move closer together, and
  /// sizes beyond these limits move to them.
  func isoFLOPGrid(flops total: Double) -> [DesignRun] {
    budgets(total).flatMap { flops -> [DesignRun] in
      guard let best = ensemble.point.trainingOptimum(flops) else { return [] }
      let most = ensemble.law.rule.other(leastRun.tokens, flops: flops)
      return (0..<Self.sizes).map { step in
        let free = best.params * pow(4, Double(2 * step) / Double(Self.sizes - 1) - 1)
        let params = max(min(free, most), leastRun.params)
        return DesignRun(params: params, tokens: ensemble.law.rule.other(params, flops: flops), flops: flops)
      }
    }
  }

  /// Runs of the same budgets, all at 20 tokens per parameter.
  func ray(flops total: Double) -> [DesignRun] {
    budgets(total).map { flops in
      let params = (ensemble.law.rule.other(1, flops: flops) / 20).squareRoot()
      return DesignRun(params: params, tokens: 20 * params, flops: flops, repeats: Self.sizes)
    }
  }

  private static let sizes = 7

  /// Five budgets, of seven runs each.
  private func budgets(_ total: Double) -> [Double] {
    func spaced(by ratio: Double) -> [Double] {
      let shares = (0..<5).map { pow(ratio, -Double($0)) }
      return shares.map { total * $0 / (shares.reduce(0, +) * Double(Self.sizes)) }
    }
    // A tenth less is still the same kind of run.
    func isTooWide(_ ratio: Double) -> Bool { (spaced(by: ratio).last ?? 0) < 0.9 * leastRun.flops }
    var (close, wide) = (1.0, 10.0.squareRoot())
    guard isTooWide(wide) else { return spaced(by: wide) }
    for _ in 0..<40 {
      let middle = (close + wide) / 2
      if isTooWide(middle) { wide = middle } else { close = middle }
    }
    return spaced(by: close)
  }
}
