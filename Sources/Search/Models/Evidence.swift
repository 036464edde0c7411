import COpenBLAS
import Foundation

/// The logarithm of the marginal likelihood of a Gaussian process, with weak priors on its
/// hyperparameters, and its maximum (Rasmussen and Williams 2006, chapter 5).
struct Evidence {
  private let features: [GaussianProcess.Feature]
  private let count: Int
  /// The features, one column each.
  private let columns: [Double]
  private let values: [Double]

  /// - Parameters:
  ///   - columns: the features, one column after another.
  ///   - values: one per row, with mean 0 and variance about 1.
  init(_ features: [GaussianProcess.Feature], columns: [Double], values: [Double]) {
    openblas_set_num_threads(1)
    self.features = features
    self.columns = columns
    self.values = values
    count = values.count
  }

  /// The value and its gradient in the logarithms; nil where the covariance is not positive
  /// definite.
  func value(at point: GaussianProcess.Hyperparameters) -> (value: Double, gradient: [Double])? {
    let (count, columns, weights) = (count, columns, point.logs.count - 2)
    let (signal, noise) = (point.signal, point.noise)
    var squares = [Double](repeating: 0, count: count * count)
    var covariances = squares
    squares.withUnsafeMutableBufferPointer { squares in
      for (feature, kind) in features.enumerated() {
        let weight = exp(point.logs[kind.weight])
        Self.forEachPair(columns, feature, kind, count) { squares[$0] += weight * $1 }
      }
    }
    covariances.withUnsafeMutableBufferPointer { covariances in
      for column in 0..<count {
        covariances[column * count + column] = signal + noise
        for row in (column + 1)..<max(column + 1, count) {
          covariances[column * count + row] = signal * Matern.value(squares[column * count + row])
        }
      }
    }
    let size = CInt(count)
    guard LAPACKE_dpotrf(LAPACK_COL_MAJOR, lower, size, &covariances, size) == 0 else { return nil }
    var coefficients = values
    LAPACKE_dpotrs(LAPACK_COL_MAJOR, lower, size, 1, covariances, size, &coefficients, size)
    var value = -0.5 * Double(count) * log(2 * Double.pi)
    for index in 0..<count {
      value -= 0.5 * values[index] * coefficients[index] + log(covariances[index * count + index])
    }
    guard LAPACKE_dpotri(LAPACK_COL_MAJOR, lower, size, &covariances, size) == 0 else { return nil }

    var gradient = [Double](repeating: 0, count: point.logs.count)
    squares.withUnsafeMutableBufferPointer { squares in
      for column in 0..<count {
        let diagonal = coefficients[column] * coefficients[column] - covariances[column * count + column]
        gradient[weights] += 0.5 * diagonal * signal
        gradient[weights + 1] += 0.5 * diagonal * noise
        for row in (column + 1)..<max(column + 1, count) {
          let entry = column * count + row
          let pull = signal * (coefficients[column] * coefficients[row] - covariances[entry])
          gradient[weights] += pull * Matern.value(squares[entry])
          squares[entry] = pull * Matern.slope(squares[entry])
        }
      }
      for (feature, kind) in features.enumerated() {
        var sum = 0.0
        Self.forEachPair(columns, feature, kind, count) { sum += squares[$0] * $1 }
        gradient[kind.weight] += exp(point.logs[kind.weight]) * sum
      }
    }
    for weight in 0..<weights {
      let x = exp(point.logs[weight])
      value -= 0.1 / x + 0.1 * x
      gradient[weight] += 0.1 / x - 0.1 * x
    }
    // Gamma densities of shape 2 and rate 1 for the signal, 1.1 and 30 for the noise.
    value += point.logs[weights] - signal + 0.1 * point.logs[weights + 1] - 30 * noise
    gradient[weights] += 1 - signal
    gradient[weights + 1] += 0.1 - 30 * noise
    return (value, gradient)
  }

  /// The maximum by resilient propagation, which uses only the signs of the gradient, each with
  /// its own step (Riedmiller and Braun 1993, in the form of Igel and Hüsken 2003), and suits
  /// evidence well (Blum and Riedmiller 2013).
  func maximize(
    from start: GaussianProcess.Hyperparameters, steps: Int
  ) -> GaussianProcess.Hyperparameters {
    var best = (point: start, value: -Double.infinity)
    var point = start
    var strides = [Double](repeating: 0.2, count: start.logs.count)
    var before = [Double](repeating: 0, count: start.logs.count)
    for _ in 0..<steps {
      guard case (let value, var gradient)? = self.value(at: point) else { break }
      if value > best.value { best = (point, value) }
      for index in strides.indices {
        let agreement = gradient[index] * before[index]
        if agreement > 0 {
          strides[index] = min(strides[index] * 1.3, 1)
        } else if agreement < 0 {
          strides[index] *= 0.5
          gradient[index] = 0
        }
        let range = index == strides.count - 1 ? -14.0...0 : index == strides.count - 2 ? -4.0...4 : -9.0...7
        let moved = point.logs[index] + (gradient[index] > 0 ? 1 : gradient[index] < 0 ? -1 : 0) * strides[index]
        point.logs[index] = min(max(moved, range.lowerBound), range.upperBound)
      }
      before = gradient
    }
    return best.point
  }

  /// Every entry below the diagonal, with the unweighted squared distance of its rows in a
  /// feature.
  @inline(__always) private static func forEachPair(
    _ columns: [Double], _ feature: Int, _ kind: GaussianProcess.Feature, _ count: Int, _ body: (Int, Double) -> Void
  ) {
    columns.withUnsafeBufferPointer { columns in
      let start = feature * count
      for column in 0..<count {
        let at = columns[start + column]
        if kind.isCategory {
          for row in (column + 1)..<max(column + 1, count) {
            body(column &* count &+ row, columns[start &+ row] == at ? 0 : 1)
          }
        } else {
          for row in (column + 1)..<max(column + 1, count) {
            let apart = columns[start &+ row] - at
            body(column &* count &+ row, apart * apart)
          }
        }
      }
    }
  }
}

private let lower = CChar(UInt8(ascii: "L"))
