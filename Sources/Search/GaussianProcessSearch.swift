import Fitting
import Foundation

/// Bayesian optimisation: the point of the greatest expected improvement under a Gaussian process of the losses
/// (Jones, Schonlau and Welch 1998), on its logarithm (Ament et al. 2023).
///
/// The improvement is climbed from random points and from the neighbours of the best trials, over the space's own
/// neighbours, so that levels and categories stay what they are. Trials in progress are taken to come out as
/// predicted. Beyond a thousand trials the process rests on the best and the latest of them.
public struct GaussianProcessSearch: SearchAlgorithm {
  private let startUp: Int
  private var process: GaussianProcess?
  /// Of the rows of the process, in their order; infinite for failures.
  private var losses: [Double] = []
  private var points: [SearchSpace.Point] = []
  private var finiteCount = 0
  private var fittedCount = 0
  private var pending: [SearchSpace.Point] = []
  private var seen: Set<SearchSpace.Point> = []
  /// What else was promising when the process was last asked, the best last, for when a proposal cannot be tried.
  private var reserve: [SearchSpace.Point] = []
  private var wasRefused = false
  /// Whether the last proposal had not been made before.
  private var isNew = false

  private static let randomStarts = 100
  private static let climbs = 3
  private static let longestClimb = 8
  private static let reserveSize = 64
  /// The process never has more rows; as many as `keptRows` are left of them then.
  private static let mostRows = 1000
  private static let keptRows = 750
  /// The most rows that hyperparameters are fitted to.
  private static let mostFitted = 300

  /// - Parameter startUp: how many trials are drawn evenly first.
  public init(startUp: Int = 10) { self.startUp = max(2, startUp) }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    defer { wasRefused = false }
    var point: SearchSpace.Point?
    if finiteCount >= startUp {
      if wasRefused { point = reserve.popLast() }
      if point == nil { point = mostPromising(in: space, &random) }
    }
    let chosen = point ?? space.randomPoint(&random)
    isNew = seen.insert(chosen).inserted
    if isNew { pending.append(chosen) }
    return Proposal(point: chosen)
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let index = pending.firstIndex(of: proposal.point) {
      pending.remove(at: index)
    } else if !seen.insert(proposal.point).inserted {
      return
    }
    wasRefused = !loss.isFinite
    if loss.isFinite {
      finiteCount += 1
    } else if losses.count - finiteCount >= finiteCount / 2 {
      // Failures teach where not to go, but must not outnumber what is to be modelled.
      return
    }
    points.append(proposal.point)
    losses.append(loss)
  }

  /// What may not be tried is no row: it says nothing of the losses around it.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let loss {
      learn(proposal, loss: loss, in: space, &random)
    } else if isNew {
      // A repeat of a trial in progress stays pending.
      pending.removeLast()
    }
    wasRefused = true
  }

  /// The best point that was not proposed yet; the next best are kept in reserve.
  private mutating func mostPromising(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point? {
    let map = FeatureMap(space)
    if points.count > Self.mostRows { forget() }
    let values = standardisedLosses(losses)
    var process = self.process ?? GaussianProcess(map.features)
    // Taken out while it changes, so that it is not copied.
    self.process = nil
    for row in process.count..<max(process.count, points.count) { process.append(map.row(of: points[row], in: space)) }
    if points.count >= fittedCount + max(1, fittedCount / 16) {
      process.refactor(fitted(process, values))
      fittedCount = points.count
    }
    process.setValues(values)
    for point in pending { process.append(map.row(of: point, in: space)) }
    defer {
      process.truncate(to: points.count)
      self.process = process
    }
    var search = ImprovementSearch(process: process, map: map, space: space, least: values.min() ?? 0, seen: seen)
    let order = losses.indices.sorted { losses[$0] < losses[$1] }.prefix(Self.climbs)
    var start = (0..<Self.randomStarts).map { _ in space.randomPoint(&random) }
    for row in order { start += space.neighbours(of: points[row], &random) }
    search.evaluate(start)
    search.climb(from: Self.climbs, steps: Self.longestClimb, &random)
    reserve = search.best(Self.reserveSize).reversed()
    return reserve.popLast()
  }

  private func fitted(_ process: GaussianProcess, _ values: [Double]) -> GaussianProcess.Hyperparameters {
    var rows = Array(points.indices)
    if rows.count > Self.mostFitted {
      // A third are the best, the rest evenly spread over the others.
      rows.sort { values[$0] < values[$1] }
      let best = Self.mostFitted / 3
      let stride = Double(rows.count - best) / Double(Self.mostFitted - best)
      rows = rows[..<best] + (best..<Self.mostFitted).map { rows[best + Int(Double($0 - best) * stride)] }
    }
    let evidence = Evidence(process.features, columns: process.columns(ofRows: rows), values: rows.map { values[$0] })
    return evidence.maximise(from: process.hyperparameters, steps: fittedCount == 0 ? 40 : 12)
  }

  /// Leaves the best and the latest rows, half each.
  private mutating func forget() {
    let half = Self.keptRows / 2
    let earlier = (0..<(points.count - half)).sorted { losses[$0] < losses[$1] }.prefix(half).sorted()
    let kept = earlier + Array((points.count - half)..<points.count)
    points = kept.map { points[$0] }
    losses = kept.map { losses[$0] }
    finiteCount = losses.count(where: \.isFinite)
    fittedCount = 0
    process = nil
  }
}

/// Losses as a Gaussian process takes them: about the median, those below it in units of their own spread, and those
/// above it by the normal quantiles of their ranks, so that neither failures nor a heavy tail say more than that they
/// are bad (after the half-rank warping of Song et al. 2024).
func standardisedLosses(_ losses: [Double]) -> [Double] {
  let order = losses.indices.sorted { losses[$0] < losses[$1] }
  guard let first = order.first, losses[first].isFinite else { return [Double](repeating: 0, count: losses.count) }
  let middle = losses[order[(losses.count(where: \.isFinite) - 1) / 2]]
  let good = order.filter { losses[$0] <= middle }
  let squares = good.reduce(0.0) { $0 + (losses[$1] - middle) * (losses[$1] - middle) }
  let spread = (squares / Double(good.count)).squareRoot()
  let scale = spread > 0 ? 1 / spread : 1
  var values = [Double](repeating: 0, count: losses.count)
  for row in good { values[row] = (losses[row] - middle) * scale }
  // Equal losses share the quantile of their last.
  var rank = good.count
  while rank < order.count {
    var last = rank
    while last + 1 < order.count, losses[order[last + 1]] == losses[order[rank]] { last += 1 }
    let quantile = normalQuantile((Double(last) + 0.5) / Double(order.count))
    for index in rank...last { values[order[index]] = max(0, quantile) }
    rank = last + 1
  }
  let mean = values.reduce(0, +) / Double(values.count)
  return values.map { $0 - mean }
}
