import Foundation

/// How far trials can be trained, and how many of those that reach one rung go on to the next.
public struct Fidelity: Sendable, Hashable {
  /// What it counts, as `epochs`.
  public let name: String
  /// From the first rung to a full training.
  public let range: ClosedRange<Double>
  /// η: one of so many goes on.
  public let reduction: Int

  /// - Throws: ``SearchError`` for a range that is empty or not above 0, or a reduction below 2.
  public init(_ name: String, _ range: ClosedRange<Double>, reduction: Int = 3) throws(SearchError) {
    guard range.lowerBound > 0, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
      throw SearchError("the fidelity '\(name)' should rise from a number above 0 to a larger one, as [1, 81]")
    }
    guard reduction >= 2 else { throw SearchError("one of \(reduction) cannot go on; 'reduction' should be 2 or more") }
    self.name = name
    self.range = range
    self.reduction = reduction
  }

  public var full: Double { range.upperBound }

  /// s_max: the largest k with ηᵏ ≤ R, for a full training of R of the least ones. Found by multiplying, as floating-point
  /// logarithms fall short at powers of η.
  public var deepest: Int {
    let ratio = range.upperBound / range.lowerBound
    var (power, depth) = (Double(reduction), 0)
    while power <= ratio * (1 + 1e-12) {
      depth += 1
      power *= Double(reduction)
    }
    return depth
  }

  /// R η⁻ᵏ, a whole number where the range's ends are.
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
