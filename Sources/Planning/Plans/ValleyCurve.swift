import Foundation
import ScalingLaws

/// The loss of sizes from an eighth to eight times a plan's at its training compute, with the interval of the law's draws.
public struct ValleyCurve: Codable, Sendable, Hashable {
  public let params: [Double]
  public let loss: [Double]
  /// The interval's ends; nil without draws.
  public let lower: [Double]?
  public let upper: [Double]?

  /// Draws that the interval is taken over, at most.
  private static let mostDraws = 400

  /// The curve of a plan; nil for a law of other variables than size and tokens.
  public init?(_ plan: Plan, by fitted: FittedLaw) {
    guard let best = plan.params?.value, fitted.law.variables.count == 2, fitted.law.variable(of: "params") != nil,
      fitted.law.variable(of: "tokens") != nil
    else { return nil }
    let steps = 80
    let sizes = (0...steps).map { best / 8 * pow(64, Double($0) / Double(steps)) }
    let columns = fitted.law.variables.map { variable in
      variable.column == "params" ? sizes : sizes.map { plan.flops.value / 6 / $0 }
    }
    let bound = fitted.predictor(columns: columns)
    let loss = bound.values(parameters: fitted.parameters)
    guard loss.allSatisfy(\.isFinite) else { return nil }
    let draws = fitted.draws.prefix(Self.mostDraws).map { bound.values(parameters: $0) }
    let sorted = sizes.indices.map { index in draws.map { $0[index] }.sorted() }
    func edge(_ share: Double) -> [Double] { sorted.map { $0[Int((Double($0.count - 1) * share).rounded())] } }
    let edges = draws.count > 1 ? (edge((1 - plan.level) / 2), edge((1 + plan.level) / 2)) : nil
    let areFinite = edges.map { ($0.0 + $0.1).allSatisfy(\.isFinite) } ?? false
    (params, self.loss) = (sizes, loss)
    (lower, upper) = areFinite ? (edges?.0, edges?.1) : (nil, nil)
  }
}
