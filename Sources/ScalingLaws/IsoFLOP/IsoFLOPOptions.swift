/// The reading of isoFLOP profiles, and the sampling of their uncertainty.
public struct IsoFLOPOptions: Hashable, Sendable {
  public enum Window: Hashable, Sendable {
    /// Every size of the budget.
    case all
    /// The sizes within this factor, in either direction, of the size with the lowest loss.
    case within(factor: Double)
  }

  /// The sizes that a parabola is fitted to.
  public var window: Window
  /// The width of a budget in decades of compute, if runs have no budget labels.
  public var tolerance: Double
  /// Bootstrap resamples, of runs within each budget; 0 for no intervals.
  public var resamples: Int
  public var seed: UInt64
  /// The level of the intervals.
  public var level: Double

  public init(
    window: Window = .all, tolerance: Double = 0.1, resamples: Int = 1000, seed: UInt64 = 0, level: Double = 0.9
  ) {
    self.window = window
    self.tolerance = tolerance
    self.resamples = resamples
    self.seed = seed
    self.level = level
  }

  func check() throws(LawError) {
    if case .within(let factor) = window, !(factor > 1) {
      throw LawError("the window of sizes, \(factor), is not a factor above 1, such as 4")
    }
    guard tolerance > 0, tolerance < 1 else {
      throw LawError("the width of a budget, \(tolerance) decades of compute, is not between 0 and 1; 0.1 is usual")
    }
    try checkBootstrap(resamples: resamples, level: level)
  }
}

func checkBootstrap(resamples: Int, level: Double) throws(LawError) {
  guard (0...1_000_000).contains(resamples) else {
    throw LawError("the number of resamples, \(resamples), is not between 0 and 1000000")
  }
  guard level > 0, level < 1 else {
    throw LawError("the level of the intervals, \(level), is not between 0 and 1; 0.9 is usual")
  }
}
