import Fitting

/// The default for one metric in full trainings: by turns a Gaussian process and a search that needs no model, both of which
/// learn from all trials.
///
/// The process finds good values within few trials; its partner, best-first search, or differential evolution where a
/// parameter is a real number, does not mind what no process describes, and goes on alone after the first thousand trials.
public struct AutoSearch: SearchAlgorithm {
  private var model = GaussianProcessSearch()
  private var partner: (any SearchAlgorithm)?
  private var askedCount = 0
  private var lastWasModel = false

  private static let modelled = 1000

  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let isReal = space.levels.contains(0)
    var other = partner ?? (isReal ? DifferentialEvolution() : BestFirstSearch())
    partner = nil
    defer { partner = other }
    askedCount += 1
    lastWasModel = askedCount <= Self.modelled && askedCount % 2 == 0
    return lastWasModel ? model.propose(in: space, &random) : other.propose(in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if askedCount < Self.modelled { model.learn(proposal, loss: loss, in: space, &random) }
    partner?.learn(proposal, loss: loss, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if askedCount < Self.modelled { model.learn(proposal, losses: losses, excess: excess, in: space, &random) }
    partner?.learn(proposal, losses: losses, excess: excess, in: space, &random)
  }

  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    // The same one proposes again.
    askedCount -= 1
    if lastWasModel {
      model.refuse(proposal, known: loss, in: space, &random)
    } else {
      partner?.refuse(proposal, known: loss, in: space, &random)
    }
  }
}
