/// A command that cannot be made or started, or a service that does not answer.
public struct LaunchError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
  /// Whether the service did not answer, and may later.
  public let isUnreachable: Bool

  public init(_ description: String, isUnreachable: Bool = false) {
    self.description = description
    self.isUnreachable = isUnreachable
  }
}
