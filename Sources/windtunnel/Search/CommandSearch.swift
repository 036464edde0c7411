import Foundation
import Launch
import RunStore
import Search
import Studies

/// A search whose trials are runs of a command on this machine.
struct CommandSearch {
  private let path: String
  private let experiment: Experiment
  private let command: CommandObjective
  private let algorithm: AlgorithmEntry
  private let seed: UInt64
  private let budget: SearchBudget
  private let options: RunningOptions
  private let directory: String

  /// - Parameter path: the experiment's file.
  init(
    _ path: String, _ experiment: Experiment, _ command: CommandObjective, _ algorithm: AlgorithmEntry, seed: UInt64,
    budget: SearchBudget, _ options: RunningOptions
  ) {
    self.path = path
    self.experiment = experiment
    self.command = command
    self.algorithm = algorithm
    self.seed = seed
    self.budget = budget
    self.options = options
    directory = options.directory ?? experiment.directory
  }

  func run(_ study: Study, beginningWith earlier: [EarlierTrial]) async throws -> StudyDocument {
    let fingerprint = experiment.fingerprint(algorithm, seed: seed)
    let store =
      options.resume
      ? try StudyStore.open(in: directory, fingerprint: fingerprint, toWrite: true)
      : try StudyStore.create(
        in: directory, fingerprint: fingerprint,
        description: StudyHeader(path: path, experiment, algorithm, seed: seed, budget: budget).text)
    let jobs = try await jobs()
    // A killed search leaves its processes running; jobs of an engine continue.
    let trials = URL(fileURLWithPath: "\(directory)/trials").path + "/"
    if jobs == nil { ProcessMark.killAll(markedBy: trials) }
    let progress = SearchProgress(experiment, budget)
    let runner = StudyRunner(
      study, seed: seed, goals: experiment.goals,
      limits: .init(budget: budget, retries: experiment.retries, failuresInARow: experiment.failuresInARow),
      store: store, proposer: experiment.proposer
    ) { trial, record, study, spent in progress.tell(trial, record, study, spent) }
    if options.resume {
      try await runner.replay(try store.events())
    } else {
      _ = try await runner.begin(with: earlier)
    }
    let workers = options.workers ?? experiment.workers
    let running = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        if let jobs { group.addTask { try await jobs.run(staysOpen: true) } }
        group.addTask {
          let engine = jobs.map { EngineTrials($0, resources: experiment.resources) }
          try await runner.run(
            workers: workers, command.evaluation(in: directory, fidelity: experiment.fidelity, on: engine))
        }
        // The runner of jobs only ends by an error, that of the search when the budget is spent.
        try await group.next()
        group.cancelAll()
      }
    }
    let interruption = Interruption(
      first: {
        note("stopping; interrupt again to kill at once")
        running.cancel()
      },
      second: {
        if jobs == nil { ProcessMark.killAll(markedBy: trials) }
        _exit(EX_TEMPFAIL)
      })
    defer { interruption.end() }
    do {
      try await running.value
    } catch is CancellationError {
      var error = UsageError("the search was interrupted; go on with --resume")
      error.code = EX_TEMPFAIL
      throw error
    }
    return StudyDocument(
      await runner.study, of: experiment, algorithm: algorithm, seed: seed, budget: budget, spent: await runner.spent,
      isExhausted: await runner.isExhausted)
  }

  /// The runner of an engine's jobs; nil for local processes.
  private func jobs() async throws -> JobRunner? {
    guard let choice = experiment.engine else { return nil }
    let root = URL(fileURLWithPath: directory).path
    return JobRunner(
      try JobStore.make(
        in: root, description: experiment.text,
        engine: String(decoding: try JSONEncoder().encode(choice), as: UTF8.self)),
      engine: await choice.engine(), directory: root,
      onTrouble: { note($0.map { "\($0); trying again" } ?? "the engine answers again") })
  }
}
