import Fitting
import Formulas

/// A task score as a function of known properties of a model: `floor + (1 − floor) sigmoid(w0 + Σ w_i x_i)` (Ruan,
/// Maddison and Hashimoto 2024, equation 7: the error is `h sigmoid(β·S + α)`), the floor of chance at most 0.2 as in
/// their fits.
///
/// Fitted by least squares of the score.
public struct CapabilityLink: Sendable {
  public let formula: String
  /// w0, the weights, and the floor.
  public let parameters: [Double]
  private let compiled: CompiledFormula

  /// - Parameters:
  ///   - inputs: one row for each model.
  ///   - names: the names of the inputs.
  ///   - weights: the number of times each model counts; once each if nil.
  ///   - further: additional parameters to begin from.
  /// - Throws: `FitError` if there are too few models to fit.
  public init(
    _ inputs: [[Double]], names: [String], scores: [Double], weights: [Double]? = nil, from further: [[Double]] = [],
    starts: Starts = .global(32)
  ) throws {
    let terms = names.indices.map { "w\($0 + 1)*\(names[$0])" }
    formula = "floor + (1 - floor)/(1 + exp(-(w0 + \(terms.joined(separator: " + ")))))"
    let weighted = names.indices.map { ParameterDomain.real("w\($0 + 1)", -8...8) }
    let domains =
      [ParameterDomain.real("w0", -4...2)] + weighted
      + [ParameterDomain("floor", lower: 0, upper: 0.2, startRange: 0.005...0.15)]
    let used = weights.map { $0.count { $0 > 0 } } ?? scores.count
    guard used > domains.count else {
      throw FitError(
        "\(used) models cannot determine the \(domains.count) parameters of the link; use fewer components")
    }
    compiled = try CompiledFormula(
      try Formula(formula), parameters: domains.map(\.name), variables: names, positive: [])
    let bound = BoundFormula(compiled, columns: names.indices.map { index in inputs.map { $0[index] } })
    let problem = FitProblem(
      bound, domains: domains, observed: scores, weights: weights,
      objective: Objective(.leastSquares, residual: .linear))
    parameters = try problem.minimize(starts, from: further, threads: 1).parameters
  }

  /// The scores of other models.
  public func predictions(_ inputs: [[Double]]) -> [Double] {
    guard let width = inputs.first?.count else { return [] }
    return BoundFormula(compiled, columns: (0..<width).map { index in inputs.map { $0[index] } })
      .values(parameters: parameters)
  }
}
