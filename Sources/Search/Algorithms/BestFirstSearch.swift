import Fitting

/// Local search in two halves: descents from random points, and, once the first has ended, the neighbours of the best points
/// of all.
///
/// The descents are those of ``LocalSearch``, and find other valleys. The other half takes, of all points that were evaluated,
/// the best whose neighbourhood is not used up, and so climbs out of a valley by its best points. A neighbour that may not be
/// tried stands for its own neighbours, up to three steps, as constraints cut a space into pieces.
public struct BestFirstSearch: SearchAlgorithm {
  private struct Node {
    let point: SearchSpace.Point
    /// Its own, or where it may not be tried that of the point it was reached from.
    let loss: Double
    /// How many points that may not be tried lie between it and one that was.
    let detour: Int
    /// Neighbours not proposed yet, in a random order; nil until the first is wanted.
    var open: [SearchSpace.Point]?
  }

  /// The share of proposals that go to descents after the first.
  private let descentShare: Double
  private var descents: LocalSearch
  /// By falling loss, so that the best is the last.
  private var nodes: [Node] = []
  private var seen: Set<SearchSpace.Point> = []

  /// What marks the proposals of the descents, which learn from their own alone.
  private static let descent = 0
  private static let longestDetour = 3

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
          return Proposal(point: next, origin: .init(loss: nodes[best].loss, detour: nodes[best].detour))
        }
        nodes.removeLast()
      }
    }
    var proposal = descents.propose(in: space, &random)
    proposal.target = Self.descent
    return proposal
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if proposal.target == Self.descent { descents.learn(proposal, loss: loss, in: space, &random) }
    guard seen.insert(proposal.point).inserted else { return }
    if loss.isFinite {
      insert(Node(point: proposal.point, loss: loss, detour: 0))
    } else if let origin = proposal.origin, origin.detour < Self.longestDetour {
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
