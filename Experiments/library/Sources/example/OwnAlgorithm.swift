import Search
import SearchConformance

/// A search algorithm of one's own: steps from the best configuration so far.
struct HillClimb: SearchAlgorithm {
  private var best: (point: SearchSpace.Point, loss: Double)?

  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard let best, random.uniform() < 0.9 else { return Proposal(space.randomPoint(&random)) }
    return Proposal(space.mutated(best.point, &random))
  }

  mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    if loss < best?.loss ?? .infinity { best = (proposal.point, loss) }
  }
}

extension AlgorithmEntry {
  /// What makes the algorithm known by a name.
  static let hillClimb = AlgorithmEntry("hill-climb", summary: "steps from the best trial") { _, _ in HillClimb() }
}

/// The algorithm by its name, from a registry that has it beside the library's own.
func hillClimbByName() throws -> any SearchAlgorithm {
  try AlgorithmRegistry.builtIn.adding(.hillClimb).named("hill-climb").algorithm()
}

/// The parts of an algorithm's contract that this one breaks.
func brokenContracts() -> [SearchConformance.Violation] { Contract.violations(by: .hillClimb) }
