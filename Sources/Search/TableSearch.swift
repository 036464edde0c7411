import Fitting

/// What a search may spend.
public struct SearchBudget: Sendable, Hashable {
  /// The most trials.
  public var trials: Int?
  /// Trials begin while less than this is spent, in the unit of the objective's cost.
  public var cost: Double?

  public init(trials: Int? = nil, cost: Double? = nil) {
    self.trials = trials
    self.cost = cost
  }
}

/// A search of a table, run to the end of its budget.
public struct TableSearch: Sendable {
  public let study: Study
  /// What all trials cost; nil where the table does not say.
  public let cost: Double?
  /// Whether every feasible configuration was tried before the budget was spent.
  public let isExhausted: Bool
  /// The least loss so far after each trial; infinite before the first that did not fail.
  public let bestLosses: [Double]

  public init(_ objective: TableObjective, _ algorithm: any SearchAlgorithm, budget: SearchBudget, seed: UInt64) throws
  {
    var study = Study(objective.space, algorithm, seed: seed) { objective.isFeasible($0) }
    var spent = 0.0
    var hasCost = false
    var isExhausted = false
    var bestLosses: [Double] = []
    while study.trials.count < budget.trials ?? .max, spent < budget.cost ?? .infinity {
      guard let trial = study.ask() else {
        isExhausted = true
        break
      }
      try study.tell(trial.number, loss: objective.loss(trial.point))
      if let cost = objective.cost(trial.point) {
        hasCost = true
        // A missing cost is taken as none.
        spent += max(0, cost.isFinite ? cost : 0)
      }
      bestLosses.append(study.best?.loss ?? .infinity)
    }
    self.study = study
    self.isExhausted = isExhausted
    self.bestLosses = bestLosses
    cost = hasCost ? spent : nil
  }
}
