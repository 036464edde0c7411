import RunStore
import Search

/// One run of a trial, as an evaluation gets it.
public struct TrialJob: Sendable {
  public let number: Int
  /// The parameters that are present, in the order of the space.
  public let values: [(name: String, value: ParameterValue)]
  /// The fidelity to train to; nil without one.
  public let fidelity: Double?
  /// The fidelity that it reached before; nil for a new trial.
  public let from: Double?
  /// The number of the attempt, from 0.
  public let attempt: Int
  /// The seed of everything random in the trial; the same whenever it is run.
  public let seed: UInt64
  /// The number of the repetition, from 0, where a trial is run several times.
  public var repetition = 0

  /// The next attempt at it.
  var again: TrialJob {
    TrialJob(number: number, values: values, fidelity: fidelity, from: from, attempt: attempt + 1, seed: seed)
  }

  /// The name of the folder with its state, in the trial's directory.
  var checkpoint: String { repetition == 0 ? "checkpoint" : "checkpoint-\(repetition)" }
}

/// The result of a run of a trial.
public struct TrialResult: Sendable {
  public enum End: Sendable, Hashable {
    /// It finished with a value of every goal, at the fidelity that was asked for.
    case finished(values: [Double])
    /// It was stopped, as a report was answered by false.
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

/// A function that runs a trial. It calls `report` with a fidelity that was reached and the
/// metric's value there, and goes on where the answer is true.
///
/// - Throws: `CancellationError` where the search was interrupted, and the trial is to be run
///   again; any other error ends the search.
public typealias Evaluation =
  @Sendable (
    _ job: TrialJob, _ report: @escaping @Sendable (_ fidelity: Double, _ value: Double) async throws -> Bool
  ) async throws -> TrialResult
