import Documents
import Tables

/// The relation of size and tokens to compute: `C = 6 N D` in training and `2 N` per token in inference (Kaplan et al.
/// 2020, section 2.1), without attention over the context.
public struct ComputeRule: Sendable, Hashable {
  /// FLOP per parameter and training token.
  public let trainingFactor: Double
  /// FLOP per parameter and inference token.
  public let inferenceFactor: Double
  /// Active parameters for each parameter that the law's size counts: below 1 if it counts idle experts.
  public var activeRatio = 1.0

  /// Six FLOP per parameter and training token, two in inference.
  public static let sixND = ComputeRule(trainingFactor: 6, inferenceFactor: 2)

  public func trainingFLOPs(params: Double, tokens: Double) -> Double { perParam * params * tokens }

  public func inferenceFLOPs(params: Double, tokens: Double) -> Double {
    inferenceFactor * activeRatio * params * tokens
  }

  /// FLOP per training token for each parameter that the law's size counts.
  var perParam: Double { trainingFactor * activeRatio }

  /// The tokens that a model of `params` can be trained on, or the size that can be trained on that many tokens.
  func other(_ one: Double, flops: Double) -> Double { flops / perParam / one }

  var sentence: String {
    let factor = NumberText.rounded(trainingFactor, 1)
    guard activeRatio != 1 else {
      return "Training compute is counted as C = \(factor) N D, without attention over the context."
    }
    return "Training compute is counted as C = \(factor) N D of active parameters, which are "
      + "\(NumberText.rounded(activeRatio)) times the size that the law counts, without attention over the context."
  }
}
