import Fitting

/// A search in progress: asked for trials and told their results, in any order, with any number of
/// trials outstanding.
///
/// A study runs nothing, and the same seed with the same order of asks and tells gives the same
/// trials. It tries a configuration once, or again only to train it further: the algorithm learns
/// the known result of a repeat, and that a configuration breaks a constraint, at no cost.
///
/// ```swift
/// let space = try SearchSpace([Parameter("width", .int(1...64, log: true))])
/// var study = Study(space, TreeParzenSearch(), seed: 0)
/// for _ in 0..<50 {
///   guard let trial = study.ask() else { break }
///   try study.tell(trial.number, loss: loss(of: space.values(of: trial.point)))
/// }
/// print(study.best.map { space.values(of: $0.point) } ?? [])
/// ```
public struct Study: Sendable {
  /// A configuration that was given out, with its results.
  public struct Trial: Sendable, Hashable {
    /// The state of a trial.
    public enum State: Sendable, Hashable {
      /// Asked for and not told.
      case running
      /// Trained in full; the loss, to be minimized, is finite.
      case complete(loss: Double)
      /// Trained partly; it may go on.
      case stopped(loss: Double)
      /// Told without a finite loss.
      case failed
    }

    /// A loss that was reported at a fidelity.
    public struct Report: Sendable, Hashable {
      /// How far the trial was trained.
      public let fidelity: Double
      /// The loss there, to be minimized.
      public let loss: Double
    }

    /// The number of the trial, counted from 0 in the order in which configurations first came up.
    public let number: Int
    /// The configuration.
    public let point: SearchSpace.Point
    /// The state of the trial.
    public internal(set) var state = State.running
    /// The fidelity to train to, from where the reports end; nil in a study without a fidelity.
    public internal(set) var fidelity: Double?
    /// The reports by rising fidelity; empty in a study without a fidelity.
    public internal(set) var reports: [Report] = []
    /// The losses of all objectives, for a complete trial of a study with several.
    public internal(set) var losses: [Double] = []
    /// The amount by which measured constraints are exceeded, 0 or less where all are satisfied;
    /// nil without such constraints.
    public internal(set) var excess: Double?

    /// Whether all measured constraints are satisfied.
    public var isFeasible: Bool { excess ?? 0 <= 0 }

    /// The loss of a full training; nil for any other state.
    public var loss: Double? { if case .complete(let loss) = state { loss } else { nil } }
  }

  /// The configurations that may be tried.
  public let space: SearchSpace
  /// How far trials can be trained; nil where they are always trained in full.
  public let fidelity: Fidelity?
  /// All trials, by number.
  public private(set) var trials: [Trial] = []
  /// The number of proposals that broke a constraint, and so were not tried.
  public private(set) var infeasibleAvoided = 0
  /// The number of proposals whose result was known already.
  public private(set) var repeatsAvoided = 0
  /// The number of trials that were run elsewhere; these are the first trials.
  public private(set) var earlierCount = 0
  /// The number of proposals from outside that could not be read or tried.
  public private(set) var rejectedCount = 0
  /// The feasible trial with the least loss among those trained furthest, the first of equals.
  public var best: Trial? { leader.map { trials[$0.number] } }
  /// The loss of the best trial.
  public var bestLoss: Double? { leader?.loss }

  /// The feasible trials that no other dominates, in a study with several objectives.
  public private(set) var front = ParetoFront()

  private var leader: (number: Int, fidelity: Double, loss: Double)?
  private var algorithm: any SearchAlgorithm
  private var random: SplitMix64
  /// The start configurations that were not given out yet.
  private var start: ArraySlice<StartConfiguration>
  private let isFeasible: (@Sendable (SearchSpace.Point) -> Bool)?
  private var numbers: [SearchSpace.Point: Int] = [:]
  private var proposals: [Int: Proposal] = [:]

  /// The number of proposals in a row that cannot be tried before a point is drawn in place of
  /// one.
  private static let patience = 1000
  private static let draws = 10_000
  /// The size of the largest space that is scanned for untried points.
  private static let scannable = 1 << 24

