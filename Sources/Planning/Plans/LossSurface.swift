import Formulas

/// The mean loss of a law over one or many sets of its parameters, as a function of size and tokens.
final class LossSurface {
  struct Point {
    let loss: Double
    /// The derivative of the loss by the logarithm of the size at the same tokens, and vice versa.
    let byLogParams: Double
    let byLogTokens: Double
  }

  private let law: PlannableLaw
  private let bound: BoundFormula
  private let workspace: BoundFormula.Workspace
  private var arguments: [Double]
  /// The means of the loss and of its derivatives by the law's variables, at the last evaluation.
  private var means: [Double]

  /// - Parameter parameters: the sets; at least one, each in the law's order.
  init(_ law: PlannableLaw, parameters: [[Double]]) {
    self.law = law
    let columns = law.fitted.law.parameters.indices.map { index in parameters.map { $0[index] } }
    bound = BoundFormula(law.compiled, columns: columns)
    workspace = BoundFormula.Workspace(bound)
    arguments = law.values
    means = [Double](repeating: 0, count: 1 + law.values.count)
  }

  func loss(params: Double, tokens: Double) -> Double {
    evaluate(params: params, tokens: tokens, outputs: 1)
    return means[0]
  }

  /// The fewest tokens that bring a size to a loss, by bisection of their logarithm; nil if `most` do not.
  func tokens(ofSize params: Double, to target: Double, atMost most: Double) -> Double? {
    guard loss(params: params, tokens: most) <= target else { return nil }
    var (few, enough) = (min(1, most), most)
    while enough / few > 1 + 1e-12 {
      let middle = (few * enough).squareRoot()
      guard middle > few, middle < enough else { break }
      if loss(params: params, tokens: middle) > target { few = middle } else { enough = middle }
    }
    return enough
  }

  func point(params: Double, tokens: Double) -> Point {
    evaluate(params: params, tokens: tokens, outputs: means.count)
    func slope(_ index: Int?) -> Double { index.map { means[1 + $0] * arguments[$0] } ?? 0 }
    // Compute increases with either.
    return Point(
      loss: means[0], byLogParams: slope(law.size) + slope(law.flops),
      byLogTokens: slope(law.tokens) + slope(law.flops))
  }

  private func evaluate(params: Double, tokens: Double, outputs: Int) {
    if let size = law.size { arguments[size] = params }
    if let index = law.tokens { arguments[index] = tokens }
    if let flops = law.flops { arguments[flops] = law.rule.trainingFLOPs(params: params, tokens: tokens) }
    workspace.set(parameters: arguments)
    for output in 0..<outputs { means[output] = 0 }
    for block in 0..<workspace.blockCount {
      workspace.run(block: block, outputs > 1 ? .gradient : .value)
      let rows = workspace.rows(ofBlock: block).clamped(to: 0..<bound.rowCount).count
      for output in 0..<outputs {
        let values = workspace.output(output)
        var sum = 0.0
        for row in 0..<rows { sum += values[row] }
        means[output] += sum
      }
    }
    for output in 0..<outputs { means[output] /= Double(bound.rowCount) }
  }
}
