// Whoever writes an algorithm needs the generator, and nothing else of its module.
@_exported import struct Fitting.SplitMix64

/// A search algorithm: a value that proposes what to try next and learns from the outcomes.
///
/// An algorithm runs nothing. A ``Study`` asks it for proposals, keeps the constraints, avoids
/// repeats, and tells it the outcome of every proposal, in any order and with any number of
/// proposals outstanding. Everything random comes from the generator that is passed in, and a copy
/// of an algorithm must go on exactly as the original does.
///
/// ```swift
/// struct HillClimb: SearchAlgorithm {
///   private var best: (point: SearchSpace.Point, loss: Double)?
///
///   mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
///     guard let best, random.uniform() < 0.9 else { return Proposal(space.randomPoint(&random)) }
///     return Proposal(space.mutated(best.point, &random))
///   }
///
///   mutating func learn(
///     _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
///   ) {
///     let loss = outcome.penalizedLoss
///     if loss < best?.loss ?? .infinity { best = (proposal.point, loss) }
///   }
/// }
/// ```
///
/// To make an algorithm known by a name, describe it by an ``AlgorithmEntry`` and add that to an
/// ``AlgorithmRegistry``.
public protocol SearchAlgorithm: Sendable {
  /// The next proposal: a point of the space, and how far to train it.
  ///
  /// The proposal may repeat a point or break a constraint; then the study answers with an outcome
  /// that was not run, and asks again.
  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal

  /// Learns the outcome of a proposal.
  ///
  /// - Parameters:
  ///   - proposal: what ``propose(in:_:)`` returned, with its memo. Configurations that others
  ///     chose, such as start configurations and earlier trials, are proposals without a memo.
  ///   - outcome: the result, or the reason why there is none.
  mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64)

  /// Whether a trial in progress goes on after a report on its way; `false` stops it there. The
  /// default goes on.
  ///
  /// - Parameters:
  ///   - fidelity: how far the trial has been trained, below the fidelity of the proposal.
  ///   - loss: the loss at that fidelity, to be minimized.
  mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool
}

extension SearchAlgorithm {
  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    true
  }
}