  /// A study without trials.
  ///
  /// - Parameters:
  ///   - space: the configurations that may be tried.
  ///   - algorithm: chooses what to try.
  ///   - seed: of everything random.
  ///   - fidelity: how far trials can be trained; nil where they are always trained in full.
  ///   - start: the configurations to try first, each trained in full.
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

  /// Adds a trial that was run elsewhere, before the first trial is asked for.
  ///
  /// - Returns: false where its configuration is known already or breaks a constraint, or a trial
  ///   was asked for.
  public mutating func add(_ earlier: EarlierTrial) -> Bool {
    guard trials.count == earlierCount, canBegin(earlier.point) else { return false }
    let trial = begin(Proposal(earlier.point))
    earlierCount += 1
    // This cannot fail, as the trial was just begun.
    if earlier.losses.count > 1 {
      try? tell(trial.number, losses: earlier.losses, excess: earlier.excess)
    } else {
      try? tell(trial.number, loss: earlier.losses.first, excess: earlier.excess)
    }
    return true
  }

  /// A trial of a configuration that was chosen by the caller, trained in full.
  ///
  /// - Throws: ``SearchError`` for a configuration that was tried before or breaks a constraint.
  public mutating func ask(for point: SearchSpace.Point) throws(SearchError) -> Trial {
    if let number = numbers[point] { throw SearchError("that repeats trial \(number); propose another") }
    guard canBegin(point) else { throw SearchError("that breaks a constraint; propose another") }
    return begin(Proposal(point))
  }

  /// Counts a proposal from outside that could not be used.
  public mutating func reject() { rejectedCount += 1 }

  /// The next trial, new or to be trained further; nil where every feasible configuration was
  /// given out.
  public mutating func ask() -> Trial? {
    while let first = start.popFirst() {
      let point = first.point(in: space, &random)
      if canBegin(point) { return begin(Proposal(point)) }
    }
    for _ in 0..<Self.patience {
      let proposal = algorithm.propose(in: space, &random)
      if let number = numbers[proposal.point] {
        if goesFurther(trials[number], proposal) { return resume(number, proposal) }
        repeatsAvoided += 1
        algorithm.learn(proposal, known(trials[number], proposal), in: space, &random)
      } else if isFeasible?(proposal.point) ?? true {
        return begin(proposal)
      } else {
        infeasibleAvoided += 1
        algorithm.learn(proposal, .refused, in: space, &random)
      }
    }
    return drawn().map { begin(Proposal($0)) }
  }

  /// Records a loss of a running trial before its end.
  ///
  /// - Returns: whether the trial goes on; if not, tell its result with `stopped`.
  /// - Throws: ``SearchError`` for a trial that is not running, or a fidelity that is not above
  ///   the last one reported.
  public mutating func report(_ number: Int, loss: Double, at fidelity: Double) throws(SearchError) -> Bool {
    guard let proposal = proposals[number] else { throw notRunning(number) }
    try add(Trial.Report(fidelity: fidelity, loss: loss), to: number)
    return algorithm.goesOn(proposal, at: fidelity, loss: loss)
  }

