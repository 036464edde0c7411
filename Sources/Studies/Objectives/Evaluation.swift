import RunStore
import Search

/// One run of a trial, for whoever makes it.
public struct TrialJob: Sendable {
  public let number: Int
  /// The parameters that are there, in the order of the space.
  public let values: [(name: String, value: ParameterValue)]
  /// How far to train; nil without fidelities.
  public let fidelity: Double?
  /// How far it was trained before; nil for a new trial.
  public let from: Double?
  /// Counted from 0 where failures are tried again.
  public let attempt: Int
  /// Of everything random in the trial; the same whenever it is run.
  public let seed: UInt64
  /// Counted from 0 where a trial is run several times.
  public var repetition = 0

  /// The next attempt at it.
  var again: TrialJob {
    TrialJob(number: number, values: values, fidelity: fidelity, from: from, attempt: attempt + 1, seed: seed)
  }

  /// The folder that its state is kept in, of its own directory.
  var checkpoint: String { repetition == 0 ? "checkpoint" : "checkpoint-\(repetition)" }
}

/// How a run of a trial ended.
public struct TrialResult: Sendable {
  public enum End: Sendable, Hashable {
    /// With the value of every metric that is sought, at the fidelity that was asked for.
    case finished(values: [Double])
    /// Where a report was answered by false.
    case stopped
    case failed(String)
  }

  public let end: End
  public let record: TrialRecord

  public init(_ end: End, _ record: TrialRecord) {
    self.end = end
    self.record = record
  }
}

/// Runs a trial. `report` is told a fidelity on the way and the metric's value there, and answers whether to go on.
///
/// - Throws: `CancellationError` where the search was interrupted, and the trial is to be run again; any other error ends the
///   search.
public typealias Evaluation =
  @Sendable (
    _ job: TrialJob, _ report: @escaping @Sendable (_ fidelity: Double, _ value: Double) async throws -> Bool
  ) async throws -> TrialResult
