import Fitting
import Foundation

/// Bayesian optimisation: the point of the greatest expected improvement under a Gaussian process of the losses
/// (Jones, Schonlau and Welch 1998), on its logarithm (Ament et al. 2023).
///
/// The improvement is climbed from random points and from the neighbours of the best trials, over the space's own
/// neighbours, so that levels and categories stay what they are. Trials in progress are taken to come out as
/// predicted. Beyond a thousand trials the process rests on the best and the latest of them.
///
/// Where it is aware of costs, every other point is that of the greatest improvement per unit of cost (Snoek, Larochelle and
/// Adams 2012), by a second process of the logarithm of what trials cost. Not all are: the best may be dear.
public struct GaussianProcessSearch: SearchAlgorithm {
  private let startUp: Int
  private let isCostAware: Bool
  private var model = Surrogate()
  /// Of the rows of the process, in their order; infinite for failures.
  private var losses: [Double] = []
  private var excesses = ExcessModel()
  private var points: [SearchSpace.Point] = []
  /// The model of the logarithms of costs, and these, of the same rows; NaN where it is not known.
  private var costModel = Surrogate()
  private var logCosts: [Double] = []
  /// Of trials that are told next.
  private var charged: [SearchSpace.Point: Double] = [:]
  private var askedCount = 0
  private var finiteCount = 0
  private var book = ProposalBook()

  private static let randomStarts = 100
  private static let climbs = 3
  private static let longestClimb = 8
  /// The process never has more rows; as many as `keptRows` are left of them then.
  private static let mostRows = 1000
  private static let keptRows = 750

  /// - Parameters:
  ///   - startUp: how many trials are drawn evenly first.
  ///   - isCostAware: whether costs count where they are told.
  public init(startUp: Int = 10, isCostAware: Bool = false) {
    self.startUp = max(2, startUp)
    self.isCostAware = isCostAware
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard finiteCount >= startUp else { return book.propose(space.randomPoint(&random)) }
    return book.propose(book.substitute() ?? mostPromising(in: space, &random) ?? space.randomPoint(&random))
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    add(proposal, loss, excess: nil)
  }

  public mutating func learn(
    _ proposal: Proposal, losses: [Double], excess: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    add(proposal, losses.first ?? .infinity, excess: excess)
  }

  public mutating func charge(_ proposal: Proposal, cost: Double) {
    if isCostAware, cost > 0 { charged[proposal.point] = log(cost) }
  }

  private mutating func add(_ proposal: Proposal, _ loss: Double, excess: Double?) {
    let logCost = charged.removeValue(forKey: proposal.point) ?? .nan
    guard book.answer(proposal.point, failed: !loss.isFinite) else { return }
    if loss.isFinite {
      finiteCount += 1
    } else if losses.count - finiteCount >= finiteCount / 2 {
      // Failures teach where not to go, but must not outnumber what is to be modelled.
      return
    }
    excesses.append(excess, after: points.count)
    points.append(proposal.point)
    losses.append(loss)
    logCosts.append(logCost)
  }

  /// What may not be tried is no row: it says nothing of the losses around it.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let loss { learn(proposal, loss: loss, in: space, &random) }
    book.refuse(answered: loss != nil)
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

  /// The process of the logarithms of costs, in units of their spread; nil where too few are known, or all are the same.
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
