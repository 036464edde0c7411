/// A command that cannot be made or started, or a service that does not answer.
public struct LaunchError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
