import COpenBLAS
import Foundation

/// A Gaussian process with a Matérn 5/2 kernel whose squared distance is a weighted sum over
/// features: of squared differences of numbers, and of ones where categories differ (Rasmussen and
/// Williams 2006, chapters 2 and 5).
///
/// Categories lie at the corners of a simplex, so that the kernel is positive definite whatever
/// the mixture.
struct GaussianProcess: Sendable {
  struct Feature: Sendable, Hashable {
    /// The index of its weight, which features may share.
    let weight: Int
    let isCategory: Bool
  }

  /// The logarithms of the weights, reciprocals of squared length scales, then of the variances of
  /// the signal and the noise.
  struct Hyperparameters: Sendable, Hashable {
    var logs: [Double]

    init(weights: Int) {
      logs = [Double](repeating: 0, count: weights) + [0, log(1e-3)]
    }

    var signal: Double { exp(logs[logs.count - 2]) }
    var noise: Double { exp(logs[logs.count - 1]) }
  }

  let features: [Feature]
  private(set) var hyperparameters: Hyperparameters
  private(set) var count = 0
  /// The leading dimension of the factor, and the length of a column of features.
  private var capacity = 64
  /// The features, one column each.
  private(set) var columns: [Double]
  /// The Cholesky factor of the covariance, the lower triangle by columns.
  private var factor: [Double]
  /// The inverse of the covariance times the values; 0 for rows whose value is assumed to be the
  /// prediction.
  private var coefficients: [Double] = []

  init(_ features: [Feature]) {
    openblas_set_num_threads(1)
    self.features = features
    hyperparameters = Hyperparameters(weights: (features.map(\.weight).max() ?? -1) + 1)
    columns = [Double](repeating: 0, count: features.count * capacity)
    factor = [Double](repeating: 0, count: capacity * capacity)
  }

  /// Adds a row of features; its value is assumed to be the prediction until values are set.
  mutating func append(_ row: [Double]) {
    if count == capacity { grow() }
    for feature in features.indices { columns[feature * capacity + count] = row[feature] }
    var covariances = [Double](repeating: 0, count: count)
    covariances.withUnsafeMutableBufferPointer { covariance(row, into: $0) }
    if count > 0 {
      LAPACKE_dtrtrs(
        LAPACK_COL_MAJOR, lower, plain, plain, CInt(count), 1, factor, CInt(capacity), &covariances, CInt(count))
    }
    var rest = hyperparameters.signal + hyperparameters.noise
    for index in 0..<count {
      factor[count + index * capacity] = covariances[index]
      rest -= covariances[index] * covariances[index]
    }
    // For equal rows only the noise is left.
    factor[count + count * capacity] = max(rest, hyperparameters.noise * 0.5).squareRoot()
    coefficients.append(0)
    count += 1
  }

  /// Removes all rows but the first `count`.
  mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    self.count = count
    coefficients.removeLast(coefficients.count - count)
  }

  /// Sets the values of all rows, which should have mean 0 and variance about 1.
  mutating func setValues(_ values: [Double]) {
    coefficients = values
    LAPACKE_dpotrs(
      LAPACK_COL_MAJOR, lower, CInt(count), 1, factor, CInt(capacity), &coefficients, CInt(max(1, count)))
  }

  /// The mean and the variance of the signal at each of some rows of features.
  func posterior(_ rows: [[Double]]) -> (means: [Double], variances: [Double]) {
    let signal = hyperparameters.signal
    var solved = [Double](repeating: 0, count: count * rows.count)
    var means = [Double](repeating: 0, count: rows.count)
    var variances = [Double](repeating: signal, count: rows.count)
    guard count > 0, !rows.isEmpty else { return (means, variances) }
    solved.withUnsafeMutableBufferPointer { solved in
      for (index, row) in rows.enumerated() {
        let column = UnsafeMutableBufferPointer(rebasing: solved[index * count..<(index + 1) * count])
        covariance(row, into: column)
        means[index] = cblas_ddot(CInt(count), column.baseAddress, 1, coefficients, 1)
      }
      LAPACKE_dtrtrs(
        LAPACK_COL_MAJOR, lower, plain, plain, CInt(count), CInt(rows.count), factor, CInt(capacity),
        solved.baseAddress, CInt(count))
      for index in rows.indices {
        let column = solved.baseAddress.map { $0 + index * count }
        variances[index] = max(signal - cblas_ddot(CInt(count), column, 1, column, 1), 1e-12)
      }
    }
    return (means, variances)
  }

  /// Sets the hyperparameters, and computes their factor. Values must be set again.
  mutating func refactor(_ hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
    var noise = hyperparameters.noise
    var row = [Double](repeating: 0, count: features.count)
    var column = [Double](repeating: 0, count: count)
    repeat {
      for index in 0..<count {
        for feature in features.indices { row[feature] = columns[feature * capacity + index] }
        column.withUnsafeMutableBufferPointer { covariance(row, into: $0) }
        for other in index..<count { factor[index * capacity + other] = column[other] }
        factor[index * capacity + index] += noise
      }
      // Rounding may require more noise than the hyperparameter.
      noise *= 10
    } while LAPACKE_dpotrf(LAPACK_COL_MAJOR, lower, CInt(count), &factor, CInt(capacity)) != 0 && noise < 1
  }

  /// The covariances of a row with the first rows.
  private func covariance(_ row: [Double], into result: UnsafeMutableBufferPointer<Double>) {
    for index in result.indices { result[index] = 0 }
    columns.withUnsafeBufferPointer { columns in
      for (feature, kind) in features.enumerated() {
        let (at, weight) = (row[feature], exp(hyperparameters.logs[kind.weight]))
        let start = feature * capacity
        if kind.isCategory {
          for index in 0..<result.count { result[index] += columns[start &+ index] == at ? 0 : weight }
        } else {
          for index in 0..<result.count {
            let apart = columns[start &+ index] - at
            result[index] += weight * apart * apart
          }
        }
      }
    }
    let signal = hyperparameters.signal
    for index in 0..<result.count { result[index] = signal * Matern.value(result[index]) }
  }

  private mutating func grow() {
    let wide = capacity * 2
    var columns = [Double](repeating: 0, count: features.count * wide)
    for feature in features.indices {
      for index in 0..<count { columns[feature * wide + index] = self.columns[feature * capacity + index] }
    }
    var factor = [Double](repeating: 0, count: wide * wide)
    for column in 0..<count {
      for row in column..<count { factor[column * wide + row] = self.factor[column * capacity + row] }
    }
    (self.columns, self.factor, capacity) = (columns, factor, wide)
  }

  /// The features of some rows, a column a feature.
  func columns(ofRows rows: [Int]) -> [Double] {
    features.indices.flatMap { feature in rows.map { columns[feature * capacity + $0] } }
  }
}

/// The Matérn 5/2 correlation as a function of the squared distance.
enum Matern {
  @inline(__always) static func value(_ square: Double) -> Double {
    let scaled = (5 * square).squareRoot()
    return (1 + scaled + scaled * scaled / 3) * exp(-scaled)
  }

  /// Its derivative by the squared distance.
  @inline(__always) static func slope(_ square: Double) -> Double {
    let scaled = (5 * square).squareRoot()
    return -5.0 / 6 * (1 + scaled) * exp(-scaled)
  }
}

private let lower = CChar(UInt8(ascii: "L"))
/// Neither transposed nor of unit diagonal.
private let plain = CChar(UInt8(ascii: "N"))
