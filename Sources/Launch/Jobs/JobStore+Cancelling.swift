import Foundation
import RunStore

extension JobStore {
  /// Notes that jobs which have not ended are to end; what an engine has, or may have, goes on until that is told.
  ///
  /// - Parameter reason: what is kept of why.
  /// - Returns: those that were changed.
  public func cancel(_ names: [String], reason: String? = nil) throws(StoreError) -> [JobRecord] {
    try update(names) { job in
      guard !job.state.isEnded, job.state != .cancelling else { return nil }
      var job = job
      (job.state, job.reason) = (job.state.isActive ? .cancelling : .cancelled, reason)
      if job.state == .cancelled { job.ended = Date().timeIntervalSince1970 }
      return job
    }
  }

  /// Tells an engine of the jobs that are to end; of those that are being submitted, what came of that has to be known first.
  ///
  /// - Returns: those that were changed.
  public func endCancelled(on engine: any Engine) async throws -> [JobRecord] {
    let jobs = try openJobs().filter { $0.state == .cancelling && $0.place == nil }
    guard !jobs.isEmpty else { return [] }
    try await takeBack(after: Set(jobs.map(\.name)), from: engine)
    try await engine.cancel(jobs.map { EngineJob($0) }, handles: jobs.map { $0.handle ?? "" })
    let told = Set(jobs)
    return try update(jobs.map(\.name)) { job in
      // Someone may have ended it and begun it again meanwhile.
      guard told.contains(job) else { return nil }
      var job = job
      (job.state, job.ended) = (.cancelled, Date().timeIntervalSince1970)
      return job
    }
  }

  /// Takes jobs back from an engine's queue that come after some others, to wait until those have succeeded.
  ///
  /// The last go first: Slurm takes a job of an array that is cancelled in the queue for one that has succeeded.
  func takeBack(after names: Set<String>, from engine: any Engine) async throws {
    guard engine.ordersJobs else { return }
    var earlier = names
    var late: [JobRecord] = []
    // What comes after others stands behind them.
    for job in try openJobs() where job.state == .queued && !earlier.isDisjoint(with: job.after) {
      earlier.insert(job.name)
      late.append(job)
    }
    for job in late.reversed() { try await takeBack(job, from: engine) }
  }

  /// Takes a job back that has not begun.
  ///
  /// The withdrawal is written down first: should this process end, the engine's word that the job is cancelled is
  /// known to be of here (``isTakenBack(_:)``).
  @discardableResult
  func takeBack(_ job: JobRecord, from engine: any Engine) async throws -> [JobRecord] {
    let marked = try update([job.name]) { now in
      guard now.state == .queued, now.attempt == job.attempt, now.handle == job.handle else { return nil }
      var now = now
      now.reason = Self.takenBack
      return now
    }
    guard let handle = job.handle, !marked.isEmpty || job.reason == Self.takenBack else { return [] }
    try await engine.cancel([EngineJob(job)], handles: [handle])
    return try letWait(job)
  }

  /// Lets a job wait again that the engine no longer has.
  func letWait(_ job: JobRecord) throws -> [JobRecord] {
    try update([job.name]) { now in
      guard now.state == .queued, now.attempt == job.attempt, now.handle == job.handle else { return nil }
      var now = now
      (now.state, now.batch, now.handle, now.reason) = (.waiting, nil, nil, nil)
      return now
    }
  }

  static func isTakenBack(_ job: JobRecord) -> Bool { job.reason == takenBack }

  private static let takenBack = "taken back from the queue"
}
