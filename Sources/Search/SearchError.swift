/// A search that cannot be made as it was asked for.
public struct SearchError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
