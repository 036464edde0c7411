/// A study that stopped before its end and can be resumed when its cause is removed.
public struct StudyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error that a caller may want to tell apart.
  public enum Code: Sendable, Hashable {
    /// Too many trials failed one after another.
    case failuresInARow
    /// The proposer gave no answer.
    case noProposal
    /// A trial's directory cannot be written.
    case cannotWrite
  }

  public let code: Code
  /// What went wrong and what to do before the study is resumed.
  public let description: String

  public init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }
}
