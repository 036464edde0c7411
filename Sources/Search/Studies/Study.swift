import Fitting

/// A search in progress: asked for trials and told what they came to, in any order, with any number outstanding.
///
/// Nothing is run here, and the same seed with the same order of asks and tells gives the same trials. A configuration is
/// tried once, or again only to be trained further: the algorithm is told the known result of a repeat, and that a
/// configuration is known not to be feasible, at no cost.
public struct Study: Sendable {
  public struct Trial: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
      case running
      /// Trained in full; the loss, to be minimised, is finite.
      case complete(loss: Double)
      /// Trained only so far, and may go on when asked.
      case stopped(loss: Double)
      case failed
    }

    /// What was reported at a fidelity.
    public struct Report: Sendable, Hashable {
      public let fidelity: Double
      public let loss: Double
    }

    /// Counted from 0 in the order in which configurations first came up.
    public let number: Int
    public let point: SearchSpace.Point
    public internal(set) var outcome = Outcome.running
    /// How far it is to be trained, from where its reports end; nil for a study without fidelities.
    public internal(set) var fidelity: Double?
    /// By rising fidelity; empty in a study without fidelities.
    public internal(set) var reports: [Report] = []
    /// Of every objective, of a complete trial of a study with several.
    public internal(set) var losses: [Double] = []
    /// How far it exceeds what only trials measure, at most 0 where it does not; nil without such constraints.
    public internal(set) var excess: Double?

    public var isFeasible: Bool { excess ?? 0 <= 0 }

    /// The loss of a full training.
    public var loss: Double? { if case .complete(let loss) = outcome { loss } else { nil } }
  }

  public let space: SearchSpace
  public let fidelity: Fidelity?
  public private(set) var trials: [Trial] = []
  /// Proposals that were not feasible, and so were never tried.
  public private(set) var infeasibleAvoided = 0
  /// Proposals whose result was known already.
  public private(set) var repeatsAvoided = 0
  /// Trials that were run elsewhere; they have the first numbers.
  public private(set) var earlierCount = 0
  /// What was proposed from outside and could not be tried, or could not be read.
  public private(set) var rejectedCount = 0
  /// The feasible trial of the least loss among those trained furthest, the first of equals.
  public var best: Trial? { leader.map { trials[$0.number] } }
  /// The loss of the best trial.
  public var bestLoss: Double? { leader?.loss }

  /// The feasible trials that no other dominates, in a study of several objectives.
  public private(set) var front = ParetoFront()

  private var leader: (number: Int, fidelity: Double, loss: Double)?
  private var algorithm: any SearchAlgorithm
  private var random: SplitMix64
  /// What is still to be begun with.
  private var start: ArraySlice<StartConfiguration>
  private let isFeasible: (@Sendable (SearchSpace.Point) -> Bool)?
  private var numbers: [SearchSpace.Point: Int] = [:]
  private var proposals: [Int: Proposal] = [:]

  /// How often the algorithm may propose what cannot be tried before a point is drawn for it.
  private static let patience = 1000
  private static let draws = 10_000
  /// The largest space that is looked through whole.
  private static let scannable = 1 << 24

  /// - Parameters:
  ///   - fidelity: how far trials can be trained; nil where they are always trained in full.
  ///   - start: what is tried first, each trained in full.
  ///   - isFeasible: whether a configuration may be tried, where that is known beforehand.
  public init(
    _ space: SearchSpace, _ algorithm: any SearchAlgorithm, seed: UInt64, fidelity: Fidelity? = nil,
    start: [StartConfiguration] = [],
    isFeasible: (@Sendable (SearchSpace.Point) -> Bool)? = nil
  ) {
    self.space = space
    self.algorithm = algorithm
    self.fidelity = fidelity
    self.start = start[...]
    self.isFeasible = isFeasible
    random = SplitMix64(seed: seed)
  }

  /// Takes in a trial that was run elsewhere, before the first is asked for; false where it is no news, or may not be tried.
  public mutating func add(_ earlier: EarlierTrial) -> Bool {
    guard trials.count == earlierCount, canBegin(earlier.point) else { return false }
    let trial = begin(Proposal(point: earlier.point))
    earlierCount += 1
    // It is running, as it was just begun.
    if earlier.losses.count > 1 {
      try? tell(trial.number, losses: earlier.losses, excess: earlier.excess)
    } else {
      try? tell(trial.number, loss: earlier.losses.first, excess: earlier.excess)
    }
    return true
  }

  /// A trial of a configuration that was proposed from outside, trained in full.
  ///
  /// - Throws: ``SearchError`` where it was tried before, or may not be.
  public mutating func ask(for point: SearchSpace.Point) throws(SearchError) -> Trial {
    if let number = numbers[point] { throw SearchError("that is trial \(number) again; propose another") }
    guard canBegin(point) else { throw SearchError("that breaks a constraint, and may not be tried; propose another") }
    return begin(Proposal(point: point))
  }

  /// Counts a proposal from outside that came to nothing.
  public mutating func reject() { rejectedCount += 1 }

  /// The next trial, new or to be trained further; nil when every feasible configuration has been given out.
  public mutating func ask() -> Trial? {
    while let first = start.popFirst() {
      let point = first.point(in: space, &random)
      if canBegin(point) { return begin(Proposal(point: point)) }
    }
    for _ in 0..<Self.patience {
      let proposal = algorithm.propose(in: space, &random)
      if let number = numbers[proposal.point] {
        if goesFurther(trials[number], proposal) { return resume(number, proposal) }
        repeatsAvoided += 1
        algorithm.refuse(proposal, known: known(trials[number], proposal), in: space, &random)
      } else if isFeasible?(proposal.point) ?? true {
        return begin(proposal)
      } else {
        infeasibleAvoided += 1
        algorithm.refuse(proposal, known: nil, in: space, &random)
      }
    }
    return drawn().map { begin(Proposal(point: $0)) }
  }

  /// Records what a trial in full cost, before what it came to is told.
  public mutating func charge(_ number: Int, cost: Double) {
    if let proposal = proposals[number], cost.isFinite { algorithm.charge(proposal, cost: cost) }
  }

  /// Records what a running trial has come to on its way.
  ///
  /// - Returns: whether it goes on; where not, tell what it came to.
  /// - Throws: ``SearchError`` for a trial that is not running, or a fidelity that was passed before.
  public mutating func report(_ number: Int, loss: Double, at fidelity: Double) throws(SearchError) -> Bool {
    guard let proposal = proposals[number] else { throw notRunning(number) }
    try add(Trial.Report(fidelity: fidelity, loss: loss), to: number)
    return algorithm.goesOn(proposal, at: fidelity, loss: loss)
  }

  /// Records what a trial came to at the fidelity it was asked for, or, where it was stopped before, at that of its last
  /// report. A loss or an excess that is not finite is a failure.
  ///
  /// - Parameter excess: how far measured constraints are exceeded; nil without such.
  /// - Throws: ``SearchError`` for a trial that was not asked for, or was told before.
  public mutating func tell(
    _ number: Int, loss: Double?, excess: Double? = nil, stopped: Bool = false
  ) throws(SearchError) {
    guard let proposal = proposals[number] else { throw notRunning(number) }
    let finite = loss.flatMap { $0.isFinite && (excess ?? 0).isFinite ? $0 : nil }
    if let finite {
      trials[number].excess = excess
      if !stopped, let fidelity = trials[number].fidelity {
        try add(Trial.Report(fidelity: fidelity, loss: finite), to: number)
      }
      let reached = fidelity == nil ? 0 : trials[number].reports.last?.fidelity ?? 0
      let isFull = !stopped && reached >= fidelity?.full ?? 0
      trials[number].outcome = isFull ? .complete(loss: finite) : .stopped(loss: finite)
      if trials[number].isFeasible,
        (-reached, finite) < leader.map({ (-$0.fidelity, $0.loss) }) ?? (.infinity, .infinity)
      {
        leader = (number, reached, finite)
      }
    } else {
      trials[number].outcome = .failed
    }
    proposals[number] = nil
    if let excess = trials[number].excess {
      algorithm.learn(proposal, losses: [finite ?? .infinity], excess: excess, in: space, &random)
    } else {
      algorithm.learn(proposal, loss: finite ?? .infinity, in: space, &random)
    }
  }

  /// Records what a trial of a study with several objectives came to. Losses that are not all finite are a failure.
  ///
  /// - Throws: ``SearchError`` for a trial that was not asked for, or was told before.
  public mutating func tell(_ number: Int, losses: [Double], excess: Double? = nil) throws(SearchError) {
    guard let proposal = proposals.removeValue(forKey: number) else { throw notRunning(number) }
    if let first = losses.first, losses.allSatisfy(\.isFinite), (excess ?? 0).isFinite {
      trials[number].outcome = .complete(loss: first)
      trials[number].losses = losses
      trials[number].excess = excess
      if trials[number].isFeasible { front.insert(number, losses) }
    } else {
      trials[number].outcome = .failed
    }
    let learned = trials[number].losses.isEmpty ? losses.map { _ in .infinity } : losses
    if let excess = trials[number].excess {
      algorithm.learn(proposal, losses: learned, excess: excess, in: space, &random)
    } else {
      algorithm.learn(proposal, losses: learned, in: space, &random)
    }
  }

  private mutating func add(_ report: Trial.Report, to number: Int) throws(SearchError) {
    if let last = trials[number].reports.last, last.fidelity >= report.fidelity {
      throw SearchError(
        "trial \(number) reports \(fidelity?.name ?? "fidelity") \(report.fidelity) after \(last.fidelity)")
    }
    trials[number].reports.append(report)
  }

  private func notRunning(_ number: Int) -> SearchError {
    SearchError(
      trials.indices.contains(number) ? "trial \(number) was told before" : "there is no trial \(number)")
  }

  private mutating func begin(_ proposal: Proposal) -> Trial {
    let trial = Trial(number: trials.count, point: proposal.point, fidelity: proposal.fidelity ?? fidelity?.full)
    trials.append(trial)
    numbers[trial.point] = trial.number
    proposals[trial.number] = proposal
    return trial
  }

  private func goesFurther(_ trial: Trial, _ proposal: Proposal) -> Bool {
    guard let fidelity, case .stopped = trial.outcome else { return false }
    return proposal.fidelity ?? fidelity.full > trial.reports.last?.fidelity ?? 0
  }

  private mutating func resume(_ number: Int, _ proposal: Proposal) -> Trial {
    trials[number].outcome = .running
    trials[number].fidelity = proposal.fidelity ?? fidelity?.full
    proposals[number] = proposal
    return trials[number]
  }

  /// What a trial that is not run again came to at a proposal's fidelity; infinite where it failed, nil while it runs.
  private func known(_ trial: Trial, _ proposal: Proposal) -> Double? {
    if let excess = trial.excess, excess > 0 { return penalizedLoss(excess: excess) }
    switch trial.outcome {
    case .running: return nil
    case .failed: return .infinity
    case .complete(let loss), .stopped(let loss):
      let wanted = proposal.fidelity ?? .infinity
      return trial.reports.first { $0.fidelity >= wanted }?.loss ?? loss
    }
  }

  /// A point that may be tried and was not; a small space is looked through before it is called exhausted.
  private mutating func drawn() -> SearchSpace.Point? {
    for _ in 0..<Self.draws {
      let point = space.randomPoint(&random)
      if canBegin(point) { return point }
    }
    guard let size = space.size, size <= Self.scannable else { return nil }
    let first = random.integer(below: size)
    for offset in 0..<size {
      let point = space.point(ofNumber: (first + offset) % size)
      if canBegin(point) { return point }
    }
    return nil
  }

  private func canBegin(_ point: SearchSpace.Point) -> Bool {
    numbers[point] == nil && isFeasible?(point) ?? true
  }
}
