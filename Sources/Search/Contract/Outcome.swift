/// The result of a proposal, or the reason why there is none.
///
/// ```swift
/// let outcome = Outcome.run(losses: [0.25], excess: 0.1)
/// outcome.loss  // 0.25
/// outcome.isFeasible  // false: a measured constraint is exceeded by 10 %
/// outcome.penalizedLoss  // worse than the loss of any feasible trial
/// ```
public struct Outcome: Sendable, Hashable {
  /// The way in which an outcome came about.
  public enum Source: Sendable, Hashable {
    /// A trial of the proposal was run. It failed where the losses are infinite.
    case run
    /// No trial was run, as an earlier one of the same configuration tells the result.
    case known
    /// No trial was run and there is no loss: the configuration breaks a constraint that is known
    /// beforehand, or a trial of it is still running.
    case refused
  }

  /// The way in which the outcome came about.
  public let source: Source
  /// The loss of every objective, to be minimized; infinite where the trial failed, empty where it
  /// was refused.
  public let losses: [Double]
  /// The amount by which measured constraints are exceeded, in units of their bounds; 0 or less
  /// where all are satisfied, nil in a study without such constraints.
  public let excess: Double?
  /// The cost of the trial, in units of the budget; nil where it is not counted.
  public let cost: Double?

  /// The outcome of a trial that was run.
  ///
  /// - Parameters:
  ///   - losses: one per objective, all infinite for a failure.
  ///   - excess: the amount by which measured constraints are exceeded; nil without such
  ///     constraints.
  ///   - cost: in units of the budget; nil where it is not counted.
  public static func run(losses: [Double], excess: Double? = nil, cost: Double? = nil) -> Outcome {
    Outcome(source: .run, losses: losses, excess: excess, cost: cost)
  }

  /// The outcome of a proposal whose result an earlier trial tells.
  ///
  /// - Parameters:
  ///   - losses: one per objective, or a single infinite one for a failure.
  ///   - excess: the amount by which measured constraints are exceeded; nil without such
  ///     constraints.
  public static func known(losses: [Double], excess: Double? = nil) -> Outcome {
    Outcome(source: .known, losses: losses, excess: excess, cost: nil)
  }

  /// The outcome of a proposal that cannot be tried.
  public static let refused = Outcome(source: .refused, losses: [], excess: nil, cost: nil)

  /// Whether a trial was run.
  public var wasRun: Bool { source == .run }

  /// Whether all measured constraints are satisfied.
  public var isFeasible: Bool { excess ?? 0 <= 0 }

  /// The loss of the only objective, or of the first; infinite for what failed or was refused.
  public var loss: Double { losses.first ?? .infinity }

  /// The loss, or, where measured constraints are exceeded, a value that is worse than any loss
  /// and grows with the excess (Deb 2000). Sorting by it puts feasible trials first, then
  /// infeasible ones by their excess, then failures.
  public var penalizedLoss: Double { penalized(loss) }

  /// The losses of all objectives, penalized as ``penalizedLoss``.
  public var penalizedLosses: [Double] { losses.map(penalized) }

  /// The penalty is finite, so that an algorithm can tell an infeasible trial from a failure.
  private func penalized(_ loss: Double) -> Double {
    guard let excess, excess > 0 else { return loss }
    return Self.penalty(excess: excess)
  }

  /// The loss that stands for an excess above 0 (Deb 2000): from 1e150 for none to 2e150.
  package static func penalty(excess: Double) -> Double { 1e150 * (1 + excess / (1 + excess)) }
}
