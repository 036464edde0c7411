import Fitting
import Foundation

/// Bayesian optimization: the point of the greatest expected improvement under a Gaussian process
/// of the losses (Jones, Schonlau and Welch 1998), on its logarithm (Ament et al. 2023).
///
/// The improvement is maximized from random points and from the neighbors of the best trials, over
/// the space's own neighbors, so that levels and categories stay what they are. Trials in progress
/// are assumed to come out as predicted. Beyond a thousand trials the process uses the best and
/// the latest of them.
///
/// With cost awareness, every other point has the greatest improvement per unit of cost (Snoek,
/// Larochelle and Adams 2012), by a second process of the logarithm of the costs of trials. Only
/// every other one, as the best may be expensive.
public struct GaussianProcessSearch: SearchAlgorithm {
  private let startUp: Int
  private let isCostAware: Bool
  private var model = Surrogate()
  /// The losses of the process's rows, in their order; infinite for failures.
  private var losses: [Double] = []
  private var excesses = ExcessModel()
  private var points: [SearchSpace.Point] = []
  /// The model of the logarithms of costs, and these, of the same rows; NaN for an unknown cost.
  private var costModel = Surrogate()
  private var logCosts: [Double] = []
  private var askedCount = 0
  private var finiteCount = 0
  private var book = ProposalBook()

  private static let randomStarts = 100
  private static let climbs = 3
  private static let longestClimb = 8
  /// The most rows of the process, and how many of them are kept when there are more.
  private static let mostRows = 1000
  private static let keptRows = 750

  /// A search by a Gaussian process.
  ///
  /// - Parameters:
  ///   - startUp: the number of trials that are drawn evenly first, at least 2.
  ///   - isCostAware: whether the costs of outcomes count.
  public init(startUp: Int = 10, isCostAware: Bool = false) {
    self.startUp = max(2, startUp)
    self.isCostAware = isCostAware
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard finiteCount >= startUp else { return book.propose(space.randomPoint(&random)) }
    return book.propose(book.substitute() ?? mostPromising(in: space, &random) ?? space.randomPoint(&random))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    // A refused point is no row: it says nothing about the losses around it.
    if outcome.source != .refused { add(proposal.point, outcome) }
    if !outcome.wasRun { book.refuse(answered: outcome.source == .known) }
  }

  private mutating func add(_ point: SearchSpace.Point, _ outcome: Outcome) {
    let loss = outcome.loss
    guard book.answer(point, failed: !loss.isFinite) else { return }
    if loss.isFinite {
      finiteCount += 1
    } else if losses.count - finiteCount >= finiteCount / 2 {
      // Failures teach where not to go, but must not outnumber what is to be modeled.
      return
    }
    excesses.append(outcome.excess, after: points.count)
    points.append(point)
    losses.append(loss)
    let cost = isCostAware ? outcome.cost ?? 0 : 0
    logCosts.append(cost > 0 ? log(cost) : .nan)
  }

  /// The best point that was not proposed yet.
  private mutating func mostPromising(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point? {
    let map = FeatureMap(space)
    if points.count > Self.mostRows { forget() }
    let values = standardizedLosses(losses)
    func row(_ point: SearchSpace.Point) -> [Double] { map.row(of: point, in: space) }
    func rows(from first: Int) -> [[Double]] { points[first...].map(row) }
    let ahead = book.pending.map(row)
    let process = model.process(map.features, adding: rows(from: model.count), values: values, ahead: ahead)
    let limit = excesses.limit(map.features, rows: rows, ahead: ahead)
    askedCount += 1
    let cost = isCostAware && askedCount % 2 == 0 ? costs(map, in: space) : nil
    let feasible = values.indices.filter(excesses.isFeasible)
    var search = ImprovementSearch(
      process: process, limit: limit, cost: cost, map: map, space: space, least: feasible.map { values[$0] }.min(),
      seen: book.seen)
    let order = ranked().prefix(Self.climbs)
    var start = (0..<Self.randomStarts).map { _ in space.randomPoint(&random) }
    for row in order { start += space.neighbors(of: points[row], &random) }
    search.evaluate(start)
    search.climb(from: Self.climbs, steps: Self.longestClimb, &random)
    return book.first(of: search.best(ProposalBook.reserveSize))
  }

  /// The process of the logarithms of costs, in units of their spread; nil where too few are
  /// known, or all are the same.
  private mutating func costs(_ map: FeatureMap, in space: SearchSpace) -> ImprovementSearch.Cost? {
    let known = logCosts.filter { !$0.isNaN }
    guard known.count >= startUp else { return nil }
    let (center, spread) = (mean(known), standardDeviation(known))
    guard spread > 0 else { return nil }
    let rows = points[costModel.count...].map { map.row(of: $0, in: space) }
    let values = logCosts.map { $0.isNaN ? 0 : ($0 - center) / spread }
    return .init(process: costModel.process(map.features, adding: rows, values: values, ahead: []), unit: spread)
  }

  /// All rows, the best first.
  private func ranked() -> [Int] {
    let keys = losses.indices.map { excesses.penalized(losses[$0], row: $0) }
    return keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }

  /// Leaves the best and the latest rows, half each.
  private mutating func forget() {
    let half = Self.keptRows / 2
    let latest = points.count - half
    let kept = ranked().filter { $0 < latest }.prefix(half).sorted() + Array(latest..<points.count)
    points = kept.map { points[$0] }
    losses = kept.map { losses[$0] }
    logCosts = kept.map { logCosts[$0] }
    excesses.keep(kept)
    finiteCount = losses.count(where: \.isFinite)
    (model, costModel) = (Surrogate(), Surrogate())
  }
}

extension AlgorithmEntry {
  /// Bayesian optimization by a Gaussian process.
  public static let gp = AlgorithmEntry("gp", summary: "Bayesian optimization by a Gaussian process") { _, _ in
    GaussianProcessSearch()
  }

  /// Bayesian optimization that weighs improvements by the costs of trials.
  public static let costAwareGP = AlgorithmEntry(
    "gp-cost", summary: "gp that seeks improvement per unit of cost"
  ) { _, _ in GaussianProcessSearch(isCostAware: true) }
}
