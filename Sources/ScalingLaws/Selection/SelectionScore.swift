import Foundation

/// The quality of a choice of model, after every model has been fine-tuned on all examples (Lin et al. 2024, section
/// 5).
public struct SelectionScore: Codable, Hashable, Sendable {
  /// Pearson's correlation of the method's values and the true losses, times 100; of the logarithm of the size for
  /// the choice by size. Nil if either is the same for all models, or with fewer than two models.
  public var pearson: Double?
  /// (worst − chosen)/(worst − best) of the true losses, times 100: 100 for the best model, 0 for the worst. Nil if
  /// all models are equally good.
  public var relativeAccuracy: Double?
  /// The true loss of the model that the method chose.
  public var chosenLoss: Double

  /// - Parameters:
  ///   - values: the method's values, one for each model in the order of its ranking, the choice first.
  ///   - truth: each of these models' true loss.
  ///   - all: the true losses of all available models, ranked by the method or not.
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
