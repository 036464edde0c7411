import Fitting

/// Regularized evolution (Real, Aggarwal, Huang and Le 2019): the best of a sample of the
/// population has a child that differs in one parameter, and the oldest member dies.
///
/// The default population of 10 suits budgets of some hundred trials; the paper's 100 needs
/// thousands.
public struct RegularizedEvolution: SearchAlgorithm {
  private let populationSize: Int
  private let sampleSize: Int
  private var population: [(point: SearchSpace.Point, loss: Double)] = []
  /// The index of the oldest member.
  private var oldest = 0

  /// A regularized evolution.
  ///
  /// - Parameters:
  ///   - population: the number of members.
  ///   - sample: the number of members that the parent is the best of, drawn with replacement.
  public init(population: Int = 10, sample: Int = 10) {
    populationSize = max(1, population)
    sampleSize = max(1, sample)
  }

  public func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard population.count == populationSize else { return Proposal(space.randomPoint(&random)) }
    var parent = random.integer(below: populationSize)
    for _ in 1..<sampleSize {
      let other = random.integer(below: populationSize)
      if population[other].loss < population[parent].loss { parent = other }
    }
    return Proposal(space.mutated(population[parent].point, &random))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    guard loss.isFinite else { return }
    if population.count < populationSize {
      population.append((proposal.point, loss))
    } else {
      population[oldest] = (proposal.point, loss)
      oldest = (oldest + 1) % populationSize
    }
  }
}

extension AlgorithmEntry {
  /// Regularized evolution.
  public static let evolution = AlgorithmEntry(
    "evolution", summary: "mutations of the best of a sample; the oldest member dies"
  ) { _, _ in RegularizedEvolution() }
}
