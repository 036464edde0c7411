import Fitting
import RunStore
import Search

/// Runs a study's trials, many at a time, and writes every event to its store before a worker acts
/// on it.
///
/// Events that arrive during a write are written together, so that many workers share the delay of
/// the disk. A run that was interrupted at any moment is resumed by replaying the store: finished
/// trials are not run again, and those that had begun are run first.
public actor StudyRunner {
  public struct Limits: Sendable {
    public var budget: SearchBudget
    /// The number of times that a failed trial is tried again.
    public var retries: Int
    /// The number of failures in a row that stops the search.
    public var failuresInARow: Int

    public init(budget: SearchBudget, retries: Int = 0, failuresInARow: Int = 10) {
      self.budget = budget
      self.retries = retries
      self.failuresInARow = failuresInARow
    }
  }

  public private(set) var study: Study
  public private(set) var records: [Int: TrialRecord] = [:]
  /// Whether every feasible configuration was tried.
  public private(set) var isExhausted = false

  private let seed: UInt64
  private let goals: [Goal]
  private let limits: Limits
  private let store: StudyStore?
  private let proposer: Proposer?
  /// The number of trials that were asked for, by the algorithm or the proposer.
  private var turn = 0
  private let onTell: @Sendable (Study.Trial, TrialRecord?, Study, Spending) -> Void
  private var spending = Spending()
  private var failuresInARow = 0
  /// The trials that were running when an earlier search was interrupted.
  private var interrupted: [Int] = []
  private let start = ContinuousClock.now
  /// The events that are in the study but not in the store yet, in their order.
  private var unsaved: [StudyEvent] = []
  private var notedCount = 0
  private var savedCount = 0
  private var saving: Task<Void, any Error>?

  /// - Parameters:
  ///   - seed: the study's seed, from which those of trials follow.
  ///   - goals: the metrics of trials' values.
  ///   - store: keeps the events; nil to keep none.
  ///   - proposer: proposes trials beside the study's algorithm.
  ///   - onTell: called after every trial that ended.
  public init(
    _ study: Study, seed: UInt64, goals: [Goal], limits: Limits, store: StudyStore?, proposer: Proposer? = nil,
    onTell: @escaping @Sendable (Study.Trial, TrialRecord?, Study, Spending) -> Void = { _, _, _, _ in }
  ) {
    self.study = study
    self.seed = seed
    self.goals = goals
    self.limits = limits
    self.store = store
    self.proposer = proposer
    self.onTell = onTell
  }

  /// Adds trials that were run elsewhere, before the first is run.
  ///
  /// - Returns: the number of trials that were new and satisfy the constraints.
  /// - Throws: `StoreError`.
  public func begin(with earlier: [EarlierTrial]) async throws -> Int {
    for trial in earlier {
      let number = study.trials.count
      guard study.add(trial) else { continue }
      note(.known(trial: number, point: trial.point, losses: trial.losses, excess: trial.excess))
    }
    try await save()
    return study.earlierCount
  }

  public var spent: Spending {
    var spent = spending
    spent.time = (ContinuousClock.now - start) / .seconds(1)
    return spent
  }

  /// Runs trials until the budget is spent, every configuration was tried, or the task is
  /// cancelled.
  ///
  /// - Throws: ``StudyError`` after too many failures in a row, or without an answer of the proposer; `StoreError`;
  ///   `CancellationError`.
  public func run(workers: Int, _ evaluate: @escaping Evaluation) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers { group.addTask { try await self.work(evaluate) } }
      try await group.waitForAll()
    }
    try Task.checkCancellation()
  }

  private nonisolated func work(_ evaluate: Evaluation) async throws {
    while !Task.isCancelled, let first = try await next() {
      var job = first
      while true {
        let result = try await evaluate(job) { [number = job.number] fidelity, value in
          try await self.report(number, at: fidelity, value: value)
        }
        if case .failed = result.end, job.attempt < limits.retries {
          job = job.again
        } else {
          try await finish(job.number, result)
          break
        }
      }
    }
  }

  private func next() async throws -> TrialJob? {
    if !interrupted.isEmpty { return job(study.trials[interrupted.removeFirst()]) }
    guard !limits.budget.isSpent(spent) else { return nil }
    turn += 1
    if let proposer, proposer.proposes(turn - 1), let trial = try await proposed(by: proposer) {
      return try await begun(trial, isProposed: true)
    }
    // Other workers may have spent the budget while a proposer was asked.
    guard !limits.budget.isSpent(spent) else { return nil }
    guard let trial = study.ask() else {
      isExhausted = true
      return nil
    }
    return try await begun(trial, isProposed: false)
  }

  private func begun(_ trial: Study.Trial, isProposed: Bool) async throws -> TrialJob {
    charge(trial)
    note(.asked(trial: trial.number, point: trial.point, fidelity: trial.fidelity, isProposed: isProposed))
    try await save()
    return job(trial)
  }

  /// A trial by a proposer; nil where the budget was spent meanwhile, or no reply could be used.
  private func proposed(by proposer: Proposer) async throws -> Study.Trial? {
    var dialogue = ProposalDialogue(study, goals: goals, constraints: proposer.constraints, task: proposer.task)
    for _ in 0..<Proposer.attempts {
      let reply = try await proposer.model.reply(to: dialogue.messages)
      guard !limits.budget.isSpent(spent) else { return nil }
      do {
        return try study.ask(for: dialogue.point(reply, in: study.space))
      } catch {
        study.reject()
        note(.rejected(trial: study.trials.count, reason: error.description))
        dialogue.correct(reply, error.description)
      }
    }
    return nil
  }

  private func job(_ trial: Study.Trial) -> TrialJob {
    TrialJob(
      number: trial.number, values: study.space.values(of: trial.point), fidelity: trial.fidelity,
      from: trial.reports.last?.fidelity, attempt: 0, seed: SplitMix64(seed: seed, stream: trial.number + 1).first >> 33
    )
  }

  private func report(_ number: Int, at fidelity: Double, value: Double) async throws -> Bool {
    // A trial that is run again passes what it reported before.
    if let last = study.trials[number].reports.last, last.fidelity >= fidelity { return true }
    guard fidelity < study.trials[number].fidelity ?? .infinity, value.isFinite else { return true }
    let loss = goals[0].direction.loss(ofValue: value)
    let goesOn = try study.report(number, loss: loss, at: fidelity)
    note(.reported(trial: number, fidelity: fidelity, loss: loss, goesOn: goesOn))
    try await save()
    return goesOn
  }

  private func finish(_ number: Int, _ result: TrialResult) async throws {
    var record = result.record
    var losses: [Double] = []
    switch result.end {
    case .finished(let values) where values.count == goals.count && values.allSatisfy(\.isFinite):
      losses = zip(goals, values).map { $0.direction.loss(ofValue: $1) }
    case .finished(let values):
      let pairs = zip(goals, values).map { "\($0.metric) is \($1)" }
      record.failure = pairs.joined(separator: ", ")
    case .stopped: losses = study.trials[number].reports.last.map { [$0.loss] } ?? []
    case .failed(let reason): record.failure = reason
    }
    let stopped = result.end == .stopped
    try tell(number, losses, stopped: stopped, record)
    note(.told(trial: number, losses: losses, stopped: stopped, record: record))
    let failures = failuresInARow
    try await save()
    onTell(study.trials[number], records[number], study, spent)
    guard failures < limits.failuresInARow else {
      throw StudyError(
        .failuresInARow,
        "\(failures) trials failed in a row, the last one, trial \(number), because \(record.failure ?? "of its end"); "
          + "fix the command")
    }
  }

  private func note(_ event: StudyEvent) {
    guard store != nil else { return }
    unsaved.append(event)
    notedCount += 1
  }

  /// Returns when all noted events are in the store.
  private func save() async throws {
    let wanted = notedCount
    while savedCount < wanted, let store {
      let task = saving ?? Task { try await write(to: store) }
      saving = task
      try await task.value
    }
  }

  private func write(to store: StudyStore) async throws {
    // Set before the task ends, so that its waiters see that.
    defer { saving = nil }
    let events = unsaved
    unsaved = []
    try await Task.detached { try store.append(events) }.value
    savedCount += events.count
  }

  private func tell(_ number: Int, _ losses: [Double], stopped: Bool, _ record: TrialRecord) throws {
    let target = study.trials[number].fidelity
    let cost = target == nil ? record.cost : nil
    if goals.count > 1 {
      try study.tell(
        number, losses: losses.isEmpty ? goals.map { _ in .infinity } : losses, excess: record.excess, cost: cost)
    } else {
      try study.tell(number, loss: losses.first, excess: record.excess, cost: cost, stopped: stopped)
    }
    if stopped, let target, let full = study.fidelity?.full, let reached = study.trials[number].reports.last?.fidelity {
      spending.trials -= (target - reached) / full
    }
    spending.cost += record.cost ?? 0
    failuresInARow = losses.isEmpty ? failuresInARow + 1 : 0
    records[number] = record
  }

  /// Counts the training of a trial when it begins.
  private func charge(_ trial: Study.Trial) {
    guard let full = study.fidelity?.full, let target = trial.fidelity else {
      spending.trials += 1
      return
    }
    spending.trials += (target - (trial.reports.last?.fidelity ?? 0)) / full
  }

  /// Replays events, so that the study is in the state that they led to.
  ///
  /// - Throws: `SearchError` where the events are not those of this study.
  public func replay(_ events: [StudyEvent]) async throws {
    var running: [Int: Bool] = [:]
    for event in events {
      switch event {
      case .known(_, let point, let losses, let excess):
        _ = study.add(EarlierTrial(point, losses: losses, excess: excess))
      case .rejected: study.reject()
      case .asked(let number, let point, let fidelity, let isProposed):
        turn += 1
        let asked = isProposed ? try? study.ask(for: point) : study.ask()
        guard let trial = asked, trial.number == number, trial.point == point, trial.fidelity == fidelity else {
          throw SearchError(
            "trial \(number) of the store is not the one that this study asks for; the store was written by another version, or changed"
          )
        }
        charge(trial)
        running[number] = true
      case .reported(let number, let fidelity, let loss, let goesOn):
        guard try study.report(number, loss: loss, at: fidelity) == goesOn else {
          throw SearchError("trial \(number) of the store was not stopped where this study stops it")
        }
        running[number] = goesOn
      case .told(let number, let losses, let stopped, let record):
        try tell(number, losses, stopped: stopped, record)
        running[number] = nil
      }
    }
    for (number, goesOn) in running.sorted(by: { $0.key < $1.key }) {
      if goesOn {
        interrupted.append(number)
      } else {
        try await finish(number, TrialResult(.stopped, TrialRecord(seconds: 0)))
      }
    }
    failuresInARow = 0
  }
}

extension SplitMix64 {
  /// The next number, without advancing the generator.
  fileprivate var first: UInt64 {
    var copy = self
    return copy.next()
  }
}
