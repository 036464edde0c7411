import Foundation

/// The smoothing of training curves before their envelope is taken.
public enum CurveSmoothing: Hashable, Sendable {
  /// No smoothing: for losses on held-out data, which are averages already.
  case none
  /// Local lines under a Gaussian kernel in the logarithm of compute, of this standard deviation in decades: a power
  /// law is preserved, up to its ends.
  case gaussian(decades: Double)
}

/// A curve after smoothing.
struct SmoothedCurve {
  var logLoss: [Double]
  /// The standard deviation that noise leaves in the smoothed logarithm of the loss; 0 if too few points show any.
  var noise: Double
}

extension TrainingCurves.Curve {
  func smoothed(_ smoothing: CurveSmoothing) -> SmoothedCurve {
    let noise = noise()
    guard case .gaussian(let decades) = smoothing else { return SmoothedCurve(logLoss: logLoss, noise: noise) }
    let width = decades * log(10)
    var result = SmoothedCurve(logLoss: logLoss, noise: 0)
    var squares = 0.0
    var first = 0
    for index in logFlops.indices {
      while logFlops[index] - logFlops[first] > 4 * width { first += 1 }
      var (s0, s1, s2) = (0.0, 0.0, 0.0)
      var last = first
      while last < logFlops.count, logFlops[last] - logFlops[index] <= 4 * width {
        let d = (logFlops[last] - logFlops[index]) / width
        let weight = exp(-d * d / 2)
        s0 += weight
        s1 += weight * d
        s2 += weight * d * d
        last += 1
      }
      let determinant = s0 * s2 - s1 * s1
      var (value, square) = (0.0, 0.0)
      for other in first..<last {
        let d = (logFlops[other] - logFlops[index]) / width
        // A point too far from its neighbors for a slope keeps its own value.
        let share =
          determinant > 1e-9 * s0 * s0 ? exp(-d * d / 2) * (s2 - s1 * d) / determinant : exp(-d * d / 2) / s0
        value += share * logLoss[other]
        square += share * share
      }
      result.logLoss[index] = value
      squares += square
    }
    result.noise = noise * (squares / Double(logFlops.count)).squareRoot()
    return result
  }

  /// The noise of single points, from the distance of each to the line between its neighbors (Gasser, Sroka and
  /// Jennen-Steinmetz 1986), by the median so that the fast start of training does not count as noise.
  private func noise() -> Double {
    let count = logFlops.count
    guard count >= 20 else { return 0 }
    let squares = (1..<(count - 1)).map { index in
      let w = (logFlops[index + 1] - logFlops[index]) / (logFlops[index + 1] - logFlops[index - 1])
      let off = logLoss[index] - w * logLoss[index - 1] - (1 - w) * logLoss[index + 1]
      return off * off / (1 + w * w + (1 - w) * (1 - w))
    }.sorted()
    let medianOfChiSquare = 0.454_936
    return (squares[squares.count / 2] / medianOfChiSquare).squareRoot()
  }
}
