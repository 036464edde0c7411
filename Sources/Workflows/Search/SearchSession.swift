import Foundation
import Launch
import RunStore
import Search
import Studies

/// A search of an experiment's space within its budget, whose values a table or the runs of a command give.
///
/// ```swift
/// let experiment = try Experiment(path: "search.yaml")
/// let session = try SearchSession(experiment, .init(seed: 3, workers: 4))
/// for try await event in session.events() {
///   if case .finished(let outcome) = event { print(outcome.study.best?.number ?? -1) }
/// }
/// ```
///
/// Every result of a command's trial is on the disk before the next trial begins. A search that was cancelled, or whose process
/// was killed, continues with ``Settings/resume``: no trial that ended runs again.
public struct SearchSession: Sendable {
  /// The settings of a search; nil for those of the experiment.
  public struct Settings: Sendable {
    public var algorithm: AlgorithmEntry?
    /// The seed of everything random.
    public var seed: UInt64?
    public var budget: SearchBudget?
    /// The number of a command's trials that run at once, from 1 to 10,000.
    public var workers: Int?
    /// The directory of a command's trials and their log.
    public var directory: String?
    /// Whether the study that is in the directory goes on, instead of a new one.
    public var resume: Bool
    /// The engine that runs a command's trials.
    public var engine: EngineChoice?

    public init(
      algorithm: AlgorithmEntry? = nil, seed: UInt64? = nil, budget: SearchBudget? = nil, workers: Int? = nil,
      directory: String? = nil, resume: Bool = false, engine: EngineChoice? = nil
    ) {
      (self.algorithm, self.seed, self.budget) = (algorithm, seed, budget)
      (self.workers, self.directory, self.resume, self.engine) = (workers, directory, resume, engine)
    }
  }

  public let experiment: Experiment
  public let algorithm: AlgorithmEntry
  public let seed: UInt64
  public let budget: SearchBudget
  public let workers: Int
  /// The directory of a command's trials and their log.
  public let directory: String
  private let resumes: Bool
  private let engine: EngineChoice?

  /// - Throws: ``WorkflowError`` for settings that a table has no use for, or workers out of range.
  public init(_ experiment: Experiment, _ settings: Settings = Settings()) throws(WorkflowError) {
    let isOfCommand = settings.resume || settings.workers != nil || settings.directory != nil || settings.engine != nil
    guard experiment.table == nil || !isOfCommand else {
      throw WorkflowError(
        .settings, "a table is searched at once; workers, a directory, an engine and going on are for commands")
    }
    self.experiment = experiment
    algorithm = settings.algorithm ?? experiment.algorithm
    seed = settings.seed ?? experiment.seed
    budget = settings.budget ?? experiment.budget
    workers = settings.workers ?? experiment.workers
    directory = settings.directory ?? experiment.directory
    engine = settings.engine ?? experiment.engine
    resumes = settings.resume
    guard (1...10_000).contains(workers) else {
      throw WorkflowError(.settings, "a search has from 1 to 10000 workers, not \(workers)")
    }
  }

  /// Runs the search.
  ///
  /// The sequence throws `StoreError` where the study cannot be begun, resumed or written, `StudyError` where trials fail one
  /// after another, `LaunchError` where the engine refuses them, `SearchError`, `TableError`, and `CancellationError`.
  public func events() -> SessionEvents<SearchEvent> {
    SessionEvents { emit in emit(.finished(try await run(emit))) }
  }

  /// Kills the processes of trials on this machine, for a caller that cannot wait until they end as they are asked to; the jobs
  /// of an engine go on.
  public func killTrials() {
    if engine == nil { ProcessMark.killAll(markedBy: URL(fileURLWithPath: "\(directory)/trials").path + "/") }
  }

  private func run(_ emit: @escaping @Sendable (SearchEvent) -> Void) async throws -> SearchOutcome {
    let chosen = try experiment.searchAlgorithm(algorithm)
    let earlier = resumes ? [] : try experiment.earlierTrials()
    for trials in earlier { emit(.earlierTrials(trials)) }
    switch experiment.source {
    case .table(let table):
      let search = try TableSearch(
        table, chosen, start: experiment.start, earlier: earlier.flatMap(\.trials), budget: budget, seed: seed)
      return outcome(search.study, search.spent, isExhausted: search.isExhausted)
    case .command(let command):
      let study = Study(
        experiment.space, chosen, seed: seed, fidelity: experiment.fidelity, start: experiment.start,
        isFeasible: experiment.isFeasible)
      return try await run(command, study, beginningWith: earlier.flatMap(\.trials), emit)
    }
  }

  private func run(
    _ command: CommandObjective, _ study: Study, beginningWith earlier: [EarlierTrial],
    _ emit: @escaping @Sendable (SearchEvent) -> Void
  ) async throws -> SearchOutcome {
    let store = try openStore()
    let jobs = try await jobRunner(emit)
    // A search that was killed leaves its processes running; the jobs of an engine continue.
    killTrials()
    let runner = StudyRunner(
      study, seed: seed, goals: experiment.goals,
      limits: .init(budget: budget, retries: experiment.retries, failuresInARow: experiment.failuresInARow),
      store: store, proposer: experiment.proposer
    ) { trial, record, study, spent in emit(.trialEnded(EndedTrial(trial, record, study, spent))) }
    if resumes {
      try await runner.replay(try store.events())
    } else {
      _ = try await runner.begin(with: earlier)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      if let jobs { group.addTask { try await jobs.run(staysOpen: true) } }
      group.addTask {
        let engine = jobs.map { EngineTrials($0, resources: experiment.resources) }
        try await runner.run(
          workers: workers, command.evaluation(in: directory, fidelity: experiment.fidelity, on: engine))
      }
      // The jobs' runner only ends by an error, the search's when the budget is spent.
      try await group.next()
      group.cancelAll()
    }
    return outcome(await runner.study, await runner.spent, isExhausted: await runner.isExhausted)
  }

  private func openStore() throws -> StudyStore {
    let fingerprint = experiment.fingerprint(algorithm, seed: seed)
    guard !resumes else { return try StudyStore.open(in: directory, fingerprint: fingerprint, toWrite: true) }
    let header = StudyHeader(path: experiment.path, experiment, algorithm, seed: seed, budget: budget)
    return try StudyStore.create(in: directory, fingerprint: fingerprint, description: try header.json())
  }

  /// The runner that submits trials to an engine; nil where they are processes of this one.
  private func jobRunner(_ emit: @escaping @Sendable (SearchEvent) -> Void) async throws -> JobRunner? {
    guard let engine else { return nil }
    let root = URL(fileURLWithPath: directory).path
    return JobRunner(
      try JobStore.make(in: root, description: experiment.text, engine: try engine.stored()),
      engine: await engine.engine(), directory: root, onTrouble: { emit(.engineTrouble($0)) })
  }

  private func outcome(_ study: Study, _ spent: Spending, isExhausted: Bool) -> SearchOutcome {
    SearchOutcome(
      study: study,
      document: StudyDocument(
        study, of: experiment, algorithm: algorithm, seed: seed, budget: budget, spent: spent, isExhausted: isExhausted
      ))
  }
}
