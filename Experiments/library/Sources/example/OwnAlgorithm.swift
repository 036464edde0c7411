import Search

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
  /// The algorithm in a registry, by whose name experiment files choose it.
  static let hillClimb = AlgorithmEntry("hill-climb", summary: "mutations of the best trial") { _, _ in HillClimb() }
}

/// Searches a learning rate and a depth by asking and telling, with a Swift closure as the objective.
func searchByOwnAlgorithm(
  trials: Int, objective: (_ rate: Double, _ layers: Double) -> Double
) throws -> Study {
  let space = try SearchSpace([
    Parameter("learning_rate", .float(1e-4...1e-1, log: true)),
    Parameter("layers", .int(1...12, log: false)),
  ])
  var study = Study(space, HillClimb(), seed: 1)
  for _ in 0..<trials {
    guard let trial = study.ask() else { break }
    let values = study.space.values(of: trial.point).map { value -> Double in
      if case .number(let number) = value.value { number } else { .nan }
    }
    try study.tell(trial.number, loss: objective(values[0], values[1]))
  }
  return study
}
