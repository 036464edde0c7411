import Formulas
import Foundation
import ScalingLaws

/// The closed form of the optimum of a law whose loss rises with `A/N^alpha + B/D^beta` (Hoffmann et al. 2022, eq. 4).
struct PowerTradeOff {
  let a: Double
  let alpha: Double
  let b: Double
  let beta: Double

  /// The trade-off of each set of parameters; nil where the law has none or it has no minimum.
  static func each(of law: PlannableLaw, parameters: [[Double]]) -> [PowerTradeOff?] {
    let none = [PowerTradeOff?](repeating: nil, count: parameters.count)
    guard let tradeOff = law.fitted.law.tradeOff, law.splits else { return none }
    let names = law.fitted.law.parameterNames
    let columns = names.indices.map { index in parameters.map { $0[index] } }
    let letters = [tradeOff.a, tradeOff.alpha, tradeOff.b, tradeOff.beta].compactMap { formula -> [Double]? in
      guard let compiled = try? CompiledFormula(formula, parameters: [], variables: names, order: .value) else {
        return nil
      }
      return BoundFormula(compiled, columns: columns).values(parameters: [])
    }
    guard letters.count == 4 else { return none }
    return parameters.indices.map { index in
      let values = letters.map { $0[index] }
      guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      return PowerTradeOff(a: values[0], alpha: values[1], b: values[2], beta: values[3])
    }
  }

  /// `N* = G (C/6)^(beta/(alpha+beta))`, `G = (alpha A/(beta B))^(1/(alpha+beta))`.
  func optimalParams(flops: Double, rule: ComputeRule) -> Double {
    exp((log(alpha * a / (beta * b)) + beta * log(flops / rule.perParam)) / (alpha + beta))
  }

  /// `a` of `N* ∝ C^a`; that of tokens is 1 − a.
  var sizeExponent: Double { beta / (alpha + beta) }
}
