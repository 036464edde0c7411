import Glibc

/// The width of published models for their depth: hidden size over layers as a power of their size.
///
/// Least squares on logarithms over the dense models of the catalog. The loss itself depends little on it: from 6 layers
/// of 4,288 to 48 of 1,600 it changes by 3 % (Kaplan et al. 2020, arXiv 2001.08361, section 3.1).
public struct AspectRule: Sendable, Hashable {
  /// The usual aspect of a model of 7B parameters without embeddings.
  public let at7B: Double
  public let exponent: Double
  /// Standard deviation of the logarithm among models.
  public let spread: Double
  /// The number of models behind the rule.
  public let models: Int

  /// Over the catalog.
  public static let published = AspectRule(KnownModel.catalog.map(\.shape).filter { $0.experts == nil })

  /// The usual hidden size over layers.
  ///
  /// - Parameter nonEmbedding: parameters that a token uses, without embeddings.
  public func usual(nonEmbedding: Double) -> Double { at7B * pow(nonEmbedding / 7e9, exponent) }

  /// The distance of a shape from the rule, in standard deviations of its logarithm; above 0 where it is wider than usual.
  public func deviation(of shape: TransformerShape) -> Double {
    let usual = usual(nonEmbedding: Double(max(1, shape.parameters.activeNonEmbedding)))
    return log(Double(shape.hidden) / Double(shape.layers) / usual) / spread
  }

  /// The depth from which, at a width, more width is worth more than more depth: hidden = exp(5.039 + 0.0555 layers)
  /// (Levine et al. 2020, arXiv 2006.12467, eq. 10). Below 1 at widths that they call too narrow for depth.
  public static func depthLimit(hidden: Int) -> Double { (log(Double(hidden)) - 5.039) / 0.0555 }

  private init(_ shapes: [TransformerShape]) {
    let x = shapes.map { log(Double($0.parameters.nonEmbedding) / 7e9) }
    let y = shapes.map { log(Double($0.hidden) / Double($0.layers)) }
    let count = Double(shapes.count)
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    var (products, squares, residuals) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      products += (x - meanX) * (y - meanY)
      squares += (x - meanX) * (x - meanX)
    }
    let slope = products / squares
    for (x, y) in zip(x, y) {
      let residual = y - meanY - slope * (x - meanX)
      residuals += residual * residual
    }
    exponent = slope
    at7B = exp(meanY - slope * meanX)
    spread = (residuals / (count - 2)).squareRoot()
    models = shapes.count
  }
}
