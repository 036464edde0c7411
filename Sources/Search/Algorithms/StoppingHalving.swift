import Fitting

/// ASHA in its stopping form (Li et al. 2020; the default of Ray Tune): trials run on, and one whose loss at a rung is not
/// among the best 1/η that came there so far is stopped. The first to arrive goes on.
public struct StoppingHalving: SearchAlgorithm {
  private let reduction: Double
  private let fidelities: [Double]
  /// The losses at every rung but the last, in rising order.
  private var losses: [[Double]]
  /// The rung that each trial comes to next.
  private var next: [Int: Int] = [:]
  private var begun = 0

  public init(_ fidelity: Fidelity) {
    reduction = Double(fidelity.reduction)
    fidelities = fidelity.rungs
    losses = Array(repeating: [], count: fidelities.count - 1)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    defer { begun += 1 }
    return Proposal(point: space.randomPoint(&random), job: .init(bracket: 0, rung: 0, member: begun))
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let job = proposal.job { next[job.member] = nil }
  }

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    guard let job = proposal.job else { return true }
    var rung = next[job.member] ?? 0
    // A report counts at every rung that lies behind it.
    while rung < losses.count, fidelity >= fidelities[rung] {
      let place = losses[rung].partitioningIndex { $0 > loss }
      losses[rung].insert(loss, at: place)
      rung += 1
      next[job.member] = rung
      let others = Double(losses[rung - 1].count - 1)
      guard loss.isFinite, Double(place) * reduction <= others else { return false }
    }
    return true
  }
}
