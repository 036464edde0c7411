/// What a search may spend: trials begin while less than all of it is spent.
public struct SearchBudget: Sendable, Hashable {
  /// The most trials. With a fidelity, as much training as so many trials take that are trained in full.
  public var trials: Int?
  /// In the unit of the objective's cost.
  public var cost: Double?
  /// Wall time since the search began or was gone on with, in seconds.
  public var time: Double?

  public init(trials: Int? = nil, cost: Double? = nil, time: Double? = nil) {
    self.trials = trials
    self.cost = cost
    self.time = time
  }

  package func isSpent(_ spent: Spending) -> Bool {
    spent.trials >= trials.map { Double($0) - 1e-9 } ?? .infinity || spent.cost >= cost ?? .infinity
      || spent.time >= time ?? .infinity
  }
}

/// What a search has spent, in the units of its budget.
public struct Spending: Sendable, Hashable {
  public package(set) var trials = 0.0
  public package(set) var cost = 0.0
  public package(set) var time = 0.0

  package init() {}
}
