import Fitting

/// A way of choosing what to try next: a value that is asked for proposals and told their losses.
///
/// It runs nothing and knows nothing of constraints or repeats; a ``Study`` sees to those, and tells it the loss of every
/// proposal sooner or later: that of a trial, one that is known already, or infinity where it cannot be tried.
public protocol SearchAlgorithm: Sendable {
  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal

  /// - Parameter loss: what the proposal came to, to be minimised; infinite where it failed or was not feasible.
  mutating func learn(_ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64)

  /// Told in place of `learn` in a study of several objectives.
  mutating func learn(_ proposal: Proposal, losses: [Double], in space: SearchSpace, _ random: inout SplitMix64)

  /// Told in place of `learn` where trials measure whether they satisfy constraints: with how far they exceed them, at most
  /// 0 where they do not.
  mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64)

  /// Told in place of `learn` of a proposal that is not run: with its loss where that is known, else nil.
  mutating func refuse(_ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64)

  /// Told before `learn` what a trial cost, where that is counted.
  mutating func charge(_ proposal: Proposal, cost: Double)

  /// What a trial in progress has come to before the end of what was proposed; false stops it there.
  mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool
}

extension SearchAlgorithm {
  public mutating func learn(
    _ proposal: Proposal, losses: [Double], in space: SearchSpace, _ random: inout SplitMix64
  ) {
    learn(proposal, loss: losses.first ?? .infinity, in: space, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let losses = excess > 0 ? losses.map { _ in penalizedLoss(excess: excess) } : losses
    if losses.count > 1 {
      learn(proposal, losses: losses, in: space, &random)
    } else {
      learn(proposal, loss: losses.first ?? .infinity, in: space, &random)
    }
  }

  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    learn(proposal, loss: loss ?? .infinity, in: space, &random)
  }

  public mutating func charge(_ proposal: Proposal, cost: Double) {}

  public mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool { true }
}

/// What an algorithm wants to try, with what it must remember of it.
public struct Proposal: Sendable, Hashable {
  public let point: SearchSpace.Point
  /// The continuous genes that the point was decoded from, for algorithms that keep some.
  var genes: [Double] = []
  /// Which member of a population it competes with, or −1.
  var target = -1
  /// The point whose neighbour it is, for algorithms that go on from there when it may not be tried.
  var origin: Origin?

  /// How far to train; nil for a full training.
  var fidelity: Double?
  /// Its place in the brackets of an algorithm that has some.
  var job: Job?

  struct Origin: Sendable, Hashable {
    let loss: Double
    let detour: Int
  }

  struct Job: Sendable, Hashable {
    let bracket: Int
    let rung: Int
    let member: Int
  }
}

/// The algorithms, by the names that experiment files give.
public enum AlgorithmName: String, Sendable, CaseIterable, Codable {
  case auto, random, sobol, grid
  case evolution
  case differentialEvolution = "differential-evolution"
  case localSearch = "local-search"
  case bestFirst = "best-first"
  case tpe, gp
  case costAwareGP = "gp-cost"
  case manas
  case leastSquaresMANAS = "manas-ls"
  case rena, slimming
  case successiveHalving = "successive-halving"
  case hyperband, bohb
  case asha
  case ashaStopping = "asha-stopping"
  case pasha
  case dehb
  case nsga2
  case paretoLocalSearch = "pareto-local-search"
  case moboga

  /// Whether most of its trials are trained only so far.
  public var isMultiFidelity: Bool {
    switch self {
    case .successiveHalving, .hyperband, .bohb, .asha, .ashaStopping, .pasha, .dehb: true
    default: false
    }
  }

  /// Whether it seeks the best compromises of several objectives.
  public var isMultiObjective: Bool { [.nsga2, .paretoLocalSearch, .moboga].contains(self) }

  /// Whether it can serve a study with so many objectives, with or without a fidelity.
  public func serves(objectives: Int, hasFidelity: Bool) -> Bool {
    if self == .random || self == .auto { return true }
    return objectives > 1 ? isMultiObjective : !isMultiObjective && (hasFidelity || !isMultiFidelity)
  }

  /// The algorithm with its customary settings.
  ///
  /// - Parameters:
  ///   - fidelity: how far trials can be trained; nil where they are always trained in full.
  ///   - objectives: how many the study has.
  /// - Throws: ``SearchError`` for an algorithm of many fidelities without one, or one that is not for so many objectives.
  public func algorithm(
    _ fidelity: Fidelity? = nil, objectives: Int = 1
  ) throws(SearchError) -> any SearchAlgorithm {
    guard objectives == 1 || serves(objectives: objectives, hasFidelity: false) else {
      throw SearchError(
        "\(rawValue) finds one best value; for several metrics use auto, moboga, pareto-local-search or nsga2")
    }
    switch self {
    case .nsga2: return NSGA2()
    case .paretoLocalSearch: return ParetoLocalSearch()
    case .moboga: return MOBOGA()
    case .auto where objectives > 1: return AutoSearch(objectives: objectives)
    case .random: return RandomSearch()
    case .sobol: return SobolSearch()
    case .grid: return GridSearch()
    case .evolution: return RegularizedEvolution()
    case .differentialEvolution: return DifferentialEvolution()
    case .localSearch: return LocalSearch()
    case .bestFirst: return BestFirstSearch()
    case .tpe: return TreeParzenSearch()
    case .gp: return GaussianProcessSearch()
    case .costAwareGP: return GaussianProcessSearch(isCostAware: true)
    case .manas: return MANAS()
    case .leastSquaresMANAS: return LeastSquaresMANAS()
    case .rena: return RENA()
    case .slimming: return Slimming()
    case .auto: return fidelity.map { AsynchronousHalving($0) } ?? AutoSearch()
    default: break
    }
    guard let fidelity else {
      throw SearchError("\(rawValue) trains most trials only so far; the objective has no 'fidelity'")
    }
    switch self {
    case .successiveHalving: return Hyperband(fidelity, onlyDeepest: true)
    case .asha: return AsynchronousHalving(fidelity)
    case .ashaStopping: return StoppingHalving(fidelity)
    case .pasha: return AsynchronousHalving(fidelity, grows: true)
    case .dehb: return DEHB(fidelity)
    case .bohb: return BOHB(fidelity)
    default: return Hyperband(fidelity)
    }
  }
}

/// Every proposal is drawn evenly from the space.
public struct RandomSearch: SearchAlgorithm {
  public init() {}

  public func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    Proposal(point: space.randomPoint(&random))
  }

  public func learn(_ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64) {}
}
