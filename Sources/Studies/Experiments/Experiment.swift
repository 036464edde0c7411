import Documents
import Formulas
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
      command = "\(objective.template.text) \(objective.metrics)"
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
    let text =
      try given
      ?? DocumentFile.text(
        of: path, "experiment file", remedy: "an experiment file is YAML that begins with 'schema: \(Self.schema)'")
    self.path = path
    self.text = text
    let file = try YAMLSection(
      path: path, text: text, kind: "experiment file", schema: Self.schema,
      keys: [
        "schema", "name", "space", "objective", "constraints", "forbidden", "measured", "start", "earlier", "algorithm",
        "proposer", "stopping", "budget", "seed", "workers", "retries", "failures_in_a_row", "directory", "engine",
        "resources",
      ])
    let name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    self.name = name
    constraints = try file.texts("constraints") ?? []
    measured = try file.located("measured") { try (file.texts("measured") ?? []).map { try MeasuredConstraint($0) } }
    algorithm = try file.located("algorithm") {
      try file.text("algorithm").map { name throws(SearchError) in try algorithms.named(name) } ?? .auto
    }
    stopping = try file.choice("stopping", StoppingRule.self)
    seed =
      try file.text("seed").map { text in
        guard let seed = UInt64(text) else { throw file.fault("seed", "it should be a whole number from 0") }
        return seed
      } ?? 0
    workers = try file.count("workers") ?? 1
    engine = try file.has("engine") ? engines.choice(in: file) : nil
    resources = try JobSpec.Resources(file)
    guard engine != nil || !file.has("resources") else {
      throw file.fault("resources", "resources are for an engine; add one, as 'engine: local' or '{kind: slurm}'")
    }
    retries =
      try file.quantity("retries", parseNumber).map { value in
        guard let count = Int(exactly: value), (0...1000).contains(count) else {
          throw file.fault("retries", "it should be a whole number from 0 to 1000")
        }
        return count
      } ?? 0
    failuresInARow = try file.count("failures_in_a_row") ?? 10
    directory = try file.text("directory") ?? "runs/\(name)"

    guard let section = try file.section("objective", example: "objective: {table: results.csv, …}", isSubject: false)
    else {
      throw DocumentError(
        "\(path): 'objective' is missing; name what to search, as 'objective: {table: results.csv, …}'")
    }
    let goals = try section.goals()
    self.goals = goals
    let given = try file.section("space", example: "space: {width: {ordinal: [16, 32]}}", isSubject: false)
      .map { section in try file.located("space") { try SearchSpace(section.parameters()) } }
    let cost = try section.text("cost")
    budget = try file.budget(hasCost: cost != nil || section.has("command"))
    hasCost = cost != nil || section.has("command")
    if section.has("command") {
      guard let given else {
        throw DocumentError(
          "\(path): 'space' is missing; a command needs one, as 'space: {width: {ordinal: [16, 32]}}'")
      }
      let fidelity = try section.trainedFidelity()
      let forbidden = try file.forbidden(given)
      let objective = try section.commandObjective(
        given, fidelity, goals, cost: cost, constraints, forbidden, measured, of: file)
      self.forbidden = forbidden
      (space, self.fidelity, source) = (given, fidelity, .command(objective))
    } else {
      let forbidden = try file.forbidden(given)
      let objective = try section.tableObjective(
        given, goals, cost: cost, constraints, forbidden, measured, of: file)
      self.forbidden = forbidden
      (space, fidelity, source) = (objective.space, objective.fidelity, .table(objective))
    }
    earlierFiles = try file.texts("earlier") ?? []
    proposer = try file.proposer(constraints: constraints + measured.map(\.text))
    guard proposer == nil || section.has("command") else {
      throw file.fault("proposer", "a search of a table runs nothing; a proposer is for commands")
    }
    start = try file.start(space, source.isFeasible(in: space))
    do {
      _ = try algorithm.algorithm(fidelity, objectives: goals.count)
    } catch {
      throw file.fault("algorithm", error.description)
    }
    if stopping != nil {
      guard fidelity != nil else {
        throw file.fault("stopping", "it needs a 'fidelity' of the objective, which trials report while they run")
      }
      guard !algorithm.isMultiFidelity else {
        throw file.fault("stopping", "\(algorithm.name) stops trials by its own rule; remove this")
      }
    }
  }
}

extension YAMLSection {
  fileprivate func budget(hasCost: Bool) throws -> SearchBudget {
    var limits = SearchBudget()
    if let section = try section("budget", example: "budget: {trials: 200}", isSubject: false) {
      try section.checkKeys(["trials", "cost", "time"])
      limits.trials = try section.count("trials")
      limits.cost = try section.quantity("cost") { text throws(QuantityError) in
        try parseNumber(text.hasPrefix("$") ? String(text.dropFirst()) : text)
      }
      limits.time = try section.quantity("time", parseDuration)
      for (key, value) in [("cost", limits.cost), ("time", limits.time)] {
        if let value, value <= 0 { throw section.fault(key, "it should be above 0") }
      }
    }
    if limits.cost != nil, !hasCost {
      throw DocumentError("\(path): a budget of cost needs 'cost' in 'objective', the column of what a trial costs")
    }
    if limits == SearchBudget() { limits.trials = Experiment.defaultTrials }
    return limits
  }
}
