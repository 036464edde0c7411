import Fitting

/// Local search in two halves: descents from random points, and, after the first of them, the
/// neighbors of the best points found so far.
///
/// The descents are those of ``LocalSearch``, and find other valleys. The other half takes the
/// best evaluated point that has untried neighbors, and so climbs out of a valley by its best
/// points. A neighbor that cannot be tried stands for its own neighbors, up to three steps, as
/// constraints can cut a space into pieces.
public struct BestFirstSearch: SearchAlgorithm {
  private struct Node {
    let point: SearchSpace.Point
    /// Its own loss, or, where it cannot be tried, that of the point it was reached from.
    let loss: Double
    /// The number of points that cannot be tried between it and one that was.
    let detour: Int
    /// Neighbors not proposed yet, in a random order; nil until the first is needed.
    var open: [SearchSpace.Point]?
  }

  /// The share of proposals that go to descents after the first.
  private let descentShare: Double
  private var descents: LocalSearch
  /// By falling loss, so that the best is the last.
  private var nodes: [Node] = []
  private var seen: Set<SearchSpace.Point> = []

  private static let longestDetour = 3

  /// A best-first search.
  ///
  /// - Parameters:
  ///   - starts: the number of random points that a descent starts from the best of.
  ///   - descentShare: the share of proposals that go to descents after the first.
  public init(starts: Int = 5, descentShare: Double = 1.0 / 3) {
    descents = LocalSearch(starts: starts)
    self.descentShare = descentShare
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if descents.valleys > 0, random.uniform() >= descentShare {
      while let best = nodes.indices.last {
        if nodes[best].open == nil {
          nodes[best].open = space.neighbors(of: nodes[best].point, &random).shuffled(using: &random)
        }
        if let next = nodes[best].open?.popLast() {
          return Proposal(next, memo: LocalSearch.Origin(loss: nodes[best].loss, detour: nodes[best].detour))
        }
        nodes.removeLast()
      }
    }
    return descents.propose(in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let step = proposal.memo as? LocalSearch.Step
    // The descents learn from their own proposals alone.
    if step != nil { descents.learn(proposal, outcome, in: space, &random) }
    guard seen.insert(proposal.point).inserted else { return }
    let loss = outcome.penalizedLoss
    if loss.isFinite {
      insert(Node(point: proposal.point, loss: loss, detour: 0))
    } else if let origin = step?.origin ?? proposal.memo as? LocalSearch.Origin,
      origin.detour < Self.longestDetour
    {
      insert(Node(point: proposal.point, loss: origin.loss, detour: origin.detour + 1))
    }
  }

  /// Puts a node before others of its loss, whose turn comes first.
  private mutating func insert(_ node: Node) {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].loss > node.loss { low = middle + 1 } else { high = middle }
    }
    nodes.insert(node, at: low)
  }
}

extension AlgorithmEntry {
  /// Best-first search.
  public static let bestFirst = AlgorithmEntry(
    "best-first", summary: "descents, and neighbors of the best points of all"
  ) { _, _ in BestFirstSearch() }
}
