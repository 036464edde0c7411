/// The budget of a search: trials begin as long as none of its limits is reached.
public struct SearchBudget: Sendable, Hashable {
  /// The number of trials; with a fidelity, the amount of training, in full trainings.
  public var trials: Int?
  /// The cost, in the unit of the objective's cost.
  public var cost: Double?
  /// The wall time since the search began or was resumed, in seconds.
  public var time: Double?

  /// A budget; a limit of nil is none.
  public init(trials: Int? = nil, cost: Double? = nil, time: Double? = nil) {
    self.trials = trials
    self.cost = cost
    self.time = time
  }

  /// Whether one of the limits is reached.
  package func isSpent(_ spent: Spending) -> Bool {
    spent.trials >= trials.map { Double($0) - 1e-9 } ?? .infinity || spent.cost >= cost ?? .infinity
      || spent.time >= time ?? .infinity
  }
}

/// The amounts that a search has spent, in the units of its budget.
public struct Spending: Sendable, Hashable {
  /// The trials; with a fidelity, full trainings.
  public package(set) var trials = 0.0
  /// The cost, in the unit of the objective's cost.
  public package(set) var cost = 0.0
  /// The wall time in seconds.
  public package(set) var time = 0.0

  package init() {}
}
