/// A job of a launch as its store keeps it.
public struct JobRecord: Sendable, Hashable {
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// Not submitted yet.
    case waiting
    /// Being submitted: whether the engine took it is not known until it is asked.
    case submitting
    /// In the engine's queue.
    case queued
    case running
    /// To be cancelled; the engine has it, or may have it, and was not told yet.
    case cancelling
    case succeeded, failed, cancelled

    public var isEnded: Bool { self == .succeeded || self == .failed || self == .cancelled }
    /// Whether the engine has it, or may have it.
    public var isActive: Bool { !isEnded && self != .waiting }
  }

  /// Unique in the launch.
  public let name: String
  /// The job's document, for later readers of the store.
  public var description: String
  /// Its own directory, an absolute path.
  public var directory: String
  /// The resources that it needs, as text.
  public var resources: String
  /// Names of jobs that must have succeeded before.
  public var after: [String]
  /// The number of restarts after a failure.
  public var retries: Int
  public var state: State
  /// The attempt's number, from 1.
  public var attempt: Int
  /// The batch that it was submitted in, by which the engine finds it.
  public var batch: String?
  /// The engine's name for it.
  public var handle: String?
  /// The reason for its failure or wait.
  public var reason: String?
  /// Seconds since 1970.
  public var began: Double?
  public var ended: Double?

  public init(
    name: String, description: String, directory: String, resources: String = "", after: [String] = [],
    retries: Int = 0
  ) {
    (self.name, self.description, self.directory) = (name, description, directory)
    (self.resources, self.after, self.retries) = (resources, after, retries)
    (state, attempt) = (.waiting, 1)
  }
}
