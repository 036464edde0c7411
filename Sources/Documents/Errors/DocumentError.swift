/// An error of a file or a document: where, what is wrong, and what to do about it.
public struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error that a caller may want to tell apart.
  public enum Code: Sendable, Hashable, CaseIterable {
    /// The file is missing or cannot be read.
    case missing
    /// The file is not what it should be.
    case invalid
    /// The file cannot be written; what was there before is untouched.
    case cannotWrite
  }

  public let code: Code
  /// The message: the place (`job.yaml:3:5`), what was found there, and what was expected.
  public let description: String

  public init(_ description: String, code: Code = .invalid) {
    self.description = description
    self.code = code
  }
}
