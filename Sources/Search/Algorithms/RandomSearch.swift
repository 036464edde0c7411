import Fitting

/// Random search: every proposal is drawn from the space, each parameter evenly on its own scale
/// or near its prior.
public struct RandomSearch: SearchAlgorithm {
  /// A random search.
  public init() {}

  public func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    Proposal(space.randomPoint(&random))
  }

  public func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {}
}

extension AlgorithmEntry {
  /// Random search.
  public static let random = AlgorithmEntry(
    "random", summary: "independent draws", objectives: .any
  ) { _, _ in RandomSearch() }
}
