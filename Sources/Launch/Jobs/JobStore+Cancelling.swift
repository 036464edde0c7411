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

  /// Tells an engine of the jobs that are to end; of those that are being handed in, what came of that has to be known first.
  ///
  /// - Returns: those that were changed.
  public func endCancelled(on engine: any Engine) async throws -> [JobRecord] {
    let jobs = try openJobs().filter { $0.state == .cancelling && $0.place == nil }
    guard !jobs.isEmpty else { return [] }
    try await engine.cancel(jobs.map { EngineJob($0) }, handles: jobs.map { $0.handle ?? "" })
    return try update(jobs.map(\.name)) { job in
      guard job.state == .cancelling else { return nil }
      var job = job
      (job.state, job.ended) = (.cancelled, Date().timeIntervalSince1970)
      return job
    }
  }
}
