import Fitting

/// Local search for several objectives, after Pareto local search (Paquete, Chiarandini and Stützle 2004): from random points
/// on, the neighbours of the points that no other dominates, those first that stand most alone.
public struct ParetoLocalSearch: SearchAlgorithm {
  private let starts: Int
  private var begun = 0
  private var front = ParetoFront()
  private var points: [SearchSpace.Point] = []
  /// Neighbours not proposed yet of every point that was in the front when its turn came.
  private var open: [Int: [SearchSpace.Point]] = [:]

  public init(starts: Int = 10) { self.starts = starts }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard begun >= starts, let next = neighbor(in: space, &random) else {
      begun += 1
      return Proposal(point: space.randomPoint(&random))
    }
    return Proposal(point: next)
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
    _ proposal: Proposal, losses: [Double], in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard losses.allSatisfy(\.isFinite) else { return }
    points.append(proposal.point)
    front.insert(points.count - 1, losses)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    learn(proposal, losses: [loss], in: space, &random)
  }

  /// What is known stands in the front already.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {}
}
