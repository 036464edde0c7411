import Fitting

/// Sobol's sequence (Sobol' 1967), shifted as a whole by a random amount modulo 1 (Cranley and
/// Patterson 1976): points that fill the space more evenly than independent draws.
///
/// The first 40 parameters follow the sequence, and any further ones are drawn.
public struct SobolSearch: SearchAlgorithm {
  private var points: [[Double]] = []
  private var next = 0
  private var shift: [Double] = []

  private static let dimensions = 40

  /// A search by a Sobol sequence.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let dimensions = min(space.parameters.count, Self.dimensions)
    if shift.isEmpty { shift = (0..<dimensions).map { _ in random.uniform() } }
    if next == points.count { points = sobolPoints(max(64, 2 * points.count), dimensions: dimensions) }
    let point = points[next]
    next += 1
    let genes = space.parameters.indices.map { index in
      guard index < dimensions else { return random.uniform() }
      let moved = point[index] + shift[index]
      return moved < 1 ? moved : moved - 1
    }
    return Proposal(space.point(ofGenes: genes))
  }

  public func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {}
}

extension AlgorithmEntry {
  /// Sobol's sequence.
  public static let sobol = AlgorithmEntry("sobol", summary: "a randomly shifted Sobol sequence") { _, _ in
    SobolSearch()
  }
}
