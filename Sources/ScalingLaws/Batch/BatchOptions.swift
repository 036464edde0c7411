import Foundation

/// The computation of critical batch sizes, and the sampling of their uncertainty.
public struct BatchOptions: Hashable, Sendable {
  /// The relative excess of steps over ideal scaling in the overhead definition.
  public var overhead = 0.2
  /// The batch from which that ideal scaling begins, in the unit of the batch sizes; Zhang's 256 sequences of 512
  /// tokens if nil.
  public var baseBatch: Double?
  /// Columns whose values together name a group; found by name if empty.
  public var groups: [String] = []
  /// The column that the critical batch is a power law of; found by name if nil.
  public var over: String?
  /// Tokens in a sequence, if no column has them.
  public var sequenceLength: Double?
  /// The batch sizes of gradient norms, if no columns have them.
  public var smallBatch: Double?
  public var largeBatch: Double?
  public var resamples = 1000
  public var level = 0.9
  public var seed: UInt64 = 0
  public var threads: Int

  public init(threads: Int = ProcessInfo.processInfo.activeProcessorCount) { self.threads = threads }
}
