import Foundation

/// How critical batch sizes are worked out, and how their uncertainty is drawn.
public struct BatchOptions: Hashable, Sendable {
  /// How many more steps than ideal scaling the overhead definition allows.
  public var overhead = 0.2
  /// Where that ideal scaling begins, in the unit of the batch sizes; Zhang's 256 sequences of 512 tokens where nil.
  public var baseBatch: Double?
  /// Columns whose values together name a group; found by name where empty.
  public var groups: [String] = []
  /// The column that the critical batch is a power law of; found by name where nil.
  public var over: String?
  /// Tokens in a sequence, where no column says so.
  public var sequenceLength: Double?
  /// The batch sizes of gradient norms, where no columns say so.
  public var smallBatch: Double?
  public var largeBatch: Double?
  public var resamples = 1000
  public var level = 0.9
  public var seed: UInt64 = 0
  public var threads: Int

  public init(threads: Int = ProcessInfo.processInfo.activeProcessorCount) { self.threads = threads }
}
