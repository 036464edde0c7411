import Fitting

/// A search in progress: asked for trials and told what they came to, in any order, with any number outstanding.
///
/// Nothing is run here, and the same seed with the same order of asks and tells gives the same trials. A configuration is
/// tried once: the algorithm is told the known result of a repeat, and infinity for a configuration that is known not to
/// be feasible, at no cost.
public struct Study: Sendable {
  public struct Trial: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
      case running
      /// The loss, to be minimised, is finite.
      case complete(loss: Double)
      case failed
    }

    /// Counted from 0 in the order of the asks.
    public let number: Int
    public let point: SearchSpace.Point
    public internal(set) var outcome: Outcome

    public var loss: Double? { if case .complete(let loss) = outcome { loss } else { nil } }
  }

  public let space: SearchSpace
  public private(set) var trials: [Trial] = []
  /// Proposals that were not feasible, and so were never tried.
  public private(set) var infeasibleAvoided = 0
  /// Proposals whose result was known already.
  public private(set) var repeatsAvoided = 0
  /// The trial of the least loss, the first of equals.
  public private(set) var best: Trial?

  private var algorithm: any SearchAlgorithm
  private var random: SplitMix64
  private let isFeasible: (@Sendable (SearchSpace.Point) -> Bool)?
  private var numbers: [SearchSpace.Point: Int] = [:]
  private var proposals: [Int: Proposal] = [:]

  /// How often the algorithm may propose what cannot be tried before a point is drawn for it.
  private static let patience = 1000
  private static let draws = 10_000
  /// The largest space that is looked through whole.
  private static let scannable = 1 << 24

  /// - Parameter isFeasible: whether a configuration may be tried, where that is known beforehand.
  public init(
    _ space: SearchSpace, _ algorithm: any SearchAlgorithm, seed: UInt64,
    isFeasible: (@Sendable (SearchSpace.Point) -> Bool)? = nil
  ) {
    self.space = space
    self.algorithm = algorithm
    self.isFeasible = isFeasible
    random = SplitMix64(seed: seed)
  }

  /// The next trial; nil when every feasible configuration has been given out.
  public mutating func ask() -> Trial? {
    for _ in 0..<Self.patience {
      let proposal = algorithm.propose(in: space, &random)
      if let number = numbers[proposal.point] {
        repeatsAvoided += 1
        algorithm.learn(proposal, loss: trials[number].loss ?? .infinity, in: space, &random)
      } else if isFeasible?(proposal.point) ?? true {
        return begin(proposal)
      } else {
        infeasibleAvoided += 1
        algorithm.learn(proposal, loss: .infinity, in: space, &random)
      }
    }
    return drawn().map { begin(Proposal(point: $0)) }
  }

  /// Records what a trial came to. A loss that is not finite is a failure.
  ///
  /// - Throws: ``SearchError`` for a trial that was not asked for, or was told before.
  public mutating func tell(_ number: Int, loss: Double?) throws(SearchError) {
    guard let proposal = proposals.removeValue(forKey: number) else {
      throw SearchError(
        trials.indices.contains(number) ? "trial \(number) was told before" : "there is no trial \(number)")
    }
    let finite = loss.flatMap { $0.isFinite ? $0 : nil }
    trials[number].outcome = finite.map { .complete(loss: $0) } ?? .failed
    if let finite, finite < best?.loss ?? .infinity { best = trials[number] }
    algorithm.learn(proposal, loss: finite ?? .infinity, in: space, &random)
  }

  private mutating func begin(_ proposal: Proposal) -> Trial {
    let trial = Trial(number: trials.count, point: proposal.point, outcome: .running)
    trials.append(trial)
    numbers[trial.point] = trial.number
    proposals[trial.number] = proposal
    return trial
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
