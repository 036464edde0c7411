import Formulas
import Foundation

/// The closed form of the optimum of a law whose loss rises with `A/N^alpha + B/D^beta` (Hoffmann et al. 2022, eq. 4).
public struct PowerTradeOff: Sendable, Hashable {
  public let a: Double
  public let alpha: Double
  public let b: Double
  public let beta: Double

  /// `N* = G (C/k)^(beta/(alpha+beta))`, `G = (alpha A/(beta B))^(1/(alpha+beta))`.
  ///
  /// - Parameter flopsPerParamToken: k of C = k N D; 6 by custom.
  public func optimalParams(flops: Double, flopsPerParamToken: Double = 6) -> Double {
    exp((log(alpha * a / (beta * b)) + beta * log(flops / flopsPerParamToken)) / (alpha + beta))
  }

  /// `a` of `N* ∝ C^a`; that of tokens is 1 − a.
  public var sizeExponent: Double { beta / (alpha + beta) }
}

extension Law {
  /// The growth of the optimum with compute, `N* ∝ C^a` and `D* ∝ C^b`, for each set of parameters; NaN where there is none.
  func computeExponents(_ parameters: [[Double]]) -> [(size: Double, tokens: Double)] {
    powerTradeOffs(parameters).map { tradeOff in
      guard let tradeOff else { return (.nan, .nan) }
      return (tradeOff.sizeExponent, tradeOff.alpha / (tradeOff.alpha + tradeOff.beta))
    }
  }

  /// The trade-off of each set of parameters; nil where the law has none, or more size or more tokens would not lower
  /// the loss.
  public func powerTradeOffs(_ parameters: [[Double]]) -> [PowerTradeOff?] {
    let none = [PowerTradeOff?](repeating: nil, count: parameters.count)
    guard let tradeOff else { return none }
    let columns = parameterNames.indices.map { index in parameters.map { $0[index] } }
    let letters = [tradeOff.a, tradeOff.alpha, tradeOff.b, tradeOff.beta].compactMap { formula -> [Double]? in
      guard
        let compiled = try? CompiledFormula(
          formula.substituting(fixed), parameters: [], variables: parameterNames, order: .value)
      else { return nil }
      return BoundFormula(compiled, columns: columns).values(parameters: [])
    }
    guard letters.count == 4 else { return none }
    return parameters.indices.map { index in
      let values = letters.map { $0[index] }
      guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      return PowerTradeOff(a: values[0], alpha: values[1], b: values[2], beta: values[3])
    }
  }
}
