/// A store that cannot be opened, read or written.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error that a caller may want to tell apart, for instance to name a remedy.
  public enum Code: Sendable, Hashable {
    /// No launch is in the directory.
    case missing
    /// No study is in the directory.
    case noStudy
    /// A study is in the directory already.
    case studyExists
    /// The study in the directory has another space, objective, algorithm or seed.
    case otherStudy
    /// The file is damaged, or was written by another version.
    case badData
    /// Another process writes the store.
    case busy
    /// The directory cannot be made.
    case noDirectory
    /// The disk is full, or the file may not be written.
    case cannotWrite
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
