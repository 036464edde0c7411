import Fitting

/// ASHA in its stopping form (Li et al. 2020; the default of Ray Tune): a trial is stopped at a
/// rung where its loss is not among the best 1/η that arrived there so far. The first to arrive
/// goes on.
public struct StoppingHalving: SearchAlgorithm {
  private let reduction: Double
  private let fidelities: [Double]
  /// The losses at every rung but the last, in rising order.
  private var losses: [[Double]]
  /// The next rung of each trial, by its number.
  private var next: [Int: Int] = [:]
  private var begun = 0

  /// A stopping form of ASHA.
  ///
  /// - Parameter fidelity: how far trials can be trained.
  public init(_ fidelity: Fidelity) {
    reduction = Double(fidelity.reduction)
    fidelities = fidelity.rungs
    losses = Array(repeating: [], count: fidelities.count - 1)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    defer { begun += 1 }
    return Proposal(space.randomPoint(&random), memo: begun)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let trial = proposal.memo as? Int { next[trial] = nil }
  }

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    guard let trial = proposal.memo as? Int else { return true }
    var rung = next[trial] ?? 0
    // A report counts at every rung that lies behind it.
    while rung < losses.count, fidelity >= fidelities[rung] {
      let place = losses[rung].partitioningIndex { $0 > loss }
      losses[rung].insert(loss, at: place)
      rung += 1
      next[trial] = rung
      let others = Double(losses[rung - 1].count - 1)
      guard loss.isFinite, Double(place) * reduction <= others else { return false }
    }
    return true
  }
}

extension AlgorithmEntry {
  /// ASHA in its stopping form.
  public static let ashaStopping = AlgorithmEntry(
    multiFidelity: "asha-stopping", summary: "ASHA that stops running trials"
  ) { StoppingHalving($0) }
}
