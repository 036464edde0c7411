import Foundation

/// A power law `y = k x^p`, as the straight line `ln y = ln k + p ln x`.
public struct PowerLine: Codable, Hashable, Sendable {
  /// `ln k`: the coefficient itself may exceed the range of numbers if the exponent is large.
  public var logCoefficient: Double
  public var exponent: Double

  enum CodingKeys: String, CodingKey {
    case logCoefficient = "log_coefficient"
    case exponent
  }

  public func value(at x: Double) -> Double { exp(logCoefficient + exponent * log(x)) }
}

/// A straight line by weighted least squares, with its standard errors; between logarithms it is a power law.
struct LeastSquaresLine: Hashable, Sendable {
  var line: PowerLine
  /// The share of the variance of `y` that the line explains; nil if `y` does not vary.
  var rSquared: Double?
  /// Standard errors, from the scatter around the line; nil if there are only as many points as parameters.
  var exponentError: Double?
  var logCoefficientError: Double?
  /// The standard deviation of points of weight 1 around the line; nil if the errors are.
  var scatter: Double?
  /// The mean of `x`, where the error of the line's height is independent of that of its slope.
  private var center: Double
  private var centerError: Double?

  /// Nil with fewer than two different abscissas.
  ///
  /// - Parameters:
  ///   - x: natural logarithms for a power law, as is `y`.
  ///   - weights: inverse variances up to a factor; all 1 if nil.
  init?(_ x: [Double], _ y: [Double], weights: [Double]? = nil) {
    let weights = weights ?? [Double](repeating: 1, count: x.count)
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    var (xMean, yMean) = (0.0, 0.0)
    for i in x.indices {
      xMean += weights[i] * x[i] / total
      yMean += weights[i] * y[i] / total
    }
    var (spread, product, ySpread) = (0.0, 0.0, 0.0)
    for i in x.indices {
      spread += weights[i] * (x[i] - xMean) * (x[i] - xMean)
      product += weights[i] * (x[i] - xMean) * (y[i] - yMean)
      ySpread += weights[i] * (y[i] - yMean) * (y[i] - yMean)
    }
    guard spread > 1e-12 * total else { return nil }
    let exponent = product / spread
    line = PowerLine(logCoefficient: yMean - exponent * xMean, exponent: exponent)
    center = xMean
    rSquared = ySpread > 0 ? product * product / spread / ySpread : nil
    guard x.count > 2 else { return }
    var squares = 0.0
    for i in x.indices {
      let residual = y[i] - yMean - exponent * (x[i] - xMean)
      squares += weights[i] * residual * residual
    }
    let variance = squares / Double(x.count - 2)
    exponentError = (variance / spread).squareRoot()
    logCoefficientError = (variance * (1 / total + xMean * xMean / spread)).squareRoot()
    scatter = variance.squareRoot()
    centerError = (variance / total).squareRoot()
  }

  var slope: Double { line.exponent }
  var intercept: Double { line.logCoefficient }

  /// The standard error of predicting `y` of one more point of weight 1: the scatter around the line and the line's own
  /// error; nil if the errors are.
  func predictionError(at x: Double) -> Double? {
    guard let scatter, let exponentError, let centerError else { return nil }
    let slope = (x - center) * exponentError
    return (scatter * scatter + centerError * centerError + slope * slope).squareRoot()
  }
}
