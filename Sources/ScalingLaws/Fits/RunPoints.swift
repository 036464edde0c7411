import Tables

/// The runs behind a fit, for its figures: a value of each run, in the order of runs used.
public struct RunPoints: Codable, Sendable, Equatable {
  /// The measured target.
  public var observed: [Double]
  /// The law's prediction of the target; empty without a law.
  public var predicted: [Double]
  public var params: [Double]?
  public var tokens: [Double]?
  /// The training compute in FLOP: the table's, or 6 N D; nil for a table with neither.
  public var flops: [Double]?

  /// The points of a fit; nil where a value is not finite.
  init?(of fit: LawFit) {
    self.init(
      fit.runs, target: fit.law.target, observed: fit.problem.observed,
      predicted: fit.problem.bound.values(parameters: fit.optimum.parameters))
  }

  /// The points of a table; nil where a value is not finite.
  ///
  /// - Parameter target: the column of the observed values, which is none of the others.
  public init?(_ runs: RunTable, target: String, observed: [Double], predicted: [Double] = []) {
    func values(_ column: String) -> [Double]? { column == target ? nil : try? runs.values(named: column) }
    (self.observed, self.predicted) = (observed, predicted)
    (params, tokens) = (values("params"), values("tokens"))
    let product = params.flatMap { params in tokens.map { zip(params, $0).map { 6 * $0 * $1 } } }
    flops = values("flops") ?? product
    guard [observed, predicted, params ?? [], tokens ?? [], flops ?? []].joined().allSatisfy(\.isFinite) else {
      return nil
    }
  }
}
