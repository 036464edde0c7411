import Fitting

/// Local search (White, Nolen and Savani 2021): from the best of a few random points to a better
/// neighbor as soon as one is found, until none is; then from new random points.
///
/// A neighbor that cannot be tried stands for its own neighbors, which come after all others.
public struct LocalSearch: SearchAlgorithm {
  /// The memo of a proposal.
  struct Step: Sendable {
    /// The point whose neighbor it is; nil for a random point.
    var origin: Origin?
  }

  /// The point that a neighbor was reached from.
  struct Origin: Sendable {
    let loss: Double
    /// The number of points that cannot be tried on the way.
    let detour: Int
  }

  /// The number of descents that have ended.
  private(set) var valleys = 0
  private let startCount: Int
  private var startsLeft: Int
  private var current: (point: SearchSpace.Point, loss: Double)?
  /// Points around the current one that are left to propose, the last first.
  private var open: [(point: SearchSpace.Point, detour: Int)] = []

  private static let longestDetour = 2

  /// A local search.
  ///
  /// - Parameter starts: the number of random points that a descent starts from the best of.
  public init(starts: Int = 10) {
    startCount = max(1, starts)
    startsLeft = max(1, starts)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if startsLeft == 0, let current {
      if let next = open.popLast() {
        return Proposal(next.point, memo: Step(origin: Origin(loss: current.loss, detour: next.detour)))
      }
      valleys += 1
    }
    if startsLeft == 0 {
      current = nil
      startsLeft = startCount
    }
    startsLeft -= 1
    if startsLeft == 0, let current { surround(current.point, in: space, &random) }
    return Proposal(space.randomPoint(&random), memo: Step())
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    if loss < current?.loss ?? .infinity {
      current = (proposal.point, loss)
      if startsLeft == 0 { surround(proposal.point, in: space, &random) }
    } else if loss == .infinity, let origin = (proposal.memo as? Step)?.origin, origin.detour < Self.longestDetour {
      let beyond = space.neighbors(of: proposal.point, &random).shuffled(using: &random)
      open.insert(contentsOf: beyond.map { ($0, origin.detour + 1) }, at: 0)
    }
  }

  private mutating func surround(_ point: SearchSpace.Point, in space: SearchSpace, _ random: inout SplitMix64) {
    open = space.neighbors(of: point, &random).shuffled(using: &random).map { ($0, 0) }
  }
}

extension AlgorithmEntry {
  /// Local search.
  public static let localSearch = AlgorithmEntry(
    "local-search", summary: "descents to the first better neighbor"
  ) { _, _ in LocalSearch() }
}
