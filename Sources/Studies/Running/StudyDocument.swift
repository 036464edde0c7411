import Documents
import Search

/// The result of a search, `windtunnel.study/1`.
public struct StudyDocument: Document {
  public static let schema = "windtunnel.study/1"
  public static let kind = "study document"
  public static let remedy = "'windtunnel search run … --output FILE' writes one"

  public struct Best: Codable, Sendable {
    public let parameters: [String: ParameterValue]
    public let values: [String: Double]
    public let trial: Int
    /// The fidelity that it reached; nil without one.
    public let fidelity: Double?
  }

  public struct Trials: Codable, Sendable {
    public let complete: Int
    /// The complete trials that were run before this search, elsewhere.
    public let earlier: Int
    public let pruned: Int
    public let failed: Int
    /// The trials that have begun and not ended, where the search was interrupted.
    public let running: Int
    /// The complete and pruned trials that exceed a measured constraint.
    public let violating: Int
    /// The proposals that break a constraint and were not tried.
    public let infeasibleAvoided: Int
    /// The proposals whose result was known already.
    public let repeatsAvoided: Int
    /// The proposals from outside, as of a language model, that could not be read or tried.
    public let proposalsRejected: Int

    init(_ study: Study) {
      var (complete, pruned, failed, running) = (0, 0, 0, 0)
      for trial in study.trials {
        switch trial.state {
        case .complete: complete += 1
        case .stopped: pruned += 1
        case .failed: failed += 1
        case .running: running += 1
        }
      }
      self.complete = complete
      violating = study.trials.count { !$0.isFeasible }
      self.pruned = pruned
      self.failed = failed
      self.running = running
      infeasibleAvoided = study.infeasibleAvoided
      repeatsAvoided = study.repeatsAvoided
      earlier = study.earlierCount
      proposalsRejected = study.rejectedCount
    }
  }

  public struct Budget: Codable, Sendable {
    public let trials: Int?
    /// The trials that were spent; with a fidelity, full trainings.
    public let trialsUsed: Double
    public let cost: Double?
    public let costUsed: Double?
    /// The limit of wall time, in seconds.
    public let time: Double?
    public let isExhausted: Bool
  }

  /// A trial that is better than all before it.
  public struct Improvement: Codable, Sendable {
    public let trial: Int
    public let value: Double
  }

  public let name: String
  public let algorithm: String
  public let seed: UInt64
  public let goals: [Goal]
  /// The name of the fidelity; nil where all trials were trained in full.
  public let fidelity: String?
  public let constraints: [String]
  /// The constraints that only trials measure.
  public let measured: [String]
  /// The best trial; nil for several metrics, or where no complete trial satisfies the measured
  /// constraints.
  public let best: Best?
  /// The Pareto front of several metrics, by the first; nil for one metric.
  public let front: [Best]?
  public let trials: Trials
  public let budget: Budget
  /// The configurations of a table; nil for a command.
  public let configurations: Configurations?
  public let improvements: [Improvement]
  /// The names of the parameters in the order of the space.
  public let parameters: [String]

  public struct Configurations: Codable, Sendable {
    public let count: Int
    public let feasible: Int
  }

  /// - Parameters:
  ///   - seed: the study's.
  ///   - spent: so far, of `budget`.
  ///   - isExhausted: whether every feasible configuration was tried.
  public init(
    _ study: Study, of experiment: Experiment, algorithm: AlgorithmEntry, seed: UInt64, budget: SearchBudget,
    spent: Spending, isExhausted: Bool
  ) {
    name = experiment.name
    self.algorithm = algorithm.name
    self.seed = seed
    let goals = experiment.goals
    self.goals = goals
    fidelity = study.fidelity?.name
    constraints = experiment.constraints
    measured = experiment.measured.map(\.text)
    parameters = study.space.parameters.map(\.name)
    func best(_ trial: Study.Trial, _ losses: [Double]) -> Best {
      Best(
        parameters: Dictionary(study.space.values(of: trial.point).map { ($0.name, $0.value) }) { first, _ in first },
        values: Dictionary(zip(goals, losses).map { ($0.metric, $0.direction.value(ofLoss: $1)) }) { first, _ in first
        },
        trial: trial.number, fidelity: trial.reports.last?.fidelity)
    }
    self.best = study.best.flatMap { trial in study.bestLoss.map { best(trial, [$0]) } }
    front = goals.count > 1 ? study.front.members.map { best(study.trials[$0.number], $0.losses) } : nil
    trials = Trials(study)
    self.budget = Budget(
      trials: budget.trials, trialsUsed: spent.trials, cost: budget.cost,
      costUsed: experiment.hasCost ? spent.cost : nil, time: budget.time, isExhausted: isExhausted)
    configurations = experiment.table.map {
      Configurations(count: $0.configurationCount, feasible: $0.feasibleCount)
    }
    improvements = goals.count > 1 ? [] : Self.improvements(study, goals[0].direction)
  }

  /// The improvements among trials trained in full.
  private static func improvements(_ study: Study, _ direction: Direction) -> [Improvement] {
    var least = Double.infinity
    return study.trials.compactMap { trial in
      guard trial.isFeasible, let loss = trial.loss, loss < least else { return nil }
      least = loss
      return Improvement(trial: trial.number, value: direction.value(ofLoss: loss))
    }
  }
}
