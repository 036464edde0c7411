import Documents
import Foundation
import Launch
import Search
import Tables

/// A search as an experiment file describes it, `windtunnel.search/1`.
///
/// ```yaml
/// schema: windtunnel.search/1
/// space:
///   learning_rate: {float: [1e-4, 1e-1], log: true}
///   layers:        {int: [1, 12]}
/// objective:
///   command: python3 train.py --lr {learning_rate} --layers {layers}
///   metric: loss
///   direction: minimize
/// constraints: ["layers <= 8"]
/// algorithm: auto
/// budget: {trials: 200}
/// workers: 2
/// ```
public struct Experiment: Sendable {
  /// The source of trials' values.
  public enum Source: Sendable {
    case table(TableObjective)
    case command(CommandObjective)

    func isFeasible(in space: SearchSpace) -> @Sendable (SearchSpace.Point) -> Bool {
      switch self {
      case .table(let table): { table.isFeasible($0) }
      case .command(let command):
        { point in
          command.constraints.allSatisfy { $0.holds(point, in: space) }
            && !command.forbidden.contains { $0.holds { point[$0] } }
        }
      }
    }
  }

  /// The name, from the file or from its own name.
  public let name: String
  /// The configurations.
  public let space: SearchSpace
  /// The metrics with their directions; several for a Pareto front.
  public let goals: [Goal]
  /// How far trials can be trained; nil where they are always trained in full.
  public let fidelity: Fidelity?
  /// The source of trials' values.
  public let source: Source
  /// The constraints that are known before a trial is run.
  public let constraints: [String]
  /// The combinations of values that are excluded.
  public let forbidden: [ForbiddenCombination]
  /// The configurations to begin with; parameters that one leaves open are drawn.
  public let start: [StartConfiguration]
  /// The tables of trials that were run before.
  public let earlierFiles: [String]
  /// The language model that proposes trials beside the algorithm.
  public let proposer: Proposer?
  /// The constraints that are known after a trial.
  public let measured: [MeasuredConstraint]
  /// The algorithm that the file names; `auto` where it names none.
  public let algorithm: AlgorithmEntry
  /// The rule that stops trials of an algorithm for full trainings early; nil for never.
  public let stopping: StoppingRule?
  public let budget: SearchBudget
  public let seed: UInt64
  /// The number of trials of a command that run at once.
  public let workers: Int
  /// The engine that runs trials of a command; nil for local processes.
  public let engine: EngineChoice?
  /// The resources of each run of a trial on an engine.
  public let resources: JobSpec.Resources
  /// The number of times that a failed trial is tried again.
  public let retries: Int
  /// The number of failures in a row that stops the search.
  public let failuresInARow: Int
  /// The directory of a command's trials and their log.
  public let directory: String
  /// The file and its text.
  public let path: String
  public let text: String
  /// Whether trials cost something that the budget can count.
  public let hasCost: Bool

  public static let schema = "windtunnel.search/1"
  static let defaultTrials = 100

  /// The table that is searched; nil where a command is run.
  public var table: TableObjective? { if case .table(let table) = source { table } else { nil } }

  /// Whether a configuration satisfies the constraints that are known before a trial is run.
  public var isFeasible: @Sendable (SearchSpace.Point) -> Bool {
    source.isFeasible(in: space)
  }

  /// An algorithm with this experiment's fidelity and stopping rule.
  public func searchAlgorithm(_ entry: AlgorithmEntry) throws(SearchError) -> any SearchAlgorithm {
    guard let stopping, let fidelity, !entry.isMultiFidelity else {
      return try entry.algorithm(fidelity, objectives: goals.count)
    }
    return EarlyStopping(try entry.algorithm(), stopping, fidelity)
  }

  /// The trials that were run before this search.
  ///
  /// - Throws: ``TableError`` or ``SearchError`` for a file that is missing or has nothing for
  ///   this search.
  package func earlierTrials() throws -> [EarlierTrials] {
    try earlierFiles.map { file in
      try EarlierTrials(
        Table.read(fileBeside(path, named: file)), space: space, goals: goals, measured: measured, fidelity: fidelity)
    }
  }

  /// The identity of a study: everything but the budget, the workers and the directory.
  public func fingerprint(_ algorithm: AlgorithmEntry, seed: UInt64) -> String {
    var command = ""
    if case .command(let objective) = source {
      command = "\(objective.template.text) \(objective.metrics.identity)"
      if objective.repeats > 1 { command += " \(objective.repeats) times" }
    }
    return """
      \(space.parameters) \(goals) \(fidelity.map { "\($0)" } ?? "") \(constraints) \(forbidden) \(measured.map(\.text)) \(start) \
      \(command) \
      \(algorithm.name) \(stopping?.rawValue ?? "") \(seed)
      """
  }

