import Fitting
import Foundation

/// Bayesian optimization of several objectives with genetic candidates, after MOBOGA (RA-AutoML:
/// Yang et al. 2020).
///
/// There is a Gaussian process for every objective and one for the excess over measured
/// constraints. A genetic algorithm breeds configurations by their optimistic losses, those first
/// that are expected to satisfy the constraints. The proposal is the one that would add the most
/// hypervolume (as in SMS-EGO: Ponweiser et al. 2008).
public struct MOBOGA: SearchAlgorithm {
  private let startUp: Int
  private var models: [Surrogate] = []
  private var points: [SearchSpace.Point] = []
  private var losses: [[Double]] = []
  private var excesses = ExcessModel()
  private var book = ProposalBook()

  private static let population = 40
  private static let generations = 12
  /// The number of standard deviations by which predicted losses are lowered.
  private static let optimism = 1.0
  private static let mostRows = 1000

  /// A MOBOGA search.
  ///
  /// - Parameter startUp: the number of trials that are drawn evenly first, at least 2.
  public init(startUp: Int = 10) { self.startUp = max(2, startUp) }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard points.count >= startUp else { return book.propose(space.randomPoint(&random)) }
    return book.propose(book.substitute() ?? mostPromising(in: space, &random) ?? space.randomPoint(&random))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    // A refused point says nothing about the losses around it, and a repeat is a row already.
    guard outcome.wasRun else {
      book.refuse()
      return
    }
    let failed = !outcome.losses.allSatisfy(\.isFinite)
    guard book.answer(proposal.point, failed: failed), !failed else { return }
    excesses.append(outcome.excess, after: points.count)
    points.append(proposal.point)
    losses.append(outcome.losses)
  }

  /// The best point that was not proposed yet.
  private mutating func mostPromising(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point? {
    if points.count > Self.mostRows { forget() }
    let map = FeatureMap(space)
    let values = losses[0].indices.map { goal in standardizedLosses(losses.map { $0[goal] }) }
    if models.isEmpty { models = values.map { _ in Surrogate() } }
    func row(_ point: SearchSpace.Point) -> [Double] { map.row(of: point, in: space) }
    func rows(from first: Int) -> [[Double]] { points[first...].map(row) }
    let ahead = book.pending.map(row)
    let processes = models.indices.map { goal in
      models[goal].process(map.features, adding: rows(from: models[goal].count), values: values[goal], ahead: ahead)
    }
    let limit = excesses.limit(map.features, rows: rows, ahead: ahead)
    var front = ParetoFront()
    for row in points.indices where excesses.isFeasible(row) { front.insert(row, values.map { $0[row] }) }

    var breeding = Breeding(processes: processes, limit: limit, map: map, space: space, optimism: Self.optimism)
    var start = (0..<Self.population).map { _ in space.randomPoint(&random) }
    for member in front.members.shuffled(using: &random).prefix(Self.population / 4) {
      start += space.neighbors(of: points[member.number], &random).shuffled(using: &random).prefix(8)
      start.append(points[member.number])
    }
    breeding.begin(with: start, keeping: Self.population)
    for _ in 0..<Self.generations { breeding.breed(&random) }
    return book.first(of: breeding.best(ProposalBook.reserveSize, beyond: front, notIn: book.seen))
  }

  /// Leaves the front and the latest rows.
  private mutating func forget() {
    var front = ParetoFront()
    for row in points.indices where excesses.isFeasible(row) { front.insert(row, losses[row]) }
    let latest = points.count - Self.mostRows / 2
    let kept =
      front.members.map(\.number).filter { $0 < latest }.sorted().suffix(Self.mostRows / 4)
      + Array(latest..<points.count)
    points = kept.map { points[$0] }
    losses = kept.map { losses[$0] }
    excesses.keep(kept)
    models = []
  }
}

extension AlgorithmEntry {
  /// MOBOGA.
  public static let moboga = AlgorithmEntry(
    "moboga", summary: "Gaussian processes with genetic candidates", objectives: .several
  ) { _, _ in MOBOGA() }
}

