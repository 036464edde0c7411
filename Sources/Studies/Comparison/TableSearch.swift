import Fitting
import Search

/// A search of a table, run until its budget is spent.
public struct TableSearch: Sendable {
  /// The best trial so far, after an amount was spent.
  public struct Step: Sendable, Hashable {
    /// In trials, or with a fidelity in full trainings.
    public let trials: Double
    public let cost: Double
    /// The regret, as ``TableObjective/regret(of:)`` computes it.
    public let regret: Double
  }

  public let study: Study
  public let spent: Spending
  /// Whether every feasible configuration was tried before the budget was spent.
  public let isExhausted: Bool
  public let steps: [Step]

  public init(
    _ objective: TableObjective, _ algorithm: any SearchAlgorithm, start: [StartConfiguration] = [],
    earlier: [EarlierTrial] = [], budget: SearchBudget, seed: UInt64
  ) throws {
    let fidelity = objective.fidelity
    var study = Study(objective.space, algorithm, seed: seed, fidelity: fidelity, start: start) {
      objective.isFeasible($0)
    }
    for trial in earlier { _ = study.add(trial) }
    var spent = Spending()
    let start = ContinuousClock.now
    var isExhausted = false
    var front = study.front
    var steps: [Step] = []
    while !budget.isSpent(spent) {
      try Task.checkCancellation()
      guard let trial = study.ask() else {
        isExhausted = true
        break
      }
      let from = trial.reports.last?.fidelity
      let reached = try study.train(trial, on: objective)
      // A missing cost is taken as none.
      if let cost = objective.cost(trial.point, at: reached) {
        let before = from.flatMap { objective.cost(trial.point, at: $0) } ?? 0
        spent.cost += max(0, (cost.isFinite ? cost : 0) - (before.isFinite ? before : 0))
      }
      spent.trials += fidelity.map { ((reached ?? $0.full) - (from ?? 0)) / $0.full } ?? 1
      if budget.time != nil { spent.time = (ContinuousClock.now - start) / .seconds(1) }
      let isUnchanged = study.front == front && objective.goals.count > 1
      let regret = isUnchanged ? steps.last?.regret ?? .infinity : objective.regret(of: study)
      front = study.front
      steps.append(Step(trials: spent.trials, cost: spent.cost, regret: regret))
    }
    self.study = study
    self.isExhausted = isExhausted
    self.steps = steps
    self.spent = spent
  }
}

extension Study {
  /// Reads a trial's learning curve from a table, to where it is to be trained or is stopped.
  ///
  /// - Returns: the fidelity that it reached; nil without one.
  fileprivate mutating func train(_ trial: Trial, on objective: TableObjective) throws -> Double? {
    guard objective.goals.count == 1 else {
      try tell(
        trial.number, losses: objective.losses(trial.point), excess: objective.excess(trial.point),
        cost: objective.cost(trial.point))
      return nil
    }
    guard let target = trial.fidelity else {
      try tell(
        trial.number, loss: objective.loss(trial.point), excess: objective.excess(trial.point),
        cost: objective.cost(trial.point))
      return nil
    }
    let from = trial.reports.last?.fidelity ?? 0
    for fidelity in objective.fidelities(trial.point, between: from, and: target) {
      let loss = objective.loss(trial.point, at: fidelity)
      guard loss.isFinite else {
        try tell(trial.number, loss: nil)
        return fidelity
      }
      if try !report(trial.number, loss: loss, at: fidelity) {
        try tell(
          trial.number, loss: loss, excess: objective.excess(trial.point, at: fidelity), stopped: true)
        return fidelity
      }
    }
    try tell(
      trial.number, loss: objective.loss(trial.point, at: target), excess: objective.excess(trial.point, at: target))
    return target
  }
}
