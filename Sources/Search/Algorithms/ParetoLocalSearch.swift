import Fitting

/// Local search for several objectives, after Pareto local search (Paquete, Chiarandini and
/// Stützle 2004): after some random points, the neighbors of the points on the Pareto front, those
/// of the least crowded first.
public struct ParetoLocalSearch: SearchAlgorithm {
  private let starts: Int
  private var begun = 0
  private var front = ParetoFront()
  private var points: [SearchSpace.Point] = []
  /// Neighbors not proposed yet of every point that was in the front when its turn came.
  private var open: [Int: [SearchSpace.Point]] = [:]

  /// A Pareto local search.
  ///
  /// - Parameter starts: the number of random points that it starts with.
  public init(starts: Int = 10) { self.starts = starts }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard begun >= starts, let next = neighbor(in: space, &random) else {
      begun += 1
      return Proposal(space.randomPoint(&random))
    }
    return Proposal(next)
  }

  private mutating func neighbor(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point? {
    let losses = front.members.map(\.losses)
    let alone = crowding(losses)
    for place in losses.indices.sorted(by: { (-alone[$0], $0) < (-alone[$1], $1) }) {
      let number = front.members[place].number
      var neighbors =
        open[number] ?? space.neighbors(of: points[number], &random).shuffled(using: &random)
      let next = neighbors.popLast()
      open[number] = neighbors
      if let next { return next }
    }
    return nil
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    // A known result is in the front already.
    let losses = outcome.penalizedLosses
    guard outcome.wasRun, losses.allSatisfy(\.isFinite) else { return }
    points.append(proposal.point)
    front.insert(points.count - 1, losses)
  }
}

extension AlgorithmEntry {
  /// Pareto local search.
  public static let paretoLocalSearch = AlgorithmEntry(
    "pareto-local-search", summary: "neighbors of the Pareto front", objectives: .several
  ) { _, _ in ParetoLocalSearch() }
}
