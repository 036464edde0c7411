/// A metric and which way it is better.
public struct Goal: Sendable, Hashable, Encodable {
  public let metric: String
  public let direction: Direction

  public init(_ metric: String, _ direction: Direction) {
    self.metric = metric
    self.direction = direction
  }
}
