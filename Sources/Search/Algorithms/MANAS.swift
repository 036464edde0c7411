import Fitting

/// MANAS (Carlucci et al. 2019): an agent for every parameter chooses among its values by
/// exponential weights and is charged for its choice, as an adversarial bandit (Exp3: Auer et al.
/// 2002).
///
/// A loss counts by its rank among all losses so far, from 0 for the best to 1, so that agents
/// need not know the scale; a proposal that cannot be tried counts 1. A parameter of more than ten
/// ordered levels, or a real number, has ten intervals, within which it is drawn evenly.
public struct MANAS: SearchAlgorithm {
  private var agents: [ExponentialWeights] = []
  private var losses: [Double] = []

  /// A MANAS search.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if agents.isEmpty { agents = Choices(space).counts.map { ExponentialWeights(choices: $0) } }
    return Choices(space).proposal(agents.map { $0.probabilities }, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard !agents.isEmpty else { return }
    let loss = outcome.penalizedLoss
    let place = losses.partitioningIndex { $0 >= loss }
    let rank = loss.isFinite ? Double(place) / Double(max(1, losses.count)) : 1
    if loss.isFinite { losses.insert(loss, at: place) }
    for (index, choice) in Choices(space).chosen(proposal.point, in: space).enumerated() {
      if let choice { agents[index].charge(choice, loss: rank) }
    }
  }
}

extension AlgorithmEntry {
  /// MANAS.
  public static let manas = AlgorithmEntry("manas", summary: "a bandit for every parameter") { _, _ in MANAS() }
}
