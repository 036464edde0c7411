import Foundation
import RunStore

/// Hands the jobs of a launch to an engine, and follows them to their ends.
///
/// Everything that it knows is in the store and in the jobs' own directories, so it may be killed at any moment and begun anew.
/// Before jobs are handed in, that they are about to be is written down; a runner that finds such asks the engine
/// whether they came through. An engine that does not answer is asked again, ever more rarely.
public actor JobRunner {
  private let store: JobStore
  private let engine: any Engine
  /// The launch's, an absolute path.
  private let directory: String
  private let onChange: @Sendable (JobRecord) -> Void
  private let onTrouble: @Sendable (String?) -> Void
  private var waiters: [String: [CheckedContinuation<JobRecord, any Error>]] = [:]
  private var trouble: String?

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
  /// - Throws: ``LaunchError`` where the engine refuses a job; ``StoreError``; `CancellationError`.
  public func run(staysOpen: Bool = false) async throws {
    do {
      try await follow(staysOpen: staysOpen)
    } catch {
      for continuation in waiters.values.joined() { continuation.resume(throwing: error) }
      waiters = [:]
      throw error
    }
  }

  /// A job of the store when it has ended.
  public func end(of name: String) async throws -> JobRecord {
    if let job = try store.jobs([name]).first, job.state.isEnded { return job }
    return try await withCheckedThrowingContinuation { waiters[name, default: []].append($0) }
  }

  private func follow(staysOpen: Bool) async throws {
    var wait = engine.polling.lowerBound
    while true {
      try Task.checkCancellation()
      do {
        let hasChanged = try await step()
        if trouble != nil { onTrouble(nil) }
        trouble = nil
        let jobs = try store.jobs()
        answer(jobs)
        if !staysOpen, jobs.allSatisfy(\.state.isEnded) { return }
        wait = hasChanged ? engine.polling.lowerBound : min(wait * 1.5, engine.polling.upperBound)
      } catch let error as LaunchError where error.isUnreachable {
        if trouble != error.description { onTrouble(error.description) }
        trouble = error.description
        wait = min(max(wait, engine.polling.lowerBound) * 2, Self.longestTrouble)
      }
      try await Task.sleep(for: wait)
    }
  }

  private func answer(_ jobs: [JobRecord]) {
    for job in jobs where job.state.isEnded {
      for continuation in waiters.removeValue(forKey: job.name) ?? [] { continuation.resume(returning: job) }
    }
  }

  /// Looks once at all jobs and hands in those that may begin.
  ///
  /// - Returns: whether anything changed.
  private func step() async throws -> Bool {
    var changed = try await settle(try store.jobs().filter { $0.place != nil })
    changed = try await look(try store.jobs().filter { $0.state == .queued || $0.state == .running }) || changed
    changed = try await submit(try store.jobs()) || changed
    return changed
  }

  // MARK: - Handing in

  /// Finds out what came of jobs that were being handed in when a runner ended or an engine fell silent.
  private func settle(_ jobs: [JobRecord]) async throws -> Bool {
    for (batch, members) in Dictionary(grouping: jobs, by: { $0.batch ?? "" }).sorted(by: { $0.key < $1.key }) {
      let attempts = members.map(engineJob)
      let handles = try await engine.find(
        batch: batch, of: attempts, places: members.map { $0.place ?? 0 }, in: directory)
      let cancelled = members.indices.filter { members[$0].state == .cancelled }
      if let handles, !cancelled.isEmpty {
        try await engine.cancel(cancelled.map { attempts[$0] }, handles: cancelled.map { handles[$0] })
      }
      try change(members) { job, index in
        var job = job
        if job.state == .submitting { job.state = handles == nil ? .waiting : .queued }
        job.handle = handles?[index]
        if handles == nil { job.batch = nil }
        return job
      }
    }
    return !jobs.isEmpty
  }

  private func submit(_ jobs: [JobRecord]) async throws -> Bool {
    let states = Dictionary(jobs.map { ($0.name, $0.state) }) { first, _ in first }
    let waiting = jobs.filter { $0.state == .waiting }
    let blocked = waiting.filter { $0.after.contains { [.failed, .cancelled].contains(states[$0]) } }
    try change(blocked) { job, _ in
      var job = job
      job.state = .failed
      job.reason =
        "it comes after \(job.after.filter { states[$0] != .succeeded }.joined(separator: ", ")), which failed"
      return job
    }
    let active = jobs.count(where: \.state.isActive)
    let room = engine.outstanding.map { max(0, $0 - active) } ?? waiting.count
    let ready = waiting.filter { job in job.after.allSatisfy { states[$0] == .succeeded } }.prefix(room)
    var hasChanged = !blocked.isEmpty
    for group in groups(Array(ready)) {
      for members in group.chunks(of: engine.largestBatch) {
        try await handIn(Array(members))
        hasChanged = true
      }
    }
    return hasChanged
  }

  private func handIn(_ jobs: [JobRecord]) async throws {
    let batch = "wt-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    var place = 0
    let members = try store.update(jobs.map(\.name)) { job in
      guard job.state == .waiting else { return nil }
      var job = job
      (job.state, job.batch, job.reason) = (.submitting, batch, nil)
      job.place = place
      place += 1
      return job
    }
    guard !members.isEmpty else { return }
    let attempts = members.map(engineJob)
    let handles: [String]
    do {
      handles = try await engine.submit(attempts, batch: batch, in: directory)
    } catch {
      if !error.isUnreachable {
        // Refused: nothing was handed in.
        try change(members) { job, _ in
          var job = job
          (job.state, job.batch, job.handle) = (.waiting, nil, nil)
          return job
        }
      }
      throw error
    }
    try change(members) { job, index in
      var job = job
      (job.state, job.handle) = (.queued, handles[index])
      return job
    }
    // Someone may have cancelled jobs meanwhile, when there was nothing yet to cancel.
    let cancelled = Set(try store.jobs(members.map(\.name)).filter { $0.state == .cancelled }.map(\.name))
    let places = members.indices.filter { cancelled.contains(members[$0].name) }
    if !places.isEmpty {
      try await engine.cancel(places.map { attempts[$0] }, handles: places.map { handles[$0] })
    }
  }

  private func groups(_ jobs: [JobRecord]) -> [[JobRecord]] {
    var order: [JobSpec.Resources] = []
    var groups: [JobSpec.Resources: [JobRecord]] = [:]
    for job in jobs {
      let needs = JobSpec.Resources(job.resources)
      if groups[needs] == nil { order.append(needs) }
      groups[needs, default: []].append(job)
    }
    return order.map { groups[$0] ?? [] }
  }

  // MARK: - Following

  private func look(_ jobs: [JobRecord]) async throws -> Bool {
    var hasChanged = false
    var left: [JobRecord] = []
    for job in jobs {
      if let end = JobEnd(attemptDirectory: engineJob(job).attemptDirectory) {
        try finish(job, end)
        hasChanged = true
      } else {
        left.append(job)
      }
    }
    guard !left.isEmpty else { return hasChanged }
    let attempts = left.map(engineJob)
    let states = try await engine.look(at: attempts, handles: left.map { $0.handle ?? "" })
    for (job, state) in zip(left, states) {
      hasChanged = try follow(job, state) || hasChanged
    }
    return hasChanged
  }

  private func follow(_ job: JobRecord, _ state: EngineState) throws -> Bool {
    switch state {
    case .queued(let reason):
      return try set(job) {
        $0.state = .queued
        $0.reason = reason
      }
    case .running:
      return try set(job) { job in
        if job.state != .running { job.began = job.began ?? Date().timeIntervalSince1970 }
        (job.state, job.reason) = (.running, nil)
      }
    case .cancelled:
      return try set(job) { ($0.state, $0.reason, $0.ended) = (.cancelled, nil, Date().timeIntervalSince1970) }
    case .gone(let reason):
      // It may have written of its end since its files were looked at.
      if let end = JobEnd(attemptDirectory: engineJob(job).attemptDirectory) {
        try finish(job, end)
      } else {
        try fail(job, reason ?? "it ended, and did not write down how; is the disk full?")
      }
      return true
    }
  }

  private func finish(_ job: JobRecord, _ end: JobEnd) throws {
    if let failure = end.failure(engineJob(job).attemptDirectory) {
      return try fail(job, failure, end)
    }
    _ = try set(job) { job in
      (job.state, job.reason) = (.succeeded, nil)
      (job.began, job.ended) = (end.began ?? job.began, end.ended)
    }
  }

  private func fail(_ job: JobRecord, _ reason: String, _ end: JobEnd? = nil) throws {
    _ = try set(job) { job in
      job.reason = reason
      (job.began, job.ended) = (end?.began ?? job.began, end?.ended ?? Date().timeIntervalSince1970)
      if job.attempt <= job.retries {
        (job.state, job.batch, job.handle) = (.waiting, nil, nil)
        job.attempt += 1
      } else {
        job.state = .failed
      }
    }
  }

  private func engineJob(_ job: JobRecord) -> EngineJob {
    EngineJob(
      name: job.name, attempt: job.attempt, directory: job.directory,
      resources: JobSpec.Resources(job.resources))
  }

  private func set(_ job: JobRecord, _ change: (inout JobRecord) -> Void) throws -> Bool {
    try self.change([job]) { job, _ in
      var job = job
      change(&job)
      return job
    }
  }

  /// Changes jobs that nobody else has changed since.
  @discardableResult
  private func change(_ jobs: [JobRecord], _ change: (JobRecord, Int) -> JobRecord) throws -> Bool {
    let places = Dictionary(jobs.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let changed = try store.update(jobs.map(\.name)) { now in
      guard let index = places[now.name], now.state == jobs[index].state, now.attempt == jobs[index].attempt else {
        return nil
      }
      return change(now, index)
    }
    for job in changed { onChange(job) }
    return !changed.isEmpty
  }
}

extension JobRecord {
  /// Where a job stands in a batch that is being handed in, kept in place of the handle that it has not yet.
  fileprivate var place: Int? {
    get { handle.flatMap { $0.hasPrefix("#") ? Int($0.dropFirst()) : nil } }
    set { handle = newValue.map { "#\($0)" } }
  }
}
