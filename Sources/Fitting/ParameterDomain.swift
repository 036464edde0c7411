import Foundation

/// The possible values of a parameter, and the range in which a search for it begins.
public struct ParameterDomain: Hashable, Sendable, Codable {
  public var name: String
  /// The open bounds, if any, finite. A bound is enforced by a smooth change of coordinate, never by clipping.
  public var lower: Double?
  public var upper: Double?
  /// The range from which low-discrepancy starts are drawn.
  public var startRange: ClosedRange<Double>
  /// Whether starts are spread evenly in the logarithm.
  public var startsLogarithmic: Bool
  /// The values of a published start grid; empty if there is none.
  public var grid: [Double]

  /// - Parameters:
  ///   - lower: the open lower bound; none where nil or infinite.
  ///   - upper: the open upper bound; none where nil or infinite.
  public init(
    _ name: String, lower: Double? = nil, upper: Double? = nil, startRange: ClosedRange<Double>,
    startsLogarithmic: Bool = false, grid: [Double] = []
  ) {
    self.name = name
    self.lower = lower.flatMap { $0.isFinite ? $0 : nil }
    self.upper = upper.flatMap { $0.isFinite ? $0 : nil }
    self.startRange = startRange
    self.startsLogarithmic = startsLogarithmic
    self.grid = grid
  }

  /// A parameter > 0, searched in its logarithm.
  public static func positive(_ name: String, _ startRange: ClosedRange<Double>, grid: [Double] = []) -> Self {
    ParameterDomain(name, lower: 0, startRange: startRange, startsLogarithmic: true, grid: grid)
  }

  /// A parameter without bounds.
  public static func real(_ name: String, _ startRange: ClosedRange<Double>, grid: [Double] = []) -> Self {
    ParameterDomain(name, startRange: startRange, grid: grid)
  }

  /// The same domain under another name.
  public func renamed(_ name: String) -> Self {
    var domain = self
    domain.name = name
    return domain
  }

  /// Whether a value lies strictly inside the bounds.
  public func contains(_ value: Double) -> Bool {
    value.isFinite && value > lower ?? -.infinity && value < upper ?? .infinity
  }

  /// The start at a fraction 0...1 of the start range.
  func start(at fraction: Double) -> Double {
    let (low, high) = (startRange.lowerBound, startRange.upperBound)
    guard startsLogarithmic, low > 0 else { return low + (high - low) * fraction }
    return exp(log(low) + (log(high) - log(low)) * fraction)
  }

  /// The unbounded coordinate in which the minimizer moves.
  func free(_ value: Double) -> Double {
    switch (lower, upper) {
    case (nil, nil): value
    case (let low?, nil): log(Swift.max(value - low, .leastNormalMagnitude))
    case (nil, let high?): -log(Swift.max(high - value, .leastNormalMagnitude))
    case (let low?, let high?):
      log(Swift.max(value - low, .leastNormalMagnitude)) - log(Swift.max(high - value, .leastNormalMagnitude))
    }
  }

  /// The value at a free coordinate, with its first and second derivatives by it.
  func natural(_ u: Double) -> (value: Double, first: Double, second: Double) {
    switch (lower, upper) {
    case (nil, nil): return (u, 1, 0)
    case (let low?, nil):
      let e = exp(u)
      return (low + e, e, e)
    case (nil, let high?):
      let e = exp(-u)
      return (high - e, e, -e)
    case (let low?, let high?):
      let s = 1 / (1 + exp(-u))
      let width = high - low
      return (low + width * s, width * s * (1 - s), width * s * (1 - s) * (1 - 2 * s))
    }
  }

  /// The longest step of the free coordinate in one iteration: a factor of e³ if it is a logarithm.
  var longestStep: Double { lower == nil && upper == nil ? .infinity : 3 }
}
