import Fitting

/// The search for widths under a budget of AutoSlim (Yu and Huang 2019): it starts from the
/// largest configuration and goes on with the best of those that are one level smaller in one
/// ordered parameter, until one satisfies the constraints. Then it goes to better ones, one level
/// larger in one parameter and smaller in another.
///
/// It suits a slimmable network, which holds all widths in one and is evaluated without training.
/// Measured constraints may be exceeded on the way; configurations that break a known constraint
/// are never tried, so among them the way down is random. Categories keep their values until the
/// end of a descent, and are drawn for the next.
public struct Slimming: SearchAlgorithm {
  private struct Answer: Sendable {
    let point: SearchSpace.Point
    let loss: Double
    let excess: Double
  }

  /// The configuration to go on from; nil at the start of a descent.
  private var current: Answer?
  /// Whether the descent from the top has begun; later ones start from anywhere.
  private var hasDescended = false
  /// The points that are left to propose around it.
  private var open: [SearchSpace.Point] = []
  /// Proposed and not answered.
  private var awaited: Set<SearchSpace.Point> = []
  private var answers: [Answer] = []
  private var refused: [SearchSpace.Point] = []

  /// A search for widths.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if open.isEmpty, awaited.isEmpty { goOn(in: space, &random) }
    // While answers are awaited, a free worker tries a neighbor.
    let next =
      open.popLast() ?? current.flatMap { space.neighbors(of: $0.point, &random).randomElement(using: &random) }
    let point = next ?? space.randomPoint(&random)
    awaited.insert(point)
    return Proposal(point)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    switch outcome.source {
    case .run: take(Answer(point: proposal.point, loss: outcome.loss, excess: outcome.excess ?? 0))
    case .known:
      // Repeats that exceed a constraint come after new trials that do.
      take(Answer(point: proposal.point, loss: outcome.penalizedLoss, excess: outcome.excess ?? 0))
    case .refused:
      awaited.remove(proposal.point)
      refused.append(proposal.point)
    }
  }

  private mutating func take(_ answer: Answer) {
    awaited.remove(answer.point)
    guard answer.loss.isFinite else { return }
    answers.append(answer)
    // The first better exchange is taken, as there are too many to try all.
    if let current, current.excess <= 0, answer.excess <= 0, answer.loss < current.loss { open = [] }
  }

  /// Goes on with the best of the answers, or begins a new descent.
  private mutating func goOn(in space: SearchSpace, _ random: inout SplitMix64) {
    defer { (answers, refused) = ([], []) }
    let best = answers.min { ($0.excess <= 0 ? 0 : 1, $0.loss) < ($1.excess <= 0 ? 0 : 1, $1.loss) }
    if let best, best.excess <= 0 {
      guard current.map({ $0.excess > 0 || best.loss < $0.loss }) ?? true else { return descend(in: space, &random) }
      current = best
      open = exchanges(best.point, in: space, &random)
    } else if let next = best
      ?? refused.randomElement(using: &random).map({ Answer(point: $0, loss: .infinity, excess: 1) }),
      current.map({ $0.excess > 0 }) ?? true
    {
      current = next
      open = smaller(next.point, in: space).shuffled(using: &random)
      if open.isEmpty { descend(in: space, &random) }
    } else {
      descend(in: space, &random)
    }
  }

  private mutating func descend(in space: SearchSpace, _ random: inout SplitMix64) {
    let drawn = space.completed(space.randomPoint(&random), &random)
    let isFirst = !hasDescended
    (current, hasDescended) = (nil, true)
    open = [
      space.canonical(
        drawn.indices.map { index in
          guard isFirst, space.parameters[index].isOrdered else { return drawn[index] }
          return space.levels[index] == 0 ? 1 : Double(space.levels[index] - 1)
        })
    ]
  }

  /// The step of a real number, as a share of its range.
  private static let step = 0.1

  private func moved(_ point: SearchSpace.Point, _ index: Int, by levels: Double, in space: SearchSpace) -> Double? {
    guard space.parameters[index].isOrdered, point[index] >= 0 else { return nil }
    let isReal = space.levels[index] == 0
    let coordinate = point[index] + levels * (isReal ? Self.step : 1)
    let range = 0...(isReal ? 1 : Double(space.levels[index] - 1))
    return range.contains(coordinate) ? coordinate : nil
  }

  private func smaller(_ point: SearchSpace.Point, in space: SearchSpace) -> [SearchSpace.Point] {
    point.indices.compactMap { index in
      moved(point, index, by: -1, in: space).map { coordinate in
        var point = point
        point[index] = coordinate
        return space.canonical(point)
      }
    }
  }

  /// One parameter larger, alone or with another smaller.
  private func exchanges(
    _ point: SearchSpace.Point, in space: SearchSpace, _ random: inout SplitMix64
  ) -> [SearchSpace.Point] {
    let larger = point.indices.compactMap { index -> SearchSpace.Point? in
      moved(point, index, by: 1, in: space).map { coordinate in
        var point = point
        point[index] = coordinate
        return space.canonical(point)
      }
    }
    let both = larger.flatMap { smaller($0, in: space) }.filter { $0 != point }
    return (larger + both).shuffled(using: &random)
  }
}

extension AlgorithmEntry {
  /// The search for widths of AutoSlim.
  public static let slimming = AlgorithmEntry(
    "slimming", summary: "from the largest configuration down to the constraints"
  ) { _, _ in Slimming() }
}
