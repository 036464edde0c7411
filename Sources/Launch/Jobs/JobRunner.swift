import Foundation
import RunStore

/// Hands the jobs of a launch to an engine, and follows them to their ends.
///
/// Everything that it knows is in the store and in the jobs' own directories, so it may be killed at any moment and begun anew.
/// Before jobs are submitted, that they are about to be is written down; a runner that finds such asks the engine
/// whether they came through. An engine that does not answer is asked again, ever more rarely.
public actor JobRunner {
  let store: JobStore
  let engine: any Engine
  /// The launch's, an absolute path.
  let directory: String
  private let onChange: @Sendable (JobRecord) -> Void
  private let onTrouble: @Sendable (String?) -> Void
  private var waiters: [String: [CheckedContinuation<JobRecord, any Error>]] = [:]
  private var trouble: String?
  /// The reason why the engine does not end jobs.
  private var refusal: String?
  /// Whether jobs were added since the engine was asked last.
  private var isWoken = false
  private var hasEnded = false

  private static let longestTrouble = Duration.seconds(60)

  /// - Parameters:
  ///   - onChange: called for every change of a job's state.
  ///   - onTrouble: called when the engine stops answering, with its reason, and with nil when it answers again.
  public init(
    _ store: JobStore, engine: any Engine, directory: String,
    onChange: @escaping @Sendable (JobRecord) -> Void = { _ in },
    onTrouble: @escaping @Sendable (String?) -> Void = { _ in }
  ) {
    (self.store, self.engine, self.directory) = (store, engine, directory)
    (self.onChange, self.onTrouble) = (onChange, onTrouble)
  }

  /// Follows jobs until all have ended, or, where it is kept open for more, until the task is cancelled.
  ///
  /// - Throws: ``LaunchError`` where the engine refuses a job; `StoreError`; `CancellationError`.
  public func run(staysOpen: Bool = false) async throws {
    do {
      try await follow(staysOpen: staysOpen)
    } catch {
      hasEnded = true
      for continuation in waiters.values.joined() { continuation.resume(throwing: error) }
      waiters = [:]
      throw error
    }
  }

  /// Adds jobs whose names are new, to be submitted soon.
  public func add(_ jobs: [JobRecord]) throws {
    try store.add(jobs)
    isWoken = true
  }

  /// A job of the store when it has ended.
  ///
  /// - Throws: what ended the runner; `CancellationError`.
  public func end(of name: String) async throws -> JobRecord {
    if let job = try store.jobs([name]).first, job.state.isEnded { return job }
    return try await withCheckedThrowingContinuation { continuation in
      if hasEnded {
        continuation.resume(throwing: CancellationError())
      } else {
        waiters[name, default: []].append(continuation)
      }
    }
  }

  /// Ends a job that has not ended, as soon as the engine answers.
  ///
  /// - Parameter reason: what is kept of why.
  public func cancel(_ name: String, reason: String? = nil) throws {
    _ = tell(try store.cancel([name], reason: reason))
    isWoken = true
  }

  private func follow(staysOpen: Bool) async throws {
    var wait = engine.polling.lowerBound
    while true {
      try Task.checkCancellation()
      do {
        isWoken = false
        let hasChanged = try await step()
        if trouble != nil { onTrouble(nil) }
        trouble = nil
        // Others may end jobs too.
        for job in try store.jobs(waiters.keys) where job.state.isEnded { answer(job) }
        if !staysOpen, try store.openJobs().isEmpty { return }
        wait = hasChanged ? engine.polling.lowerBound : min(wait * 1.5, engine.polling.upperBound)
      } catch let error as LaunchError where error.isUnreachable {
        if trouble != error.description { onTrouble(error.description) }
        trouble = error.description
        wait = min(max(wait, engine.polling.lowerBound) * 2, Self.longestTrouble)
      }
      try await sleep(wait)
    }
  }

  /// Waits for a time, or until there is more to submit and the engine may be asked again.
  private func sleep(_ wait: Duration) async throws {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < wait {
      if isWoken, trouble == nil, ContinuousClock.now - start >= engine.polling.lowerBound { return }
      try await Task.sleep(for: min(.milliseconds(100), wait))
    }
  }

  private func answer(_ job: JobRecord) {
    for continuation in waiters.removeValue(forKey: job.name) ?? [] { continuation.resume(returning: job) }
  }

  /// Looks once at all jobs and submits those that may begin.
  ///
  /// - Returns: whether anything changed.
  private func step() async throws -> Bool {
    let open = try store.openJobs()
    var changed = try await settle(open.filter { $0.place != nil })
    changed = try await endCancelled() || changed
    changed = try await look(try store.openJobs().filter { $0.state == .queued || $0.state == .running }) || changed
    return try await submit(try store.openJobs()) || changed
  }

  /// Tells the engine of jobs that are to end; what it refuses to end must not keep the others.
  private func endCancelled() async throws -> Bool {
    do {
      let hasChanged = tell(try await store.endCancelled(on: engine))
      refusal = nil
      return hasChanged
    } catch let error as LaunchError where !error.isUnreachable {
      if refusal != error.description { onTrouble("jobs that are cancelled go on: \(error)") }
      refusal = error.description
      return false
    }
  }

  func set(_ job: JobRecord, _ change: (inout JobRecord) -> Void) throws -> Bool {
    try self.change([job]) { job, _ in
      var job = job
      change(&job)
      return job
    }
  }

  /// Changes jobs that nobody else has changed since.
  @discardableResult
  func change(_ jobs: [JobRecord], _ change: (JobRecord, Int) -> JobRecord) throws -> Bool {
    let places = Dictionary(jobs.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let changed = try store.update(jobs.map(\.name)) { now in
      guard let index = places[now.name], now.state == jobs[index].state, now.attempt == jobs[index].attempt else {
        return nil
      }
      return change(now, index)
    }
    return tell(changed)
  }

  /// - Returns: whether there are any.
  func tell(_ changed: [JobRecord]) -> Bool {
    for job in changed {
      onChange(job)
      if job.state.isEnded { answer(job) }
    }
    return !changed.isEmpty
  }
}