  /// Records the result of a trial at the fidelity it was asked for, or, where it was stopped
  /// before, at that of its last report. A loss or an excess that is not finite is a failure.
  ///
  /// - Parameters:
  ///   - number: the trial.
  ///   - loss: to be minimized; nil for a failure.
  ///   - excess: the amount by which measured constraints are exceeded; nil without such
  ///     constraints.
  ///   - cost: of a full training, in units of the budget; nil where it is not counted.
  ///   - stopped: whether the trial ended at its last report.
  /// - Throws: ``SearchError`` for a trial that was not asked for, or was told before.
  public mutating func tell(
    _ number: Int, loss: Double?, excess: Double? = nil, cost: Double? = nil, stopped: Bool = false
  ) throws(SearchError) {
    guard proposals[number] != nil else { throw notRunning(number) }
    let finite = loss.flatMap { $0.isFinite && (excess ?? 0).isFinite ? $0 : nil }
    if let finite {
      trials[number].excess = excess
      if !stopped, let fidelity = trials[number].fidelity {
        try add(Trial.Report(fidelity: fidelity, loss: finite), to: number)
      }
      let reached = fidelity == nil ? 0 : trials[number].reports.last?.fidelity ?? 0
      let isFull = !stopped && reached >= fidelity?.full ?? 0
      trials[number].state = isFull ? .complete(loss: finite) : .stopped(loss: finite)
      if trials[number].isFeasible,
        (-reached, finite) < leader.map({ (-$0.fidelity, $0.loss) }) ?? (.infinity, .infinity)
      {
        leader = (number, reached, finite)
      }
    } else {
      trials[number].state = .failed
    }
    learn(number, losses: [finite ?? .infinity], cost: cost)
  }

  /// Records the result of a trial of a study with several objectives. Losses that are not all
  /// finite are a failure.
  ///
  /// - Parameters:
  ///   - number: the trial.
  ///   - losses: one per objective, to be minimized.
  ///   - excess: the amount by which measured constraints are exceeded; nil without such
  ///     constraints.
  ///   - cost: in units of the budget; nil where it is not counted.
  /// - Throws: ``SearchError`` for a trial that was not asked for, or was told before.
  public mutating func tell(
    _ number: Int, losses: [Double], excess: Double? = nil, cost: Double? = nil
  ) throws(SearchError) {
    guard proposals[number] != nil else { throw notRunning(number) }
    if let first = losses.first, losses.allSatisfy(\.isFinite), (excess ?? 0).isFinite {
      trials[number].state = .complete(loss: first)
      trials[number].losses = losses
      trials[number].excess = excess
      if trials[number].isFeasible { front.insert(number, losses) }
    } else {
      trials[number].state = .failed
    }
    learn(
      number, losses: trials[number].losses.isEmpty ? losses.map { _ in .infinity } : losses, cost: cost)
  }

  /// Tells the algorithm the result of a trial that ended.
  private mutating func learn(_ number: Int, losses: [Double], cost: Double?) {
    guard let proposal = proposals.removeValue(forKey: number) else { return }
    let cost = cost.flatMap { $0.isFinite ? $0 : nil }
    algorithm.learn(
      proposal, .run(losses: losses, excess: trials[number].excess, cost: cost), in: space, &random)
  }

  private mutating func add(_ report: Trial.Report, to number: Int) throws(SearchError) {
    if let last = trials[number].reports.last, last.fidelity >= report.fidelity {
      throw SearchError(
        "trial \(number) reports \(fidelity?.name ?? "fidelity") \(report.fidelity) after \(last.fidelity); report rising values"
      )
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
    guard let fidelity, case .stopped = trial.state else { return false }
    return proposal.fidelity ?? fidelity.full > trial.reports.last?.fidelity ?? 0
  }

  private mutating func resume(_ number: Int, _ proposal: Proposal) -> Trial {
    trials[number].state = .running
    trials[number].fidelity = proposal.fidelity ?? fidelity?.full
    proposals[number] = proposal
    return trials[number]
  }

  /// The outcome of a trial that is not run again, at a proposal's fidelity; none while it is
  /// running.
  private func known(_ trial: Trial, _ proposal: Proposal) -> Outcome {
    switch trial.state {
    // The excess of a trial that is trained further is known before its loss.
    case .running: trial.isFeasible ? .refused : .known(losses: [.infinity], excess: trial.excess)
    case .failed: .known(losses: [.infinity], excess: trial.excess)
    case .complete where !trial.losses.isEmpty: .known(losses: trial.losses, excess: trial.excess)
    case .complete(let loss), .stopped(let loss):
      .known(
        losses: [trial.reports.first { $0.fidelity >= proposal.fidelity ?? .infinity }?.loss ?? loss],
        excess: trial.excess)
    }
  }

  /// A random point that may be tried and was not; a small space is scanned before it is called
  /// exhausted.
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
