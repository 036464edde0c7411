/// The direction in which a metric is better.
public enum Direction: String, Sendable, CaseIterable, Codable {
  /// Lower is better.
  case minimize
  /// Higher is better.
  case maximize

  /// The loss of a metric's value, to be minimized.
  public func loss(ofValue value: Double) -> Double { self == .maximize ? -value : value }

  /// The metric's value for a loss.
  public func value(ofLoss loss: Double) -> Double { self == .maximize ? -loss : loss }
}