/// A population bred under the processes' predictions, and every candidate that was in it.
private struct Breeding {
  private struct Candidate {
    let point: SearchSpace.Point
    let losses: [Double]
    /// Of satisfying the measured constraints.
    let logChance: Double
    var isFeasible: Bool { logChance >= -log(2) }
  }

  let processes: [GaussianProcess]
  let limit: ExcessLimit?
  let map: FeatureMap
  let space: SearchSpace
  let optimism: Double
  private var all: [Candidate] = []
  private var known: Set<SearchSpace.Point> = []
  /// The best first.
  private var population: [Int] = []
  private var size = 0
  private let operators = GeneticOperators()

  init(
    processes: [GaussianProcess], limit: ExcessLimit?, map: FeatureMap, space: SearchSpace, optimism: Double
  ) {
    (self.processes, self.limit, self.map, self.space, self.optimism) = (processes, limit, map, space, optimism)
  }

  mutating func begin(with points: [SearchSpace.Point], keeping size: Int) {
    self.size = size
    select(from: evaluated(points))
  }

  mutating func breed(_ random: inout SplitMix64) {
    let children = (0..<size).map { _ in
      operators.child(of: parent(&random), and: parent(&random), in: space, &random)
    }
    select(from: population + evaluated(children))
  }

  /// The unseen points that would add the most hypervolume to a front, times the chance that they
  /// are feasible; after those that would add some, the nearest to the front.
  func best(
    _ count: Int, beyond front: ParetoFront, notIn seen: Set<SearchSpace.Point>
  ) -> [SearchSpace.Point] {
    let fresh = all.filter { !seen.contains($0.point) }
    let known = front.members.map(\.losses)
    let reference = processes.indices.map { goal in
      let values = (known + fresh.map(\.losses)).map { $0[goal] }
      return (known.map { $0[goal] }.max() ?? values.max() ?? 1) + 1
    }
    let volume = ParetoFront.hypervolume(known, below: reference)
    let scored = fresh.map { candidate -> (gain: Double, behind: Double, point: SearchSpace.Point) in
      let gain =
        (ParetoFront.hypervolume(known + [candidate.losses], below: reference) - volume) * exp(candidate.logChance)
      let behind = known.map { zip(candidate.losses, $0).map { max(0, $0 - $1) }.reduce(0, +) }.min() ?? 0
      return (gain, behind - candidate.logChance, candidate.point)
    }
    return scored.sorted { (-$0.gain, $0.behind) < (-$1.gain, $1.behind) }.prefix(count).map(\.point)
  }

  private mutating func evaluated(_ points: [SearchSpace.Point]) -> [Int] {
    let fresh = points.filter { known.insert($0).inserted }
    guard !fresh.isEmpty else { return [] }
    let rows = fresh.map { map.row(of: $0, in: space) }
    let predictions = processes.map { $0.posterior(rows) }
    let logChances = limit?.logChances(rows) ?? rows.map { _ in 0 }
    let first = all.count
    for index in fresh.indices {
      let losses = predictions.map { $0.means[index] - optimism * $0.variances[index].squareRoot() }
      all.append(Candidate(point: fresh[index], losses: losses, logChance: logChances[index]))
    }
    return Array(first..<all.count)
  }

  /// By constrained domination (Deb et al. 2002).
  private mutating func select(from candidates: [Int]) {
    let feasible = candidates.filter { all[$0].isFeasible }
    population = fittest(feasible.map { all[$0].losses }, size).map { feasible[$0.index] }
    let others = candidates.filter { !all[$0].isFeasible }.sorted {
      (-all[$0].logChance, $0) < (-all[$1].logChance, $1)
    }
    population += others.prefix(size - population.count)
  }

  /// The better of two.
  private func parent(_ random: inout SplitMix64) -> SearchSpace.Point {
    let place = min(random.integer(below: population.count), random.integer(below: population.count))
    return all[population[place]].point
  }
}
