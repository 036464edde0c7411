import Foundation

/// How good a choice of model was, once every model has been fine-tuned on all examples (Lin et al. 2024, section 5).
public struct SelectionScore: Codable, Hashable, Sendable {
  /// Pearson's correlation of what the method went by and the true losses, times 100; of the logarithm of the size for
  /// the choice by size. Nil where either is the same for all models, or with fewer than two models.
  public var pearson: Double?
  /// (worst − chosen)/(worst − best) of the true losses, times 100: 100 for the best model, 0 for the worst. Nil where
  /// all models are equally good.
  public var relativeAccuracy: Double?
  /// The true loss of the model that the method chose.
  public var chosenLoss: Double

  /// - Parameters:
  ///   - values: what the method went by, one a model in the order of its ranking, the choice first.
  ///   - truth: each of these models' true loss.
  ///   - all: the true losses of all models there are to choose from, ranked by the method or not.
  init(_ values: [Double], truth: [Double], among all: [Double]) {
    pearson = Self.correlation(values, truth).map { 100 * $0 }
    chosenLoss = truth[0]
    if let best = all.min(), let worst = all.max(), worst > best {
      relativeAccuracy = 100 * (worst - chosenLoss) / (worst - best)
    }
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
    let count = Double(x.count)
    let (xMean, yMean) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - xMean) * (a - xMean)
      yy += (b - yMean) * (b - yMean)
      xy += (a - xMean) * (b - yMean)
    }
    let correlation = xy / (xx * yy).squareRoot()
    return correlation.isFinite ? correlation : nil
  }
}