  /// - Parameters:
  ///   - path: the file, for messages and for what lies beside it.
  ///   - given: the file's text, where it was read before.
  ///   - algorithms: the registry of the algorithms that the file may name.
  ///   - engines: the registry of the engines that the file may name.
  /// - Throws: `DocumentError`, `TableError`, `SearchError` or `FormulaError` with the
  ///   place in the file where it has one.
  public init(
    path: String, text given: String? = nil, algorithms: AlgorithmRegistry = .builtIn,
    engines: EngineRegistry = .builtIn
  ) throws {
    let text = try given ?? DocumentFile.text(of: path, ExperimentEntries.kind, remedy: ExperimentEntries.remedy)
    let file = try ExperimentEntries.read(text: text, from: path)
    let entries = file.value
    (self.path, self.text) = (path, text)
    let name = entries.name?.text ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    self.name = name
    constraints = entries.constraints ?? []
    measured = try file.located("measured") { try (entries.measured ?? []).map { try MeasuredConstraint($0) } }
    algorithm = try file.located("algorithm") { try entries.algorithm.map { try algorithms.named($0) } ?? .auto }
    stopping = entries.stopping
    seed = entries.seed ?? 0
    workers = try file.count(entries.workers, "workers") ?? 1
    retries = try file.count(entries.retries, "retries", in: 0...1000) ?? 0
    failuresInARow = try file.count(entries.failuresInARow, "failures_in_a_row") ?? 10
    directory = entries.directory?.text ?? "runs/\(name)"
    engine = try entries.engine.map { try engines.choice($0, from: path) }
    resources = try file.resources()
    let objective = entries.objective
    goals = objective.goals
    hasCost = objective.hasCost
    budget = try file.budget()
    let given = try file.space()
    forbidden = try file.forbidden(given)
    let limits = ConstraintEntries(constraints: constraints, forbidden: forbidden, measured: measured)
    if let command = objective.command {
      guard let given else {
        throw file.fault("space", "it is missing; a command needs one, as 'space: {width: {ordinal: [16, 32]}}'")
      }
      space = given
      fidelity = try file.trainedFidelity()
      source = .command(try file.commandObjective(command.text, given, fidelity, limits))
    } else {
      let table = try file.tableObjective(given, limits)
      (space, fidelity, source) = (table.space, table.fidelity, .table(table))
    }
    earlierFiles = entries.earlier ?? []
    let told = constraints + measured.map(\.text)
    proposer = try file.located("proposer") { try entries.proposer?.proposer(constraints: told) }
    guard proposer == nil || objective.command != nil else {
      throw file.fault("proposer", "a search of a table runs nothing; a proposer is for commands")
    }
    start = try file.start(space, source.isFeasible(in: space))
    try file.located("algorithm") { _ = try algorithm.algorithm(fidelity, objectives: goals.count) }
    guard stopping != nil else { return }
    guard fidelity != nil else {
      throw file.fault("stopping", "it needs a 'fidelity' of the objective, which trials report while they run")
    }
    guard !algorithm.isMultiFidelity else {
      throw file.fault("stopping", "\(algorithm.name) stops trials by its own rule; remove this")
    }
  }
}

extension MetricsSource {
  /// The text in a fingerprint, the same in every process: a dictionary has no order of its own.
  fileprivate var identity: String {
    guard case .patterns(let patterns) = self else { return "\(self)" }
    let texts = patterns.sorted { $0.key < $1.key }.map { "\($0.key.debugDescription): \($0.value.debugDescription)" }
    return "patterns([\(texts.joined(separator: ", "))])"
  }
}

extension DocumentReading<ExperimentEntries> {
  /// The resources of each run of a trial: those of one process unless given.
  fileprivate func resources() throws(DocumentError) -> JobSpec.Resources {
    guard let part = value.resources else { return JobSpec.Resources() }
    guard value.engine != nil else {
      throw fault("resources", "resources are for an engine; add one, as 'engine: local' or '{kind: slurm}'")
    }
    let gpus = min(max(0, try part.value("gpus", as: Int.self) ?? 0), 1_000_000)
    return try part.resolved(over: JobSpec.Resources(gpusPerNode: gpus, cpusPerNode: max(1, 8 * gpus)))
  }

  fileprivate func budget() throws(DocumentError) -> SearchBudget {
    let entry = value.budget
    let limits = SearchBudget(
      trials: try count(entry?.trials, "budget.trials"), cost: entry?.cost?.value, time: entry?.time?.value)
    for (name, limit) in [("cost", limits.cost), ("time", limits.time)] {
      if let limit, limit <= 0 { throw fault("budget.\(name)", "it should be above 0") }
    }
    guard limits.cost == nil || value.objective.hasCost else {
      throw fault("budget.cost", "it needs 'cost' in 'objective', the column of what a trial costs")
    }
    return limits == SearchBudget() ? SearchBudget(trials: Experiment.defaultTrials) : limits
  }
}
