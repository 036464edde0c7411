import Foundation

extension DesignStudy {
  /// The customary grid of isoFLOP profiles (Hoffmann et al. 2022, section 3.2): seven sizes from a quarter to four times
  /// the optimal one at each of five budgets, spaced by √10, of so much compute together.
  func isoFLOPGrid(flops total: Double) -> [DesignRun] {
    budgets(total).flatMap { flops -> [DesignRun] in
      guard let best = ensemble.point.trainingOptimum(flops) else { return [] }
      return (0..<Self.sizes).map { step in
        let params = best.params * pow(4, Double(2 * step) / Double(Self.sizes - 1) - 1)
        return DesignRun(params: params, tokens: ensemble.law.rule.other(params, flops: flops), flops: flops)
      }
    }
  }

  /// Runs of the same budgets, all at 20 tokens a parameter.
  func ray(flops total: Double) -> [DesignRun] {
    budgets(total).map { flops in
      let params = (ensemble.law.rule.other(1, flops: flops) / 20).squareRoot()
      return DesignRun(params: params, tokens: 20 * params, flops: flops, repeats: Self.sizes)
    }
  }

  private static let sizes = 7

  private func budgets(_ total: Double) -> [Double] {
    let shares = (0..<5).map { pow(10, -Double($0) / 2) }
    return shares.map { total * $0 / (shares.reduce(0, +) * Double(Self.sizes)) }
  }
}
