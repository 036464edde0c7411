/// Something that happened in a study, in the order in which it did.
public enum StudyEvent: Sendable, Hashable {
  /// A trial that was run elsewhere was taken in, with the loss of every objective.
  case known(trial: Int, point: [Double], losses: [Double], excess: Double?)
  /// A trial was given out to be trained; `isProposed` where the study did not choose it.
  case asked(trial: Int, point: [Double], fidelity: Double?, isProposed: Bool = false)
  /// A proposal from outside was rejected; `trial` is the number of trials so far.
  case rejected(trial: Int, reason: String)
  /// A trial in progress reported a loss, and was continued or stopped.
  case reported(trial: Int, fidelity: Double, loss: Double, goesOn: Bool)
  /// A trial ended, with the loss of every objective; without losses it failed.
  case told(trial: Int, losses: [Double], stopped: Bool, record: TrialRecord)

  var isAsked: Bool { if case .asked = self { true } else { false } }
}

/// The record of a trial's run beside its loss.
public struct TrialRecord: Sendable, Hashable {
  /// Wall time of this run, in seconds.
  public var seconds: Double
  /// The cost, in the unit of the objective's cost.
  public var cost: Double?
  /// Everything else that was measured, by name.
  public var metrics: [String: Double]
  /// The reason for its failure.
  public var failure: String?
  /// The excess over measured constraints; nil without any.
  public var excess: Double?

  public init(
    seconds: Double, cost: Double? = nil, metrics: [String: Double] = [:], failure: String? = nil, excess: Double? = nil
  ) {
    self.seconds = seconds
    self.cost = cost
    self.metrics = metrics
    self.failure = failure
    self.excess = excess
  }
}
