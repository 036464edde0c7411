import Launch
import RunStore

/// An event of a ``LaunchSession``.
public enum LaunchEvent: Sendable {
  /// A job's state changed, and the change is in the store.
  case jobChanged(JobRecord)
  /// The engine stopped answering, with its reason; nil when it answers again.
  case engineTrouble(String?)
  /// The losses of a job left what was expected of them; once until they are back.
  case deviation(Deviation, of: JobRecord, isStopped: Bool)
  /// All jobs have ended. No event comes after this one.
  case finished(LaunchOutcome)
}

/// The result of a launch.
public struct LaunchOutcome: Sendable {
  /// The launch's store, with everything that was measured.
  public let store: JobStore
  /// All jobs in the order in which they were added, those of earlier launches into the directory too.
  public let jobs: [JobRecord]

  /// The jobs that failed or were cancelled.
  public var failed: [JobRecord] { jobs.filter { $0.state != .succeeded } }

  /// The measurements of each job.
  ///
  /// - Throws: `StoreError`; `DocumentError` for a job whose description cannot be read.
  public func runs() throws -> [CollectedRun] { try jobs.map { try CollectedRun($0, in: store) } }
}
