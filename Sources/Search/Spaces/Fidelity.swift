import Foundation

/// The fidelity of trials: how far they can be trained, and the share that is promoted from one
/// rung to the next.
public struct Fidelity: Sendable, Hashable {
  /// The unit that it counts, such as `epochs`.
  public let name: String
  /// From the first rung to a full training.
  public let range: ClosedRange<Double>
  /// η: one of η trials is promoted.
  public let reduction: Int

  /// A range of fidelities.
  ///
  /// - Throws: ``SearchError`` for a range that is empty or not above 0, or a reduction below 2.
  public init(_ name: String, _ range: ClosedRange<Double>, reduction: Int = 3) throws(SearchError) {
    guard range.lowerBound > 0, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
      throw SearchError("the fidelity '\(name)' should rise from a number above 0 to a larger one, as [1, 81]")
    }
    guard reduction >= 2 else { throw SearchError("'reduction' is \(reduction); it should be 2 or more") }
    self.name = name
    self.range = range
    self.reduction = reduction
  }

  /// The fidelity of a full training.
  public var full: Double { range.upperBound }

  /// s_max: the largest k with ηᵏ ≤ R, the ratio of a full training to the least one. Computed by
  /// multiplication, as floating-point logarithms are too small at powers of η.
  public var deepest: Int {
    let ratio = range.upperBound / range.lowerBound
    var (power, depth) = (Double(reduction), 0)
    while power <= ratio * (1 + 1e-12) {
      depth += 1
      power *= Double(reduction)
    }
    return depth
  }

  /// The fidelity R η⁻ᵏ, `full` = k rungs below a full training; a whole number where the range's
  /// ends are.
  public func level(below full: Int) -> Double {
    let level = range.upperBound / pow(Double(reduction), Double(full))
    guard range.lowerBound == range.lowerBound.rounded(), range.upperBound == range.upperBound.rounded() else {
      return max(level, range.lowerBound)
    }
    return max(level.rounded(), range.lowerBound)
  }

  /// The rungs of asynchronous halving, from the lowest to a full training.
  public var rungs: [Double] { (0...deepest).reversed().map(level(below:)) }
}
