import Fitting

/// Local search (White, Nolen and Savani 2021): from the best of a few random points to a better neighbour as soon as one
/// is found, until none is; then from new random points.
///
/// A neighbour that may not be tried stands for its own neighbours, which come after all others.
public struct LocalSearch: SearchAlgorithm {
  /// How many descents have ended.
  private(set) var valleys = 0
  private let startCount: Int
  private var startsLeft: Int
  private var current: (point: SearchSpace.Point, loss: Double)?
  /// What is left to propose around the current point, the last first.
  private var open: [(point: SearchSpace.Point, detour: Int)] = []

  private static let longestDetour = 2

  public init(starts: Int = 10) {
    startCount = max(1, starts)
    startsLeft = max(1, starts)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if startsLeft == 0, let current {
      if let next = open.popLast() {
        return Proposal(point: next.point, origin: .init(loss: current.loss, detour: next.detour))
      }
      valleys += 1
    }
    if startsLeft == 0 {
      current = nil
      startsLeft = startCount
    }
    startsLeft -= 1
    if startsLeft == 0, let current { surround(current.point, in: space, &random) }
    return Proposal(point: space.randomPoint(&random))
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if loss < current?.loss ?? .infinity {
      current = (proposal.point, loss)
      if startsLeft == 0 { surround(proposal.point, in: space, &random) }
    } else if loss == .infinity, let origin = proposal.origin, origin.detour < Self.longestDetour {
      let beyond = space.neighbors(of: proposal.point, &random).shuffled(using: &random)
      open.insert(contentsOf: beyond.map { ($0, origin.detour + 1) }, at: 0)
    }
  }

  private mutating func surround(_ point: SearchSpace.Point, in space: SearchSpace, _ random: inout SplitMix64) {
    open = space.neighbors(of: point, &random).shuffled(using: &random).map { ($0, 0) }
  }
}
