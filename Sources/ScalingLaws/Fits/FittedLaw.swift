import Formulas

/// A law with its parameters and what is known of their uncertainty: all that predicting and planning need.
public struct FittedLaw: Sendable {
  public let law: Law
  /// The best parameters, in the law's order.
  public let parameters: [Double]
  /// Parameters drawn from their uncertainty, one vector a bootstrap resample; empty where nothing is known.
  public let draws: [[Double]]
  /// The ranges of the runs behind the fit, by column (`params`, `tokens`, `flops`, …); empty for published parameters.
  public let ranges: [String: ClosedRange<Double>]
  /// Each run's residual on the logarithm of the loss; empty where the runs are not known.
  public let logResiduals: [Double]
  /// The spread of the residuals, and its change with the size of a run; nil where it is unknown.
  public let noise: RunNoise?
  /// The source of the parameters, in a sentence.
  public let provenance: String
  /// The SHA-256 of the document that they come from; nil where they come from none.
  public var fingerprint: String?

  private let compiled: CompiledFormula

  /// - Throws: `FormulaError` if the formula has a name that is neither parameter nor variable.
  public init(
    law: Law, parameters: [Double], draws: [[Double]] = [], ranges: [String: ClosedRange<Double>] = [:],
    logResiduals: [Double] = [], noise: RunNoise? = nil, provenance: String
  ) throws(FormulaError) {
    self.law = law
    self.parameters = parameters
    self.draws = draws
    self.ranges = ranges
    self.logResiduals = logResiduals
    self.noise = noise
    self.provenance = provenance
    // A fit splits logarithms of columns that are positive on its runs; what it wrote must be read the same way.
    let positive = law.variables.filter { (ranges[$0.column]?.lowerBound ?? 1) > 0 }
    compiled = try CompiledFormula(
      law.formula, parameters: law.parameterNames, variables: law.variables.map(\.name),
      positive: Set(positive.map(\.name)), order: .gradient)
  }

  /// The law over a table of points: a column a variable of the law, in its order. Evaluate it for many parameters.
  public func predictor(columns: [[Double]]) -> BoundFormula { BoundFormula(compiled, columns: columns) }
}
