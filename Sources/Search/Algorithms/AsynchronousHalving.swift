import Fitting

/// ASHA (Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht and Talwalkar 2020) in its promoting form: of any rung the
/// best of the first 1/η that has not gone on does so, the highest rung first; where none may, a new configuration begins.
public struct AsynchronousHalving: SearchAlgorithm {
  private let reduction: Int
  private let fidelities: [Double]
  private var rungs: [PromotingRung]
  /// PASHA's top rung; nil where all rungs are open.
  private var growth: RungGrowth?

  /// - Parameter grows: PASHA (Bohdal, Balles, Wistuba, Ermis, Archambeau and Zappella 2023): trials may reach the second rung
  ///   at first, and the next opens only while the two top rungs put their trials in different orders.
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
        point: trial.point, fidelity: fidelities[rung + 1],
        job: .init(bracket: 0, rung: rung + 1, member: trial.number))
    }
    let number = begun
    begun += 1
    return Proposal(
      point: space.randomPoint(&random), fidelity: fidelities[0], job: .init(bracket: 0, rung: 0, member: number))
  }

  private var begun = 0

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard let job = proposal.job, loss.isFinite else { return }
    rungs[job.rung].insert(.init(number: job.member, point: proposal.point, loss: loss))
    growth?.add(job.member, fidelities[job.rung], loss)
    growth?.grow(from: job.rung, rungs)
  }

  /// A configuration that is not new does not enter the first rung again.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if proposal.job?.rung != 0 { learn(proposal, loss: loss ?? .infinity, in: space, &random) }
  }

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    if let job = proposal.job { growth?.add(job.member, fidelity, loss) }
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
