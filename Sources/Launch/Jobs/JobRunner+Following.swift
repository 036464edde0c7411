import Foundation
import RunStore

extension JobRunner {
  /// Looks at jobs that were submitted, first at what they wrote of their ends, then at what the engine says.
  ///
  /// - Returns: whether anything changed.
  func look(_ jobs: [JobRecord]) async throws -> Bool {
    var hasChanged = false
    var left: [JobRecord] = []
    for job in jobs {
      if let end = JobEnd(attemptDirectory: EngineJob(job).attemptDirectory) {
        try finish(job, end)
        hasChanged = true
      } else {
        left.append(job)
      }
    }
    guard !left.isEmpty else { return hasChanged }
    let attempts = left.map { EngineJob($0) }
    let states = try await engine.look(at: attempts, handles: left.map { $0.handle ?? "" })
    for (job, state) in zip(left, states) {
      hasChanged = try await follow(job, state) || hasChanged
    }
    return hasChanged
  }

  private func follow(_ job: JobRecord, _ state: EngineState) async throws -> Bool {
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
    case .stranded:
      // What it comes after may succeed in another attempt.
      try await store.takeBack(after: [job.name], from: engine)
      return tell(try await store.takeBack(job, from: engine))
    case .cancelled where JobStore.isTakenBack(job): return tell(try store.letWait(job))
    case .cancelled:
      return try set(job) { ($0.state, $0.reason, $0.ended) = (.cancelled, nil, Date().timeIntervalSince1970) }
    case .gone(let reason):
      // It may have written of its end since its files were looked at.
      if let end = JobEnd(attemptDirectory: EngineJob(job).attemptDirectory) {
        try finish(job, end)
      } else {
        let limit = JobEnd.cameToLimit(EngineJob(job)) ? JobEnd.timeLimit : nil
        try fail(job, limit ?? reason ?? "it ended, and did not write down how; is the disk full?")
      }
      return true
    }
  }

  private func finish(_ job: JobRecord, _ end: JobEnd) throws {
    if let failure = end.failure(EngineJob(job).attemptDirectory) {
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
}
