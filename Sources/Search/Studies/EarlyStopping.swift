import Fitting

/// When a trial is stopped that reports on its way to a full training.
public enum StoppingRule: String, Sendable, CaseIterable {
  /// Its best loss so far is above the median of what the finished trials had on average by then (Golovin et al. 2017).
  case median
  /// Its curve, extrapolated, would end below the best loss with a chance of less than 5 %, by how well such guesses did for
  /// the finished trials (after Domhan et al. 2015).
  case curve
}

/// An algorithm whose trials, proposed to be trained in full, are stopped early by a rule. A trial that was stopped teaches it
/// the loss that it had come to.
public struct EarlyStopping: SearchAlgorithm {
  private var base: any SearchAlgorithm
  private let rule: StoppingRule
  private let full: Double
  /// What running trials have reported.
  private var running: [SearchSpace.Point: [LearningCurve.Report]] = [:]
  /// Curves of the finished.
  private var finished: [[LearningCurve.Report]] = []
  private var least = Double.infinity

  /// Before so many trials have finished none is stopped.
  private static let grace = 5
  /// The share of a full training in which none is stopped, as first steps tell little.
  private static let warmUp = 0.1
  private static let leastChance = 0.05
  private static let mostOthers = 200

  public init(_ base: any SearchAlgorithm, _ rule: StoppingRule, _ fidelity: Fidelity) {
    self.base = base
    self.rule = rule
    full = fidelity.full
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    base.propose(in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    end(proposal, loss)
    base.learn(proposal, loss: loss, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    end(proposal, excess > 0 ? .infinity : losses.first ?? .infinity)
    base.learn(proposal, losses: losses, excess: excess, in: space, &random)
  }

  public mutating func charge(_ proposal: Proposal, cost: Double) { base.charge(proposal, cost: cost) }

  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    base.refuse(proposal, known: loss, in: space, &random)
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

  private mutating func end(_ proposal: Proposal, _ loss: Double) {
    // Of what was stopped nothing is left here.
    guard let curve = running.removeValue(forKey: proposal.point), loss.isFinite else { return }
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
