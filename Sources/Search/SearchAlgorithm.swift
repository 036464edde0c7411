import Fitting

/// A way of choosing what to try next: a value that is asked for proposals and told their losses.
///
/// It runs nothing and knows nothing of constraints or repeats; a ``Study`` sees to those, and tells it the loss of every
/// proposal sooner or later: that of a trial, one that is known already, or infinity where it cannot be tried.
public protocol SearchAlgorithm: Sendable {
  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal

  /// - Parameter loss: what the proposal came to, to be minimised; infinite where it failed or was not feasible.
  mutating func learn(_ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64)
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

  struct Origin: Sendable, Hashable {
    let loss: Double
    let detour: Int
  }
}

/// The algorithms, by the names that experiment files give.
public enum AlgorithmName: String, Sendable, CaseIterable, Codable {
  case auto, random
  case evolution
  case differentialEvolution = "differential-evolution"
  case localSearch = "local-search"
  case bestFirst = "best-first"
  case tpe
  case gp

  /// The algorithm with its customary settings.
  public var algorithm: any SearchAlgorithm {
    switch self {
    case .random: RandomSearch()
    case .evolution: RegularizedEvolution()
    case .differentialEvolution: DifferentialEvolution()
    case .localSearch: LocalSearch()
    case .auto, .bestFirst: BestFirstSearch()
    case .tpe: TreeParzenSearch()
    case .gp: GaussianProcessSearch()
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
