import Fitting

/// The default for full trainings: a Gaussian process model and a search without a model take
/// turns, and both learn from all trials.
///
/// The model finds good values within few trials. Its partner, best-first search, or differential
/// evolution where a parameter is a real number, works on losses that no Gaussian process
/// describes, and goes on alone after the first thousand trials. For several objectives the two
/// are MOBOGA and Pareto local search.
public struct AutoSearch: SearchAlgorithm {
  private let hasSeveralObjectives: Bool
  /// The number of first trials that the model proposes alone: neighbors of a front that is far
  /// from the best are not worth trying.
  private let alone: Int
  private var model: any SearchAlgorithm
  private var partner: (any SearchAlgorithm)?
  private var askedCount = 0
  private var lastWasModel = false

  private static let modeled = 1000

  /// A search by turns.
  ///
  /// - Parameter objectives: the number of objectives.
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
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if outcome.wasRun {
      if askedCount < Self.modeled { model.learn(proposal, outcome, in: space, &random) }
      partner?.learn(proposal, outcome, in: space, &random)
      return
    }
    // The same one proposes again.
    askedCount -= 1
    if lastWasModel {
      model.learn(proposal, outcome, in: space, &random)
    } else {
      partner?.learn(proposal, outcome, in: space, &random)
    }
  }

  private func newPartner(in space: SearchSpace) -> any SearchAlgorithm {
    if hasSeveralObjectives { return ParetoLocalSearch(starts: 5) }
    return space.levels.contains(0) ? DifferentialEvolution() : BestFirstSearch()
  }
}

extension AlgorithmEntry {
  /// The default: ``AutoSearch``, or asynchronous successive halving in a study with a fidelity.
  public static let auto = AlgorithmEntry(
    "auto", summary: "gp and local search by turns; asha with a fidelity", objectives: .any
  ) { fidelity, objectives in
    if let fidelity, objectives == 1 { return AsynchronousHalving(fidelity) }
    return AutoSearch(objectives: objectives)
  }
}
