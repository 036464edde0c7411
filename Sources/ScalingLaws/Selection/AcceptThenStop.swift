import Fitting
import Foundation

/// Accept then Stop (Lin et al. 2024): the straight end of a fine-tuning curve in logarithms, found from its
/// largest sizes downward.
///
/// The line through the k largest sizes is tested on the next smaller one. If that is farther from the line
/// than delta standard deviations of the line's own residuals, the curve bends there and the search stops; else the
/// size joins the line, and the next one is tested.
public struct AcceptThenStop: Hashable, Sendable, Codable {
  /// k: the number of largest sizes that are accepted without a test.
  public var k = 3
  /// delta: the number of standard deviations beyond which a size is not part of the line.
  public var delta = 5.0

  public init(k: Int = 3, delta: Double = 5) {
    self.k = k
    self.delta = delta
  }

  /// The straight end of a curve.
  public struct Line: Hashable, Sendable {
    public let line: PowerLine
    /// The number of sizes, the largest ones, that the line is fitted to.
    public let points: Int
    fileprivate let fitted: LeastSquaresLine

    /// The interval for the loss of one more run, from the line's prediction error and Student's t distribution; nil
    /// with two sizes, which leave no scatter.
    public func interval(at examples: Double, level: Double) -> ClosedRange<Double>? {
      guard let error = fitted.predictionError(at: log(examples)) else { return nil }
      let width = studentQuantile((1 + level) / 2, freedom: Double(points - 2)) * error
      let (low, high) = (line.value(at: examples) * exp(-width), line.value(at: examples) * exp(width))
      return low.isFinite && high.isFinite ? low...high : nil
    }
  }

  /// The line through the straight end of a curve; nil with fewer than two sizes.
  ///
  /// As the authors do it, the line is the last one that was tested, so the smallest size of all is never part
  /// of it, and the standard deviation divides by the number of sizes.
  public func line(through curve: FineTuningCurve) -> Line? {
    let x = curve.examples.map { log($0) }
    let y = curve.losses.map { log($0) }
    var points = min(k, x.count)
    while let fitted = LeastSquaresLine(Array(x.suffix(points)), Array(y.suffix(points))) {
      let next = x.count - points - 1
      let line = Line(line: fitted.line, points: points, fitted: fitted)
      // Nothing is left to test once the smallest size has been tested.
      guard next > 0, let scatter = fitted.scatter else { return line }
      let deviation = scatter * (Double(points - 2) / Double(points)).squareRoot()
      let miss = abs(y[next] - fitted.line.logCoefficient - fitted.line.exponent * x[next])
      // Losses on a line up to rounding have a deviation of rounding, which is meaningless.
      guard miss <= delta * max(deviation, 1e-12) else { return line }
      points += 1
    }
    return nil
  }
}
