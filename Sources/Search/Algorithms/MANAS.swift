import COpenBLAS
import Fitting
import Foundation

/// MANAS (Carlucci et al. 2019): an agent for every parameter, which chooses among its values by exponential weights and is
/// charged for what it chose, as an adversarial bandit (Exp3: Auer et al. 2002).
///
/// Losses are counted by their rank among all so far, from 0 for the best to 1, so that agents need not know their scale, and a
/// trial that may not be tried costs 1. A parameter of more than ten ordered levels, or a real number, has ten
/// intervals, within which it is drawn evenly.
public struct MANAS: SearchAlgorithm {
  private var agents: [ExponentialWeights] = []
  private var losses: [Double] = []

  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if agents.isEmpty { agents = Choices(space).counts.map { ExponentialWeights(choices: $0) } }
    return Choices(space).proposal(agents.map { $0.probabilities }, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard !agents.isEmpty else { return }
    let place = losses.partitioningIndex { $0 >= loss }
    let rank = loss.isFinite ? Double(place) / Double(max(1, losses.count)) : 1
    if loss.isFinite { losses.insert(loss, at: place) }
    for (index, choice) in Choices(space).chosen(proposal.point, in: space).enumerated() {
      if let choice { agents[index].charge(choice, loss: rank) }
    }
  }
}

/// MANAS-LS (Carlucci et al. 2019): agents that draw their values by Zipf's law of the rank of each, 1/(rank · H_K), where ranks
/// are those of a least-squares model of the losses, additive in the parameters.
///
/// The model is of ranks of losses, as in ``MANAS``, and is fitted anew whenever there are a twentieth more of them.
public struct LeastSquaresMANAS: SearchAlgorithm {
  private var rows: [[Int?]] = []
  private var losses: [Double] = []
  /// The values of each parameter, the best first.
  private var order: [[Int]] = []
  private var fittedCount = 0

  /// So many trials are drawn evenly first.
  private static let startUp = 20

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
      for (rank, choice) in order[index].enumerated() { probabilities[choice] = 1 / (Double(rank + 1) * harmonic) }
      return probabilities
    }
    return choices.proposal(probabilities, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
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
      let ones = rows[row].enumerated().compactMap { index, choice in choice.map { starts[index] + $0 } }
      for one in ones {
        coefficients[one] += value
        for other in ones { products[one * size + other] += 1 }
      }
    }
    // A value that was never drawn is taken for average.
    for index in 0..<size { products[index * size + index] += 1 }
    openblas_set_num_threads(1)
    LAPACKE_dposv(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), CInt(size), 1, &products, CInt(size), &coefficients, CInt(size))
    return counts.indices.map { index in
      (0..<counts[index]).sorted { (coefficients[starts[index] + $0], $0) < (coefficients[starts[index] + $1], $1) }
    }
  }
}

/// An adversarial bandit by exponential weights of importance-weighted losses (Exp3: Auer et al. 2002), with the rate
/// √(ln K / (K t)) after t losses in 0 ... 1, which needs no horizon and keeps the regret within 2 √(K T ln K).
struct ExponentialWeights: Sendable {
  private(set) var probabilities: [Double]
  private var sums: [Double]
  private var count = 0

  init(choices: Int) {
    probabilities = [Double](repeating: 1 / Double(choices), count: choices)
    sums = [Double](repeating: 0, count: choices)
  }

  mutating func charge(_ choice: Int, loss: Double) {
    count += 1
    sums[choice] += loss / probabilities[choice]
    let choices = Double(sums.count)
    let rate = (log(choices) / (choices * Double(count))).squareRoot()
    let least = sums.min() ?? 0
    let weights = sums.map { exp(-rate * ($0 - least)) }
    let sum = weights.reduce(0, +)
    probabilities = weights.map { max($0 / sum, 1e-12) }
  }
}

/// What agents choose among: the levels of a parameter, or ten intervals of its genes.
struct Choices {
  let counts: [Int]
  private let isLevel: [Bool]

  private static let intervals = 10

  init(_ space: SearchSpace) {
    isLevel = space.parameters.indices.map { index in
      let levels = space.levels[index]
      return levels > 0 && (levels <= Self.intervals || !space.parameters[index].isOrdered)
    }
    counts = space.parameters.indices.map { [isLevel] in isLevel[$0] ? space.levels[$0] : Self.intervals }
  }

  /// The choice of every parameter; nil for one that is absent.
  func chosen(_ point: SearchSpace.Point, in space: SearchSpace) -> [Int?] {
    point.indices.map { index in
      guard point[index] >= 0 else { return nil }
      if isLevel[index] { return Int(point[index]) }
      let gene = space.scales[index].gene(ofCoordinate: point[index])
      return min(max(Int(gene * Double(Self.intervals)), 0), Self.intervals - 1)
    }
  }

  func proposal(
    _ probabilities: [[Double]], in space: SearchSpace, _ random: inout SplitMix64
  ) -> Proposal {
    let point = probabilities.indices.map { index in
      var rest = random.uniform() * probabilities[index].reduce(0, +)
      var choice = 0
      while choice < counts[index] - 1, rest >= probabilities[index][choice] {
        rest -= probabilities[index][choice]
        choice += 1
      }
      return coordinate(choice, of: index, in: space, &random)
    }
    return Proposal(point: space.canonical(point))
  }

  /// A coordinate of a parameter's choice.
  func coordinate(_ choice: Int, of index: Int, in space: SearchSpace, _ random: inout SplitMix64) -> Double {
    if isLevel[index] { return Double(choice) }
    let gene = (Double(choice) + random.uniform()) / Double(Self.intervals)
    return space.scales[index].coordinate(ofGene: gene)
  }
}
