import Fitting

/// The rule by which a trial is stopped before it is trained in full.
public enum StoppingRule: String, Sendable, CaseIterable, Codable {
  /// Stops a trial whose best loss so far is above the median of the finished trials' mean losses
  /// up to the same fidelity (Golovin et al. 2017).
  case median
  /// Stops a trial whose extrapolated curve ends below the best loss with a chance of less than 5
  /// %, by the errors of the same extrapolation for the finished trials (after Domhan et al.
  /// 2015).
  case curve
}

/// An algorithm for full trainings, with a rule that stops its trials early. From a stopped trial
/// it learns the loss at which the trial was stopped.
public struct EarlyStopping: SearchAlgorithm {
  private var base: any SearchAlgorithm
  private let rule: StoppingRule
  private let full: Double
  /// The reports of running trials.
  private var running: [SearchSpace.Point: [LearningCurve.Report]] = [:]
  /// The curves of finished trials.
  private var finished: [[LearningCurve.Report]] = []
  private var least = Double.infinity

  /// The number of trials that must finish before one is stopped.
  private static let grace = 5
  /// The first share of a full training in which no trial is stopped, as its losses tell little.
  private static let warmUp = 0.1
  private static let leastChance = 0.05
  private static let mostOthers = 200

  /// An algorithm with a stopping rule.
  ///
  /// - Parameters:
  ///   - base: the algorithm that chooses the trials.
  ///   - rule: when a trial is stopped.
  ///   - fidelity: how far trials can be trained.
  public init(_ base: any SearchAlgorithm, _ rule: StoppingRule, _ fidelity: Fidelity) {
    self.base = base
    self.rule = rule
    full = fidelity.full
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    base.propose(in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if outcome.wasRun { end(proposal.point, outcome.isFeasible ? outcome.loss : .infinity) }
    base.learn(proposal, outcome, in: space, &random)
  }

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    running[proposal.point, default: []].append(.init(fidelity: fidelity, loss: loss))
    guard finished.count >= Self.grace, fidelity >= Self.warmUp * full, let curve = running[proposal.point] else {
      return true
    }
    let isWorthIt =
      switch rule {
      case .median: isAtLeastMedian(curve)
      case .curve: isLikelyBest(curve)
      }
    if !isWorthIt { running[proposal.point] = nil }
    return isWorthIt
  }

  private mutating func end(_ point: SearchSpace.Point, _ loss: Double) {
    // The curve of a stopped trial was removed before.
    guard let curve = running.removeValue(forKey: point), loss.isFinite else { return }
    finished.append(curve + [.init(fidelity: full, loss: loss)])
    least = min(least, loss)
  }

  private func isLikelyBest(_ curve: [LearningCurve.Report]) -> Bool {
    let chance = LearningCurve.chance(curve, endsBelow: least, others: finished.suffix(Self.mostOthers), at: full)
    return chance ?? 1 >= Self.leastChance
  }

  private func isAtLeastMedian(_ curve: [LearningCurve.Report]) -> Bool {
    guard let last = curve.last, let best = curve.map(\.loss).min() else { return true }
    let averages = finished.compactMap { other -> Double? in
      let before = other.prefix { $0.fidelity <= last.fidelity }
      return before.isEmpty ? nil : before.reduce(0) { $0 + $1.loss } / Double(before.count)
    }
    guard averages.count >= Self.grace else { return true }
    return best <= averages.sorted()[averages.count / 2]
  }
}
