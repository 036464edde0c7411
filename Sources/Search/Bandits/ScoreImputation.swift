import Fitting

/// The expected unknown scores, by an ensemble of rank-1 factorizations u vᵀ of the known ones,
/// each without a random twentieth of them (after Zhou et al. 2024).
///
/// Each is fitted by ten rounds of alternating least squares with a ridge of 0.1. The ensemble's
/// standard deviation is the uncertainty.
struct ScoreImputation {
  /// The expected scores, one row per method.
  let means: [Double]
  let deviations: [Double]

  private static let members = 64
  private static let rounds = 10
  private static let ridge = 0.1
  private static let dropped = 0.05

  init(_ matrix: ScoreMatrix, _ random: inout SplitMix64) {
    let (rows, columns) = (matrix.methods.count, matrix.examples.count)
    let known = matrix.scores.indices.filter { !matrix.scores[$0].isNaN }
    var sums = [Double](repeating: 0, count: rows * columns)
    var squares = sums
    for _ in 0..<Self.members {
      let kept = known.filter { _ in random.uniform() >= Self.dropped }
      let (ownRow, ownColumn) = (kept.map { $0 / columns }, kept.map { $0 % columns })
      let scores = kept.map { matrix.scores[$0] }
      var (left, right) = ([Double](repeating: 1, count: rows), [Double](repeating: 1, count: columns))
      for _ in 0..<Self.rounds {
        Self.solve(&left, of: ownRow, given: right, of: ownColumn, scores)
        Self.solve(&right, of: ownColumn, given: left, of: ownRow, scores)
      }
      for row in 0..<rows {
        for column in 0..<columns {
          let value = left[row] * right[column]
          sums[row * columns + column] += value
          squares[row * columns + column] += value * value
        }
      }
    }
    let count = Double(Self.members)
    means = sums.map { $0 / count }
    deviations = zip(sums, squares).map { sum, square in max(square / count - sum * sum / count / count, 0).squareRoot()
    }
  }

  /// One half of a round: every coefficient of one side by least squares, given those of the
  /// other. Places are the indices of a score's coefficients.
  private static func solve(
    _ side: inout [Double], of places: [Int], given other: [Double], of otherPlaces: [Int], _ scores: [Double]
  ) {
    var weights = [Double](repeating: ridge, count: side.count)
    for index in side.indices { side[index] = 0 }
    for index in scores.indices {
      let coefficient = other[otherPlaces[index]]
      side[places[index]] += coefficient * scores[index]
      weights[places[index]] += coefficient * coefficient
    }
    for index in side.indices { side[index] /= weights[index] }
  }
}
