/// A search that cannot be run as requested.
public struct SearchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The message: what is wrong, and how to fix it.
  public let description: String

  /// An error with its message.
  public init(_ description: String) { self.description = description }
}
