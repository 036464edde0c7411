/// A configuration that an algorithm wants to try, and how far to train it.
///
/// ```swift
/// struct Place: Sendable { let rung: Int }
///
/// let proposal = Proposal(space.randomPoint(&random), fidelity: 3, memo: Place(rung: 1))
/// let rung = (proposal.memo as? Place)?.rung
/// ```
public struct Proposal: Sendable {
  /// The configuration, a point of the search space.
  public let point: SearchSpace.Point
  /// The fidelity to train to; nil for a full training.
  public let fidelity: Double?
  /// A value of the algorithm's own, which comes back with the outcome. Nobody else reads it.
  public let memo: (any Sendable)?

  /// A proposal of a point.
  ///
  /// - Parameters:
  ///   - point: a point of the search space.
  ///   - fidelity: within the range of the study's fidelity; nil for a full training.
  ///   - memo: whatever the algorithm needs to know of this proposal when it learns the outcome.
  public init(_ point: SearchSpace.Point, fidelity: Double? = nil, memo: (any Sendable)? = nil) {
    self.point = point
    self.fidelity = fidelity
    self.memo = memo
  }
}
