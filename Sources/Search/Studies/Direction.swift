/// Which way a metric is better.
public enum Direction: String, Sendable, CaseIterable, Codable {
  case minimize, maximize

  /// The loss of a metric's value, to be minimized.
  public func loss(ofValue value: Double) -> Double { self == .maximize ? -value : value }

  /// The metric's value of a loss.
  public func value(ofLoss loss: Double) -> Double { self == .maximize ? -loss : loss }
}
