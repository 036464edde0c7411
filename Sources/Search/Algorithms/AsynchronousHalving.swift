import Fitting

/// ASHA in its promoting form (Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht and
/// Talwalkar 2020).
///
/// From the highest rung down, the best trial among the first 1/η of a rung that was not promoted
/// before goes on to the next rung; where no trial can be promoted, a new configuration begins.
public struct AsynchronousHalving: SearchAlgorithm {
  /// The place of a proposal.
  private struct Place: Sendable {
    let rung: Int
    /// The number of the trial, counted from 0.
    let trial: Int
  }

  private let reduction: Int
  private let fidelities: [Double]
  private var rungs: [PromotingRung]
  /// PASHA's top rung; nil where all rungs are open.
  private var growth: RungGrowth?
  private var begun = 0

  /// An asynchronous halving.
  ///
  /// - Parameters:
  ///   - fidelity: how far trials can be trained.
  ///   - grows: whether rungs open as needed, as in PASHA (Bohdal, Balles, Wistuba, Ermis,
  ///     Archambeau and Zappella 2023): trials may reach the second rung at first, and the next
  ///     opens only while the two top rungs rank their trials differently.
  public init(_ fidelity: Fidelity, grows: Bool = false) {
    reduction = fidelity.reduction
    fidelities = fidelity.rungs
    rungs = Array(repeating: PromotingRung(), count: fidelities.count)
    growth = grows ? RungGrowth(rungs: fidelities.count) : nil
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    for rung in (0..<(growth?.open ?? rungs.count) - 1).reversed() {
      guard let trial = rungs[rung].promote(reduction) else { continue }
      return Proposal(
        trial.point, fidelity: fidelities[rung + 1], memo: Place(rung: rung + 1, trial: trial.number))
    }
    defer { begun += 1 }
    return Proposal(space.randomPoint(&random), fidelity: fidelities[0], memo: Place(rung: 0, trial: begun))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    guard let place = proposal.memo as? Place, loss.isFinite else { return }
    // A configuration that is not new does not enter the first rung again.
    guard outcome.wasRun || place.rung > 0 else { return }
    rungs[place.rung].insert(.init(number: place.trial, point: proposal.point, loss: loss))
    growth?.add(place.trial, fidelities[place.rung], loss)
    growth?.grow(from: place.rung, rungs)
  }

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    if let place = proposal.memo as? Place { growth?.add(place.trial, fidelity, loss) }
    return true
  }
}

/// The trials that reached a rung, the best first.
struct PromotingRung: Sendable {
  struct Trial: Sendable {
    let number: Int
    let point: SearchSpace.Point
    let loss: Double
    var isPromoted = false
  }

  private(set) var trials: [Trial] = []

  mutating func insert(_ trial: Trial) {
    trials.insert(trial, at: trials.partitioningIndex { $0.loss > trial.loss })
  }

  /// The best of the first 1/η that was not promoted before, promoted now.
  mutating func promote(_ reduction: Int) -> Trial? {
    guard let place = trials[..<(trials.count / reduction)].firstIndex(where: { !$0.isPromoted }) else { return nil }
    trials[place].isPromoted = true
    return trials[place]
  }
}

extension AlgorithmEntry {
  /// ASHA in its promoting form.
  public static let asha = AlgorithmEntry(multiFidelity: "asha", summary: "asynchronous successive halving") {
    AsynchronousHalving($0)
  }

  /// PASHA.
  public static let pasha = AlgorithmEntry(
    multiFidelity: "pasha", summary: "ASHA that raises its top rung while rankings change"
  ) { AsynchronousHalving($0, grows: true) }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element satisfies a condition that all elements after it satisfy too.
  package func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
