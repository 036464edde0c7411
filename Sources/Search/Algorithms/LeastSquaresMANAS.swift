import COpenBLAS
import Fitting

/// MANAS-LS (Carlucci et al. 2019): agents draw their values by Zipf's law, with chances 1/(rank ·
/// H_K), where values are ranked by a least-squares model of the losses that is additive in the
/// parameters.
///
/// The model is of ranks of losses, as in ``MANAS``, and is fitted again whenever there are a
/// twentieth more of them.
public struct LeastSquaresMANAS: SearchAlgorithm {
  private var rows: [[Int?]] = []
  private var losses: [Double] = []
  /// The values of each parameter, the best first.
  private var order: [[Int]] = []
  private var fittedCount = 0

  /// The number of trials that are drawn evenly first.
  private static let startUp = 20

  /// A MANAS-LS search.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let choices = Choices(space)
    if rows.count >= Self.startUp, rows.count >= fittedCount + max(1, fittedCount / 20) {
      order = ranked(choices.counts)
      fittedCount = rows.count
    }
    let probabilities = choices.counts.indices.map { index -> [Double] in
      let count = choices.counts[index]
      guard !order.isEmpty else { return [Double](repeating: 1 / Double(count), count: count) }
      let harmonic = (1...count).reduce(0.0) { $0 + 1 / Double($1) }
      var probabilities = [Double](repeating: 0, count: count)
      for (rank, choice) in order[index].enumerated() {
        probabilities[choice] = 1 / (Double(rank + 1) * harmonic)
      }
      return probabilities
    }
    return choices.proposal(probabilities, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    guard loss.isFinite else { return }
    rows.append(Choices(space).chosen(proposal.point, in: space))
    losses.append(loss)
  }

  /// The choices of every parameter by their rising coefficients in a ridge regression.
  private func ranked(_ counts: [Int]) -> [[Int]] {
    let starts = counts.indices.map { counts[..<$0].reduce(0, +) }
    let size = counts.reduce(0, +)
    let byLoss = losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
    var products = [Double](repeating: 0, count: size * size)
    var coefficients = [Double](repeating: 0, count: size)
    for (rank, row) in byLoss.enumerated() {
      let value = Double(rank) / Double(losses.count) - 0.5
      let ones = rows[row].enumerated().compactMap { index, choice in
        choice.map { starts[index] + $0 }
      }
      for one in ones {
        coefficients[one] += value
        for other in ones { products[one * size + other] += 1 }
      }
    }
    // A value that was never drawn counts as average.
    for index in 0..<size { products[index * size + index] += 1 }
    openblas_set_num_threads(1)
    LAPACKE_dposv(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), CInt(size), 1, &products, CInt(size),
      &coefficients, CInt(size))
    return counts.indices.map { index in
      (0..<counts[index]).sorted {
        (coefficients[starts[index] + $0], $0) < (coefficients[starts[index] + $1], $1)
      }
    }
  }
}

extension AlgorithmEntry {
  /// MANAS-LS.
  public static let leastSquaresMANAS = AlgorithmEntry(
    "manas-ls", summary: "draws by rank in an additive least-squares model"
  ) { _, _ in LeastSquaresMANAS() }
}
