import Foundation
import RunStore
import Synchronization
import Testing

@testable import Search
@testable import Studies

@Suite struct StudyRunnerTests {
  private func inDirectory(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  /// The last search's store is let go a moment after its end.
  private func opened(_ directory: String) async throws -> StudyStore {
    for _ in 0..<200 {
      if let store = try? StudyStore.open(in: directory, toWrite: true) { return store }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try StudyStore.open(in: directory, toWrite: true)
  }

  /// Counts the runs of every trial, and ends the search when it has seen so many.
  private final class Objective: Sendable {
    let runs = Mutex<[Int: Int]>([:])
    private let left: Mutex<Int>

    init(interruptedAfter count: Int = .max) { left = Mutex(count) }

    func evaluate(
      _ job: TrialJob, _ report: @Sendable (Double, Double) async throws -> Bool
    ) async throws -> TrialResult {
      let goesOn = left.withLock { left in
        left -= 1
        return left >= 0
      }
      guard goesOn else { throw CancellationError() }
      runs.withLock { $0[job.number, default: 0] += 1 }
      let value = job.values.reduce(0) { sum, pair in
        if case .number(let number) = pair.value { sum + (number - 3) * (number - 3) } else { sum }
      }
      if let target = job.fidelity {
        for epoch in stride(from: (job.from ?? 0) + 1, to: target, by: 1) {
          guard try await report(epoch, value + 1 / epoch) else {
            return TrialResult(.stopped, TrialRecord(seconds: 1))
          }
        }
        return TrialResult(.finished(values: [value + 1 / target]), TrialRecord(seconds: 1, cost: 2))
      }
      return TrialResult(.finished(values: [value]), TrialRecord(seconds: 1, cost: 2))
    }
  }

  private func runner(
    _ name: AlgorithmEntry, trials: Int, store: StudyStore? = nil, retries: Int = 0, failures: Int = 10
  ) throws -> StudyRunner {
    StudyRunner(
      try study(of: grid(4), name, seed: 11), seed: 11, goals: [Goal("loss", .minimize)],
      limits: .init(budget: .init(trials: trials), retries: retries, failuresInARow: failures), store: store)
  }

  @Test("every trial is run once, with any number of workers", arguments: [1, 4])
  func workers(count: Int) async throws {
    let objective = Objective()
    let runner = try runner(.random, trials: 60)
    try await runner.run(workers: count) { try await objective.evaluate($0, $1) }
    #expect(objective.runs.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<60).map { ($0, 1) }))
    let (study, spent) = (await runner.study, await runner.spent)
    #expect(study.trials.count == 60 && study.trials.allSatisfy { $0.loss != nil })
    #expect(spent.trials == 60 && spent.cost == 120)
  }

  @Test(
    "a search that is interrupted again and again ends as one that was not",
    arguments: [AlgorithmEntry.evolution, .hyperband, .ashaStopping, .dehb])
  func resuming(name: AlgorithmEntry) async throws {
    let whole = try runner(name, trials: 40)
    try await whole.run(workers: 1) { try await Objective().evaluate($0, $1) }
    try await inDirectory { directory in
      do { _ = try StudyStore.create(in: directory, fingerprint: "", description: "") }
      for interruption in [7, 1, 0, 23, .max] {
        let store = try await opened(directory)
        let objective = Objective(interruptedAfter: interruption)
        let next = try runner(name, trials: 40, store: store)
        try await next.replay(try store.events())
        let before = await next.study.trials.filter { $0.state != .running }.map(\.number)
        do {
          try await next.run(workers: 1) { try await objective.evaluate($0, $1) }
        } catch is CancellationError {
          #expect(interruption < .max)
        }
        if !name.isMultiFidelity {
          #expect(objective.runs.withLock { runs in before.allSatisfy { runs[$0] == nil } })
        }
        if interruption == .max {
          #expect(await next.study.trials == whole.study.trials)
          #expect(await next.spent.trials == whole.spent.trials)
        }
      }
    }
  }

  @Test("events of another study are refused")
  func foreign() async throws {
    let other = StudyEvent.asked(trial: 0, point: [0, 0, 0, 0], fidelity: nil)
    let runner = try runner(.random, trials: 5)
    await #expect(throws: SearchError.self) { try await runner.replay([other]) }
  }

  @Test("failures are tried again as often as allowed, and too many in a row end the search")
  func failures() async throws {
    let attempts = Mutex<[Int]>([])
    let retrying = try runner(.random, trials: 5, retries: 2)
    try await retrying.run(workers: 1) { job, _ in
      attempts.withLock { $0.append(job.attempt) }
      return job.attempt == 2
        ? TrialResult(.finished(values: [1]), TrialRecord(seconds: 0))
        : TrialResult(.failed("no"), TrialRecord(seconds: 0))
    }
    #expect(attempts.withLock { $0 } == Array(repeating: [0, 1, 2], count: 5).flatMap { $0 })
    let failing = try runner(.random, trials: 50, failures: 3)
    let error = await #expect(throws: StudyError.self) {
      try await failing.run(workers: 1) { _, _ in TrialResult(.failed("no disk"), TrialRecord(seconds: 0)) }
    }
    #expect(error?.description.contains("3 trials failed in a row") == true)
    #expect(error?.description.contains("no disk") == true)
    #expect(await failing.study.trials.count == 3)
  }

  @Test("a constraint between parameters is known before a trial is run")
  func constraints() throws {
    let space = try SearchSpace([
      Parameter("layers", .int(1...8, log: false)), Parameter("width", .ordinal([.number(16), .number(64)])),
      Parameter("kind", .categorical([.text("a"), .text("b")])),
      Parameter("heads", .int(1...8, log: false), when: .init(parameter: "kind", values: [.text("a")])),
    ])
    let limit = try ParameterConstraint("layers * width <= 128", in: space)
    #expect(limit.holds([1, 1, 0, 0], in: space) && !limit.holds([2, 1, 0, 0], in: space))
    let heads = try ParameterConstraint("heads < layers", in: space)
    #expect(!heads.holds([0, 0, 0, 3], in: space) && heads.holds([0, 0, 1, -1], in: space))
    #expect(throws: SearchError.self) { try ParameterConstraint("kind == 1", in: space) }
    #expect(throws: (any Error).self) { try ParameterConstraint("widht <= 3", in: space) }
  }
}
