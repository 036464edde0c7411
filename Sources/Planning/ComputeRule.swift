import Tables

/// How size and tokens make compute: `C = 6 N D` in training and `2 N` a token in inference (Kaplan et al. 2020,
/// section 2.1), without attention over the context.
public struct ComputeRule: Sendable, Hashable {
  /// FLOP a parameter and training token.
  public let trainingFactor: Double
  /// FLOP a parameter and inference token.
  public let inferenceFactor: Double

  /// Six FLOP a parameter and training token, two in inference.
  public static let sixND = ComputeRule(trainingFactor: 6, inferenceFactor: 2)

  public func trainingFLOPs(params: Double, tokens: Double) -> Double { trainingFactor * params * tokens }

  public func inferenceFLOPs(params: Double, tokens: Double) -> Double { inferenceFactor * params * tokens }

  /// The tokens that a model of `params` can be trained on, or the size that so many tokens can be spent on.
  func other(_ one: Double, flops: Double) -> Double { flops / trainingFactor / one }

  var sentence: String {
    "Training compute is counted as C = \(significant(trainingFactor, digits: 1)) N D, without attention over the "
      + "context."
  }
}
