import Fitting

/// Regularized evolution (Real, Aggarwal, Huang and Le 2019): the best of a sample of the population has a child that
/// differs in one parameter, and the oldest member dies.
///
/// The population of 10 suits budgets of some hundred trials; the paper's 100 wants thousands.
public struct RegularizedEvolution: SearchAlgorithm {
  private let populationSize: Int
  private let sampleSize: Int
  private var population: [(point: SearchSpace.Point, loss: Double)] = []
  /// Where the oldest member is.
  private var oldest = 0

  public init(population: Int = 10, sample: Int = 10) {
    populationSize = max(1, population)
    sampleSize = max(1, sample)
  }

  public func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard population.count == populationSize else { return Proposal(point: space.randomPoint(&random)) }
    var parent = random.integer(below: populationSize)
    for _ in 1..<sampleSize {
      let other = random.integer(below: populationSize)
      if population[other].loss < population[parent].loss { parent = other }
    }
    return Proposal(point: space.mutated(population[parent].point, &random))
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard loss.isFinite else { return }
    if population.count < populationSize {
      population.append((proposal.point, loss))
    } else {
      population[oldest] = (proposal.point, loss)
      oldest = (oldest + 1) % populationSize
    }
  }
}

extension SearchSpace {
  /// The point with one parameter, of those that are there and have a choice, drawn anew to another value.
  func mutated(_ point: Point, _ random: inout SplitMix64) -> Point {
    let open = parameters.indices.filter { point[$0] >= 0 && levels[$0] != 1 }
    guard !open.isEmpty else { return point }
    let index = open[random.integer(below: open.count)]
    var child = completed(point, &random)
    if levels[index] > 1 {
      // One level is passed over, so that every other is as likely as the rest.
      let drawn = Double(random.integer(below: levels[index] - 1))
      child[index] = drawn < point[index] ? drawn : drawn + 1
    } else {
      child[index] = random.uniform()
    }
    return canonical(child)
  }
}
