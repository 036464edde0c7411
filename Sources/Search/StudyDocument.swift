/// What a search found, `windtunnel.study/1`.
public struct StudyDocument: Encodable, Sendable {
  public struct Best: Encodable, Sendable {
    public let parameters: [String: ParameterValue]
    public let values: [String: Double]
    public let trial: Int
  }

  public struct Trials: Encodable, Sendable {
    public let complete: Int
    public let pruned: Int
    public let failed: Int
    /// Proposals that a constraint forbade before they were tried.
    public let infeasibleAvoided: Int
    /// Proposals whose result was known already.
    public let repeatsAvoided: Int
  }

  public struct Budget: Encodable, Sendable {
    public let trials: Int?
    public let trialsUsed: Int
    public let cost: Double?
    public let costUsed: Double?
    public let isExhausted: Bool
  }

  /// An improvement on all trials before it.
  public struct Improvement: Encodable, Sendable {
    public let trial: Int
    public let value: Double
  }

  public let schema = "windtunnel.study/1"
  public let name: String
  public let algorithm: String
  public let seed: UInt64
  public let direction: TableObjective.Direction
  public let metric: String
  public let constraints: [String]
  public let best: Best?
  public let trials: Trials
  public let budget: Budget
  public let configurations: Configurations
  public let improvements: [Improvement]
  /// Best parameters in the order of the space, for tables.
  public let parameters: [String]

  public struct Configurations: Encodable, Sendable {
    public let count: Int
    public let feasible: Int
  }

  public init(
    _ search: TableSearch, of experiment: Experiment, algorithm: AlgorithmName, seed: UInt64, budget: SearchBudget
  ) {
    let study = search.study
    let objective = experiment.objective
    name = experiment.name
    self.algorithm = algorithm.rawValue
    self.seed = seed
    direction = objective.direction
    metric = objective.metric
    constraints = experiment.constraints
    parameters = study.space.parameters.map(\.name)
    best = study.best.flatMap { trial in
      trial.loss.map { loss in
        Best(
          parameters: Dictionary(study.space.values(of: trial.point).map { ($0.name, $0.value) }) { first, _ in first },
          values: [objective.metric: objective.value(ofLoss: loss)], trial: trial.number)
      }
    }
    let complete = study.trials.count { $0.loss != nil }
    trials = Trials(
      complete: complete, pruned: 0, failed: study.trials.count { $0.outcome == .failed },
      infeasibleAvoided: study.infeasibleAvoided, repeatsAvoided: study.repeatsAvoided)
    self.budget = Budget(
      trials: budget.trials, trialsUsed: study.trials.count, cost: budget.cost, costUsed: search.cost,
      isExhausted: search.isExhausted)
    configurations = Configurations(count: objective.rowCount, feasible: objective.feasibleCount)
    var least = Double.infinity
    improvements = study.trials.compactMap { trial in
      guard let loss = trial.loss, loss < least else { return nil }
      least = loss
      return Improvement(trial: trial.number, value: objective.value(ofLoss: loss))
    }
  }
}
