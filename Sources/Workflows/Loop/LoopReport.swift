import Documents
import Launch
import ScalingLaws

/// A closed loop's prediction compared with its target, `windtunnel.loop-report/1`.
public struct LoopReport: Document {
  public static let schema = "windtunnel.loop-report/1"
  public static let kind = "report of a closed loop"
  public static let remedy = "a closed loop writes one, report.json, in its directory"

  public let name: String
  public let registration: Registration
  public let pilot: Pilot
  /// The runs of the target that measured a loss.
  public let outcomes: [Outcome]
  /// The metric that was compared along the target; nil where none was.
  public let watch: String?
  /// Whether every outcome lies in the prediction's interval of a single run; nil without one.
  public let isWithin: Bool?

  /// The pilot runs together.
  public struct Pilot: Codable, Sendable {
    public let runs: Int
    /// Training compute in FLOP, and wall time in seconds.
    public let flops, seconds: Double
    /// Mean |log prediction − log observation| of fits below a compute for runs above it; nil where there are too few runs.
    public let backTestError: Double?
  }

  /// One run of the target.
  public struct Outcome: Codable, Sendable {
    public let run: String
    /// Nats per token.
    public let loss: Double
    /// The prediction over the loss, less 1.
    public let error: Double
    /// Whether the loss lies in the interval of a single run; nil without one.
    public let isWithin: Bool?
    /// Wall time.
    public let seconds: Double?
    /// The number of losses along the run that were compared with the pilots' curves; nil where it was not watched.
    public let held: Int?
    /// The deviation from the predicted curve; nil where there was none.
    public let deviation: String?
  }

  init(
    name: String, _ registration: Registration, pilot: [CollectedRun], target: [CollectedRun], backTest: BackTest?,
    watch: String?, deviations: [String: String]
  ) {
    self.name = name
    self.registration = registration
    self.watch = watch
    self.pilot = Pilot(
      runs: pilot.count, flops: pilot.reduce(0) { $0 + $1.flops }, seconds: pilot.compactMap(\.seconds).reduce(0, +),
      backTestError: backTest?.error)
    let outcomes = target.compactMap { run -> Outcome? in
      guard let loss = run.loss else { return nil }
      return Outcome(
        run: run.spec.name, loss: loss, error: registration.loss / loss - 1,
        isWithin: registration.predictionInterval.map { $0[0] <= loss && loss <= $0[1] }, seconds: run.seconds,
        held: watch.map { metric in
          let first = [CollectedRun].beginning * Double(run.spec.training.steps)
          return run.points.count { $0.step >= first && $0.metrics[metric] != nil }
        }, deviation: deviations[run.spec.name])
    }
    self.outcomes = outcomes
    isWithin = registration.predictionInterval.map { _ in outcomes.allSatisfy { $0.isWithin ?? false } }
  }
}
