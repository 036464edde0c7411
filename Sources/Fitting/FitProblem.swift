import Formulas
import Foundation

/// A formula, the runs to fit, and the objective.
public struct FitProblem: Sendable {
  public let domains: [ParameterDomain]
  public let objective: Objective
  public let bound: BoundFormula
  /// Each run's observed loss.
  public let observed: [Double]
  /// Each run's weight.
  public let weights: [Double]

  /// The observations on the residual's scale, padded; and the weights, padded with 0.
  let scaledObservations: AlignedDoubles
  let paddedWeights: AlignedDoubles
  /// The padded observations, and the factors that make the squares of their residuals relative if the objective's are.
  let plainObservations: AlignedDoubles
  let squareScale: AlignedDoubles

  /// - Parameters:
  ///   - domains: one for each parameter of the formula, in the compiled order.
  ///   - observed: one for each row; positive if the residual is logarithmic.
  ///   - weights: one for each row, not negative; all 1 if nil.
  public init(
    _ bound: BoundFormula, domains: [ParameterDomain], observed: [Double], weights: [Double]? = nil,
    objective: Objective
  ) {
    self.bound = bound
    self.domains = domains
    self.objective = objective
    self.observed = observed
    self.weights = weights ?? [Double](repeating: 1, count: observed.count)
    scaledObservations = Self.scaled(observed, bound, objective)
    paddedWeights = Self.padded(self.weights, to: bound.paddedRowCount, with: 0)
    plainObservations = Self.padded(observed, to: bound.paddedRowCount, with: observed.last ?? 0)
    let scale = observed.map { objective.residual == .log ? 1 / ($0 * $0) : 1 }
    squareScale = Self.padded(scale, to: bound.paddedRowCount, with: 0)
  }

  public var parameterNames: [String] { domains.map(\.name) }
  public var parameterCount: Int { domains.count }

  /// The same problem with other weights.
  public func weighted(_ weights: [Double]) -> FitProblem {
    FitProblem(bound, domains: domains, observed: observed, weights: weights, objective: objective)
  }

  /// The same problem under another objective.
  public func under(_ objective: Objective) -> FitProblem {
    FitProblem(bound, domains: domains, observed: observed, weights: weights, objective: objective)
  }

  /// The same problem with other observations.
  public func observing(_ observed: [Double]) -> FitProblem {
    FitProblem(bound, domains: domains, observed: observed, weights: weights, objective: objective)
  }

  /// Prediction minus observation of each run, on the objective's scale.
  public func residuals(at parameters: [Double]) -> [Double] {
    residuals(of: bound.values(parameters: parameters))
  }

  /// The objective of any predictions, one for each run.
  public func value(of predictions: [Double]) -> Double {
    objective.value(residuals: residuals(of: predictions), weights: weights).value
  }

  private func residuals(of predictions: [Double]) -> [Double] {
    zip(predictions, observed).map { prediction, observation in
      switch objective.residual {
      case .log: log(prediction) - log(observation)
      case .linear: prediction - observation
      }
    }
  }

  /// The objective, exactly as defined.
  public func value(at parameters: [Double]) -> Double {
    objective.value(residuals: residuals(at: parameters), weights: weights).value
  }

  static func scaled(_ observed: [Double], _ bound: BoundFormula, _ objective: Objective) -> AlignedDoubles {
    let scale: [Double] = objective.residual == .log ? observed.map { log($0) } : observed
    return padded(scale, to: bound.paddedRowCount, with: scale.last ?? 0)
  }

  static func padded(_ values: [Double], to count: Int, with filler: Double) -> AlignedDoubles {
    let result = AlignedDoubles(count: max(1, count))
    for row in 0..<count { result.start[row] = row < values.count ? values[row] : filler }
    return result
  }
}

extension Objective {
  /// The fitted scale of a likelihood at parameters; nil for other objectives.
  public func scale(at parameters: [Double], of problem: FitProblem) -> Double? {
    value(residuals: problem.residuals(at: parameters), weights: problem.weights).scale
  }
}
