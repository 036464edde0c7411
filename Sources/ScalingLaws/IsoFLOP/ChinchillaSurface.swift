import Foundation

/// The surface `L(N, D) = E + A/N^alpha + B/D^beta` of Hoffmann et al. 2022 (arXiv 2203.15556), equation 2, with its
/// optimum in closed form (equation 4).
public struct ChinchillaSurface: Codable, Hashable, Sendable {
  /// E, in nats per token.
  public let irreducibleLoss: Double
  /// A, in nats per token.
  public let sizeCoefficient: Double
  /// B, in nats per token.
  public let tokensCoefficient: Double
  public let alpha: Double
  public let beta: Double

  enum CodingKeys: String, CodingKey {
    case alpha, beta
    case irreducibleLoss = "E"
    case sizeCoefficient = "A"
    case tokensCoefficient = "B"
  }

  /// - Parameter parameters: E, A, B, alpha and beta, as in the law `chinchilla` of the catalog.
  /// - Throws: ``LawError`` unless they are five finite numbers above zero (E may be zero), as an optimum requires.
  public init(_ parameters: [Double]) throws(LawError) {
    guard parameters.count == 5, parameters[0] >= 0, parameters.dropFirst().allSatisfy({ $0 > 0 }),
      parameters.allSatisfy(\.isFinite)
    else {
      throw LawError(
        "the parameters \(parameters) are not E, A, B, alpha and beta above zero, without which no size is optimal")
    }
    irreducibleLoss = parameters[0]
    sizeCoefficient = parameters[1]
    tokensCoefficient = parameters[2]
    alpha = parameters[3]
    beta = parameters[4]
  }

  public func loss(params: Double, tokens: Double) -> Double {
    irreducibleLoss + sizeCoefficient * exp(-alpha * log(params)) + tokensCoefficient * exp(-beta * log(tokens))
  }

  /// a in `N_opt ∝ C^a`.
  public var sizeExponent: Double { beta / (alpha + beta) }
  /// b in `D_opt ∝ C^b`.
  public var tokensExponent: Double { alpha / (alpha + beta) }

  /// The best size at every compute in FLOP.
  ///
  /// - Parameter flopsPerParamToken: compute is this times `N D`; 6 by convention.
  public func optimalSize(flopsPerParamToken: Double = 6) -> PowerLine {
    PowerLine(logCoefficient: logBalance - sizeExponent * log(flopsPerParamToken), exponent: sizeExponent)
  }

  /// The tokens that go with ``optimalSize(flopsPerParamToken:)``.
  public func optimalTokens(flopsPerParamToken: Double = 6) -> PowerLine {
    PowerLine(logCoefficient: -logBalance - tokensExponent * log(flopsPerParamToken), exponent: tokensExponent)
  }

  /// ln G, where `G = (αA/(βB))^(1/(α+β))`.
  private var logBalance: Double {
    (log(alpha) + log(sizeCoefficient) - log(beta) - log(tokensCoefficient)) / (alpha + beta)
  }
}
