import Foundation
import ScalingLaws
import Tables

/// The dense size with the loss of a mixture of experts, all else equal: the effective parameter count of Clark et
/// al. 2022 (arXiv 2202.01169), equation 11.
///
/// - Parameter values: the values of the law's variables, by their names.
/// - Returns: nil for a law without a size and a number of experts, or if no dense size has that loss.
public func denseEquivalent(
  _ fitted: FittedLaw, at values: [String: Double], level: Double = 0.9
) -> Quantity? {
  let variables = fitted.law.variables
  guard let experts = fitted.law.expertsVariable.flatMap({ variables.firstIndex(of: $0) }),
    let size = variables.firstIndex(where: {
      PlannableLaw.sizeRoles.contains(PlannableLaw.role(of: $0.column) ?? .loss)
    }), let own = values[variables[size].name], own > 0
  else { return nil }
  let mixture = variables.map { values[$0.name] ?? .nan }
  func loss(_ point: [Double], _ parameters: [Double]) -> Double {
    fitted.predictor(columns: point.map { [$0] }).values(parameters: parameters)[0]
  }
  func dense(_ parameters: [Double]) -> Double? {
    let target = loss(mixture, parameters)
    var point = mixture
    point[experts] = 1
    return root(near: log(own), within: 0...log(1e18)) { x in
      point[size] = exp(x)
      return loss(point, parameters) - target
    }.map(exp)
  }
  return dense(fitted.parameters).map { value in
    Quantity(value: value, interval: centralInterval(fitted.draws.map { dense($0) ?? .infinity }, level: level))
  }
}
