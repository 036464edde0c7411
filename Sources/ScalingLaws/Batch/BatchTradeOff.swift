import Foundation

/// The cost of a batch size, in steps and in examples, to reach one loss: `S = S_min (1 + B_crit/B)` and with it
/// `E = B S = E_min (1 + B/B_crit)`, so that `(S/S_min − 1)(E/E_min − 1) = 1` (McCandlish et al. 2018, arXiv
/// 1812.06162).
///
/// Batch sizes are in examples of one unit throughout: sequences or tokens.
public struct BatchTradeOff: Hashable, Sendable {
  /// `E_min/S_min`: the batch at which steps and examples are both twice their minimum.
  public let criticalBatch: Double
  /// The steps of an unbounded batch; nil if only the critical batch is known.
  public let minSteps: Double?

  public init(criticalBatch: Double, minSteps: Double? = nil) {
    self.criticalBatch = criticalBatch
    self.minSteps = minSteps
  }

  /// The examples of the smallest batch, the fewest that reach the loss.
  public var minExamples: Double? { minSteps.map { $0 * criticalBatch } }

  /// Steps over the fewest steps, proportional to time if a step takes as long at any batch size.
  public func relativeTime(batch: Double) -> Double { 1 + criticalBatch / batch }

  /// Examples over the fewest examples, proportional to compute.
  public func relativeCompute(batch: Double) -> Double { 1 + batch / criticalBatch }

  public func steps(batch: Double) -> Double? { minSteps.map { $0 * relativeTime(batch: batch) } }

  public func examples(batch: Double) -> Double? { minExamples.map { $0 * relativeCompute(batch: batch) } }

  /// The batch at which steps are `1 + overhead` times those of ideal scaling, `S(base) base/B`, from a base batch.
  ///
  /// Zhang et al. 2024 (arXiv 2410.21676) take an overhead of 0.2 and a base of 256 sequences.
  public func criticalBatch(overhead: Double, base: Double) -> Double {
    (1 + overhead) * base + overhead * criticalBatch
  }

  /// A batch size and its cost.
  public struct Point: Codable, Hashable, Sendable {
    public var batch: Double
    public var steps: Double?
    public var examples: Double?
    public var relativeTime: Double
    public var relativeCompute: Double
    /// Whether the batch lies within the range of those that were run.
    public var tested: Bool
  }

  /// The cost of batch sizes evenly spaced in the logarithm: over those tested, and within a factor of 8 of the
  /// critical one.
  ///
  /// - Parameter tested: the smallest and largest batch that was run; nil if none was.
  public func frontier(tested: ClosedRange<Double>? = nil, count: Int = 12) -> [Point] {
    let low = max(1, min(criticalBatch / 8, tested?.lowerBound ?? .infinity))
    let high = max(criticalBatch * 8, tested?.upperBound ?? 0, low)
    var batches: [Double] = []
    for step in 0..<count {
      let batch = (low * pow(high / low, Double(step) / Double(max(1, count - 1)))).rounded()
      if batch != batches.last { batches.append(batch) }
    }
    return batches.map { batch in
      Point(
        batch: batch, steps: steps(batch: batch), examples: examples(batch: batch),
        relativeTime: relativeTime(batch: batch), relativeCompute: relativeCompute(batch: batch),
        tested: tested?.contains(batch) ?? false)
    }
  }
}
