import Foundation

/// Systems of a few equations with a symmetric matrix, solved in place without allocating: inside a minimizer's loop a
/// library call costs more than the arithmetic.
final class SmallSymmetric {
  private let count: Int
  private let factor: UnsafeMutablePointer<Double>
  private let vectors: UnsafeMutablePointer<Double>
  private let work: UnsafeMutablePointer<Double>

  init(count: Int) {
    self.count = count
    factor = .allocate(capacity: max(1, count * count))
    vectors = .allocate(capacity: max(1, count * count))
    work = .allocate(capacity: max(1, count))
  }

  deinit {
    factor.deallocate()
    vectors.deallocate()
    work.deallocate()
  }

  /// Solves `(matrix + shift I) x = right` by Cholesky; false, with x unchanged, if that is not safely positive
  /// definite.
  func solveDefinite(
    _ matrix: UnsafePointer<Double>, shift: Double, _ right: UnsafePointer<Double>, _ x: UnsafeMutablePointer<Double>
  ) -> Bool {
    for a in 0..<count {
      for b in 0...a {
        var sum = matrix[a * count + b]
        if a == b { sum += shift }
        for k in 0..<b { sum -= factor[a * count + k] * factor[b * count + k] }
        if a == b {
          guard sum > 1e-13 else { return false }
          factor[a * count + a] = sum.squareRoot()
        } else {
          factor[a * count + b] = sum / factor[b * count + b]
        }
      }
    }
    for a in 0..<count {
      var sum = right[a]
      for b in 0..<a { sum -= factor[a * count + b] * work[b] }
      work[a] = sum / factor[a * count + a]
    }
    var a = count - 1
    while a >= 0 {
      var sum = work[a]
      var b = a + 1
      while b < count {
        sum -= factor[b * count + a] * x[b]
        b += 1
      }
      x[a] = sum / factor[a * count + a]
      a -= 1
    }
    return true
  }

  /// Solves `(|matrix| + shift I) x = right`, where |matrix| has the magnitudes of the eigenvalues: along a direction
  /// of negative curvature the step then leads downhill, away from the saddle (Dauphin et al. 2014).
  ///
  /// - Returns: the smallest eigenvalue of the matrix.
  func solveMagnitude(
    _ matrix: UnsafePointer<Double>, shift: Double, _ right: UnsafePointer<Double>, _ x: UnsafeMutablePointer<Double>
  ) -> Double {
    diagonalize(matrix)
    for a in 0..<count { x[a] = 0 }
    for k in 0..<count {
      var along = 0.0
      for a in 0..<count { along += vectors[a * count + k] * right[a] }
      along /= max(abs(factor[k * count + k]), 1e-9) + shift
      for a in 0..<count { x[a] += along * vectors[a * count + k] }
    }
    var smallest = Double.infinity
    for k in 0..<count { smallest = min(smallest, factor[k * count + k]) }
    return smallest
  }

  /// Jacobi's rotations: eigenvalues to the diagonal of ``factor``, eigenvectors to the columns of ``vectors``.
  private func diagonalize(_ matrix: UnsafePointer<Double>) {
    for a in 0..<count {
      for b in 0..<count {
        factor[a * count + b] = matrix[a * count + b]
        vectors[a * count + b] = a == b ? 1 : 0
      }
    }
    for _ in 0..<12 {
      var off = 0.0
      for a in 0..<count { for b in 0..<a { off += factor[a * count + b] * factor[a * count + b] } }
      if off < 1e-18 { return }
      for p in 0..<count {
        for q in 0..<p {
          let apq = factor[p * count + q]
          if abs(apq) < 1e-12 { continue }
          let theta = (factor[q * count + q] - factor[p * count + p]) / (2 * apq)
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          rotate(p, q, c, t * c)
        }
      }
    }
  }

  private func rotate(_ p: Int, _ q: Int, _ c: Double, _ s: Double) {
    for k in 0..<count {
      let kp = factor[k * count + p]
      let kq = factor[k * count + q]
      factor[k * count + p] = c * kp - s * kq
      factor[k * count + q] = s * kp + c * kq
    }
    for k in 0..<count {
      let pk = factor[p * count + k]
      let qk = factor[q * count + k]
      factor[p * count + k] = c * pk - s * qk
      factor[q * count + k] = s * pk + c * qk
      let vp = vectors[k * count + p]
      let vq = vectors[k * count + q]
      vectors[k * count + p] = c * vp - s * vq
      vectors[k * count + q] = s * vp + c * vq
    }
  }
}
