import Documents
import Foundation
import Tables

/// The loss at one budget as a parabola in the logarithm of the size (or of the tokens), by unweighted least squares.
///
/// Hoffmann et al. 2022 (arXiv 2203.15556), section 3.2.
public struct IsoFLOPParabola: Hashable, Sendable {
  /// The size (or tokens) of the lowest loss.
  public let minimum: Double
  /// The loss there in nats per token.
  public let loss: Double
  /// The coefficient of the squared natural logarithm, above zero.
  public let curvature: Double

  /// - Parameters:
  ///   - x: sizes or token counts, above zero.
  ///   - name: their name in an error: `sizes`.
  /// - Throws: ``LawError`` if there are fewer than three different abscissas, or if the parabola has no minimum
  ///   between the smallest and the largest of them.
  public init(_ x: [Double], loss: [Double], of name: String) throws(LawError) {
    let distinct = distinctCount(x)
    guard distinct >= 3 else {
      throw LawError("it has \(distinct) different \(name), but a parabola needs three")
    }
    // Polynomials orthogonal on these points (Forsythe 1957): no normal equations in which to lose digits.
    let count = Double(x.count)
    let center = x.reduce(0) { $0 + log($1) } / count
    let u = x.map { log($0) - center }
    let mean = loss.reduce(0, +) / count
    let square = u.reduce(0) { $0 + $1 * $1 }
    let skew = u.reduce(0) { $0 + $1 * $1 * $1 } / square
    func second(_ u: Double) -> Double { u * u - skew * u - square / count }
    let norm = u.reduce(0) { $0 + second($1) * second($1) }
    let slope = zip(u, loss).reduce(0) { $0 + $1.0 * ($1.1 - mean) } / square
    curvature = zip(u, loss).reduce(0) { $0 + second($1.0) * ($1.1 - mean) } / norm
    guard curvature > 1e-12 * mean else {
      throw LawError(
        "its parabola opens downward (curvature \(NumberText.rounded(curvature))), so none of the \(name) is optimal"
      )
    }
    let vertex = (skew - slope / curvature) / 2
    self.loss = mean + slope * vertex + curvature * second(vertex)
    minimum = exp(center + vertex)
    let (low, high) = (x.min() ?? minimum, x.max() ?? minimum)
    guard low < minimum, minimum < high else {
      throw LawError(
        "its minimum, at \(formatCount(minimum)), is outside the \(name) of the runs, \(formatCount(low)) to "
          + "\(formatCount(high)); run \(minimum <= low ? "smaller" : "larger") ones")
    }
  }
}
