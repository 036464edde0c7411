/// An error of a session itself; errors of what it calls, as of a file or a store, are thrown as they are.
public struct WorkflowError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error that a caller may want to tell apart, for instance to name a remedy.
  public enum Code: Sendable, Hashable {
    /// Settings that do not go together or are out of range.
    case settings
    /// A run of a closed loop failed, was cancelled or measured no loss; its launch is in a directory.
    case noLoss(job: String, directory: String)
    /// A fitted law says nothing where it is needed.
    case noPrediction
  }

  public let code: Code
  /// The failure in a sentence, which names no command.
  public let description: String

  public init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }
}
