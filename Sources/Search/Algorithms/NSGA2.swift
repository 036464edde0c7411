import Fitting

/// NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002) for several objectives: parents by tournaments of rank and crowding;
/// children by simulated binary crossover and polynomial mutation of ordered parameters, and by exchange and redrawing of
/// categories; of parents and children together the first fronts live on.
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

  /// - Parameters:
  ///   - population: how many live on.
  ///   - crossoverSpread: η of the crossover; the larger, the nearer are children to their parents.
  ///   - mutationSpread: η of the mutation.
  public init(population: Int = 20, crossoverSpread: Double = 15, mutationSpread: Double = 20) {
    size = max(4, population)
    operators = GeneticOperators(crossoverSpread: crossoverSpread, mutationSpread: mutationSpread)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard population.count == size else { return Proposal(point: space.randomPoint(&random)) }
    return Proposal(point: operators.child(of: parent(&random), and: parent(&random), in: space, &random))
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard losses.allSatisfy(\.isFinite) else { return }
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

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    learn(proposal, losses: [loss], in: space, &random)
  }

  /// What is known stood for selection before.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {}

  private mutating func select(from all: [Member]) {
    population = fittest(all.map(\.losses), size).map { fit in
      var member = all[fit.index]
      (member.rank, member.crowding) = (fit.rank, fit.crowding)
      return member
    }
  }

  /// The better of two members: of the earlier front, or, in one front, the lonelier.
  private func parent(_ random: inout SplitMix64) -> SearchSpace.Point {
    let one = population[random.integer(below: size)]
    let other = population[random.integer(below: size)]
    return (one.rank, -one.crowding) <= (other.rank, -other.crowding) ? one.point : other.point
  }
}
