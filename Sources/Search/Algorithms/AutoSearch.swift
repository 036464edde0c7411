import Fitting

/// The default in full trainings: by turns a model of Gaussian processes and a search that needs no model, both of which learn
/// from all trials.
///
/// The model finds good values within few trials; its partner, best-first search, or differential evolution where a
/// parameter is a real number, does not mind what no process describes, and goes on alone after the first thousand trials.
/// For several metrics they are MOBOGA and Pareto local search.
public struct AutoSearch: SearchAlgorithm {
  private let hasSeveralObjectives: Bool
  /// For so many trials the model is asked alone: a front that is not near the best has neighbours that are not worth trying.
  private let alone: Int
  private var model: any SearchAlgorithm
  private var partner: (any SearchAlgorithm)?
  private var askedCount = 0
  private var lastWasModel = false

  private static let modeled = 1000

  public init(objectives: Int = 1) {
    hasSeveralObjectives = objectives > 1
    alone = objectives > 1 ? 30 : 0
    model = objectives > 1 ? MOBOGA() : GaussianProcessSearch()
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    var other = partner ?? newPartner(in: space)
    partner = nil
    defer { partner = other }
    askedCount += 1
    lastWasModel = askedCount <= Self.modeled && (askedCount % 2 == 0 || askedCount <= alone)
    return lastWasModel ? model.propose(in: space, &random) : other.propose(in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if askedCount < Self.modeled { model.learn(proposal, loss: loss, in: space, &random) }
    partner?.learn(proposal, loss: loss, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if askedCount < Self.modeled { model.learn(proposal, losses: losses, in: space, &random) }
    partner?.learn(proposal, losses: losses, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if askedCount < Self.modeled { model.learn(proposal, losses: losses, excess: excess, in: space, &random) }
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

  private func newPartner(in space: SearchSpace) -> any SearchAlgorithm {
    if hasSeveralObjectives { return ParetoLocalSearch(starts: 5) }
    return space.levels.contains(0) ? DifferentialEvolution() : BestFirstSearch()
  }
}
