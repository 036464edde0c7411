/// A store that cannot be opened, read or written.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: Sendable, Hashable {
    /// No study is there.
    case missing
    /// It is damaged, or of another version.
    case badData
    /// Another process writes it.
    case busy
    /// The disk is full, or it may not be written.
    case cannotWrite
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
