import Fitting

/// NSGA-II for several objectives (Deb, Pratap, Agarwal and Meyarivan 2002).
///
/// Parents are chosen by tournaments of rank and crowding. Children are made by simulated binary
/// crossover and polynomial mutation of ordered parameters, and by exchange and redrawing of
/// categories. The first fronts of parents and children together survive.
public struct NSGA2: SearchAlgorithm {
  private struct Member: Sendable {
    let point: SearchSpace.Point
    let losses: [Double]
    var rank = 0
    var crowding = 0.0
  }

  private let size: Int
  private let operators: GeneticOperators
  private var population: [Member] = []
  private var children: [Member] = []

  /// An NSGA-II search.
  ///
  /// - Parameters:
  ///   - population: the number of survivors, at least 4.
  ///   - crossoverSpread: η of the crossover; children are nearer to their parents the larger it
  ///     is.
  ///   - mutationSpread: η of the mutation.
  public init(population: Int = 20, crossoverSpread: Double = 15, mutationSpread: Double = 20) {
    size = max(4, population)
    operators = GeneticOperators(crossoverSpread: crossoverSpread, mutationSpread: mutationSpread)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard population.count == size else { return Proposal(space.randomPoint(&random)) }
    return Proposal(operators.child(of: parent(&random), and: parent(&random), in: space, &random))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    // A known result took part in selection before.
    let losses = outcome.penalizedLosses
    guard outcome.wasRun, losses.allSatisfy(\.isFinite) else { return }
    if population.count < size {
      population.append(Member(point: proposal.point, losses: losses))
      if population.count == size { select(from: population) }
    } else {
      children.append(Member(point: proposal.point, losses: losses))
      if children.count == size {
        select(from: population + children)
        children = []
      }
    }
  }

  private mutating func select(from all: [Member]) {
    population = fittest(all.map(\.losses), size).map { fit in
      var member = all[fit.index]
      (member.rank, member.crowding) = (fit.rank, fit.crowding)
      return member
    }
  }

  /// The better of two members: of the earlier front, or, within a front, the less crowded.
  private func parent(_ random: inout SplitMix64) -> SearchSpace.Point {
    let one = population[random.integer(below: size)]
    let other = population[random.integer(below: size)]
    return (one.rank, -one.crowding) <= (other.rank, -other.crowding) ? one.point : other.point
  }
}

extension AlgorithmEntry {
  /// NSGA-II.
  public static let nsga2 = AlgorithmEntry(
    "nsga2", summary: "genetic search by front and crowding", objectives: .several
  ) { _, _ in NSGA2() }
}
