import Launch

/// An event of a ``LoopSession``.
public enum LoopEvent: Sendable {
  /// A stage began; the one before it is done.
  case began(LoopSession.Stage)
  /// Something happened to the jobs of the pilot or the target.
  case launch(LaunchEvent)
  /// The prediction is written down, now or by an earlier session.
  case registered(Registration)
  /// Something is left out that the file asks for, with the reason.
  case warning(String)
  /// The target has ended, and its report is written. No event comes after this one.
  case finished(LoopOutcome)
}

/// The result of a closed loop.
public struct LoopOutcome: Sendable {
  public let report: LoopReport
  public let pilot: [CollectedRun]
  public let target: [CollectedRun]
  /// The losses that were expected along each run of the target; empty where none was watched.
  public let expected: [ExpectedCurve]
}
