import Documents
import Fitting
import Foundation
import Tables

/// The squared norms of one step's gradient, averaged over a small and over a large batch.
public struct GradientNorms: Hashable, Sendable {
  public var smallBatch: Double
  public var largeBatch: Double
  public var smallSquaredNorm: Double
  public var largeSquaredNorm: Double

  public init(smallBatch: Double, largeBatch: Double, smallSquaredNorm: Double, largeSquaredNorm: Double) {
    self.smallBatch = smallBatch
    self.largeBatch = largeBatch
    self.smallSquaredNorm = smallSquaredNorm
    self.largeSquaredNorm = largeSquaredNorm
  }

  /// The reason why these norms are unusable; nil if they are usable.
  public var fault: String? {
    for batch in [smallBatch, largeBatch] where !(batch.isFinite && batch > 0) {
      return "a batch size of \(batch) is invalid: it must be a number above zero"
    }
    for norm in [smallSquaredNorm, largeSquaredNorm] where !(norm.isFinite && norm >= 0) {
      return "\(norm) is not a squared norm: it must be a number of 0 or more"
    }
    if smallBatch == largeBatch {
      return
        "both batch sizes are \(NumberText.rounded(smallBatch)): noise shows only in the decrease of the norm from a "
        + "small batch to a large one"
    }
    if smallBatch > largeBatch {
      return
        "the small batch, \(NumberText.rounded(smallBatch)), is above the large one, "
        + "\(NumberText.rounded(largeBatch)): swap the columns"
    }
    return nil
  }

  /// Unbiased for `|G|²`, the squared norm of the true gradient.
  var squaredGradient: Double {
    (largeBatch * largeSquaredNorm - smallBatch * smallSquaredNorm) / (largeBatch - smallBatch)
  }

  /// Unbiased for `tr Σ`, the variance of one example's gradient, summed over its components.
  var noise: Double { (smallSquaredNorm - largeSquaredNorm) / (1 / smallBatch - 1 / largeBatch) }
}

/// The simple noise scale `B_simple = tr Σ/|G|²` from gradient norms at two batch sizes (McCandlish et al. 2018, arXiv
/// 1812.06162, appendix A.1): both parts are averaged over steps before they are divided, because their ratio is biased
/// at any one step.
public struct GradientNoiseScale: Sendable {
  public let parts: Parts
  /// One draw for each resample of whole blocks of steps.
  public let draws: [Parts]
  /// The length of those blocks, in steps; 1 if steps are not correlated.
  public let blockLength: Int
  public let steps: Int

  public struct Parts: Hashable, Sendable {
    /// `|G|²`
    public var squaredGradient: Double
    /// `tr Σ`
    public var noise: Double

    /// B_simple, in examples; infinite if noise hides the gradient.
    public var scale: Double { squaredGradient > 0 ? noise / squaredGradient : .infinity }
  }

  /// - Parameter steps: in the order of training, for the correlation between neighbors.
  /// - Throws: ``LawError`` for fewer than two steps, invalid norms, or if an average is negative.
  public init(_ steps: [GradientNorms], resamples: Int = 1000, seed: UInt64 = 0) throws(LawError) {
    guard steps.count > 1 else {
      throw LawError("a single step cannot average out the noise of gradient norms; log many")
    }
    for (index, norms) in steps.enumerated() {
      if let fault = norms.fault { throw LawError("step \(index + 1): \(fault)") }
    }
    let gradients = steps.map(\.squaredGradient)
    let noises = steps.map(\.noise)
    let count = Double(steps.count)
    parts = Parts(squaredGradient: gradients.reduce(0, +) / count, noise: noises.reduce(0, +) / count)
    self.steps = steps.count
    try Self.check(parts)
    let scale = parts.scale
    // The first-order effect of chance on the ratio: the series whose correlation matters.
    let influence = zip(noises, gradients).map { $0 - scale * $1 }
    // More than thousands of blocks add nothing.
    blockLength = max(circularBlockLength(of: influence), (steps.count + 4095) / 4096)
    draws = Self.resampled(gradients, noises, block: blockLength, resamples: resamples, seed: seed)
  }

  private static func check(_ parts: Parts) throws(LawError) {
    guard parts.noise > 0 else {
      throw LawError(
        "the noise tr Σ is \(NumberText.rounded(parts.noise)), not above zero: squared norms do not fall from the "
          + "small batch to the large one; the columns may be swapped, or the gradients may be sums over the batch "
          + "instead of means"
      )
    }
    guard parts.squaredGradient > 0 else {
      throw LawError(
        "|G|² is \(NumberText.rounded(parts.squaredGradient)), not above zero: even at the large batch the norm is all "
          + "noise, so the noise scale lies far above that batch; log more steps, or norms at a larger batch")
    }
  }

  /// Means over whole blocks of neighboring steps, drawn with replacement from the steps taken as a circle (Politis and
  /// Romano 1992).
  private static func resampled(
    _ gradients: [Double], _ noises: [Double], block: Int, resamples: Int, seed: UInt64
  ) -> [Parts] {
    let sums = [gradients, noises].map { BlockSums($0, block: block) }
    let blocks = (gradients.count + block - 1) / block
    let resampler = Resampler(seed: seed)
    let count = Double(blocks * block)
    return (0..<resamples).map { _ in
      let starts = resampler.cases(0..<gradients.count, count: blocks)
      let means = sums.map { part in starts.reduce(0) { $0 + part.sum(from: $1) } / count }
      return Parts(squaredGradient: means[0], noise: means[1])
    }
  }
}

/// Sums over blocks of a circle of values.
private struct BlockSums {
  private let block: Int
  /// The sums of the values before each index, around the circle as far as a block reaches.
  private let before: [Double]

  init(_ values: [Double], block: Int) {
    self.block = block
    var before = [0.0]
    var total = 0.0
    for index in 0..<(values.count + block) {
      total += values[index % values.count]
      before.append(total)
    }
    self.before = before
  }

  func sum(from start: Int) -> Double { before[start + block] - before[start] }
}
