import Fitting

/// Tree-structured Parzen estimators (Bergstra et al. 2011) in their joint form (Falkner, Klein
/// and Hutter 2018): among draws from the density of the good trials, the one with the greatest
/// ratio to the density of the others.
///
/// A tenth of the trials, at most 25, are good. Trials in progress count among the others, so that
/// simultaneous proposals spread. The density of the others uses the latest 128 of them, with
/// weights that fall with age, so that the cost of a proposal does not grow with the history.
public struct TreeParzenSearch: SearchAlgorithm {
  private struct Models {
    var good: ParzenEstimator
    var others: ParzenEstimator
  }

  private let startUp: Int
  private let candidates: Int
  private let mostOthers: Int
  private var models: Models?
  /// The coordinates of trials in the estimators, in the order of their outcomes.
  private var places: [[Double]] = []
  /// The best trials by rising loss, at most ``mostGood``, as indices of `places`.
  private var best: [(index: Int, loss: Double)] = []
  private var finiteCount = 0
  private var pending: [(point: SearchSpace.Point, place: [Double])] = []
  private var seen: Set<SearchSpace.Point> = []

  private static let mostGood = 25
  /// The number of latest trials with full weight.
  private static let flat = 25

  /// A search by Parzen estimators.
  ///
  /// - Parameters:
  ///   - startUp: the number of trials that are drawn evenly first, at least 2.
  ///   - candidates: the number of draws that are compared for a proposal.
  ///   - others: the most trials, other than the good ones, in the second density.
  public init(startUp: Int = 10, candidates: Int = 24, others: Int = 128) {
    self.startUp = max(2, startUp)
    self.candidates = max(1, candidates)
    mostOthers = max(1, others)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    var models = self.models ?? made(for: space)
    // Taken out while it changes, so that it is not copied.
    self.models = nil
    defer { self.models = models }
    let point = finiteCount < startUp ? space.randomPoint(&random) : likeliest(&models, in: space, &random)
    if seen.insert(point).inserted { pending.append((point, models.good.place(of: point, in: space))) }
    return Proposal(point)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let place: [Double]
    if let index = pending.firstIndex(where: { $0.point == proposal.point }) {
      place = pending.remove(at: index).place
    } else {
      // A repeat adds nothing.
      guard seen.insert(proposal.point).inserted else { return }
      let models = self.models ?? made(for: space)
      self.models = models
      place = models.good.place(of: proposal.point, in: space)
    }
    places.append(place)
    let loss = outcome.penalizedLoss
    guard loss.isFinite else { return }
    finiteCount += 1
    var rank = best.count
    while rank > 0, best[rank - 1].loss > loss { rank -= 1 }
    guard rank < Self.mostGood else { return }
    best.insert((places.count - 1, loss), at: rank)
    if best.count > Self.mostGood { best.removeLast() }
  }

  private func made(for space: SearchSpace) -> Models {
    Models(good: ParzenEstimator(space, capacity: Self.mostGood), others: ParzenEstimator(space, capacity: mostOthers))
  }

  /// The number of good trials among a number of trials.
  static func goodCount(of count: Int) -> Int { min((count + 9) / 10, mostGood) }

  private func likeliest(
    _ models: inout Models, in space: SearchSpace, _ random: inout SplitMix64
  ) -> SearchSpace.Point {
    split(&models)
    var genes = [Double](repeating: 0, count: space.parameters.count)
    var most = -Double.infinity
    var chosen: SearchSpace.Point?
    var last: SearchSpace.Point = []
    for _ in 0..<candidates {
      models.good.sampleGenes(&genes, &random)
      last = space.point(ofGenes: genes)
      let place = models.good.place(of: last, in: space)
      let score = models.good.logDensity(place) - models.others.logDensity(place)
      if score > most, !seen.contains(last) {
        most = score
        chosen = last
      }
    }
    return chosen ?? space.mutated(last, &random)
  }

  private func split(_ models: inout Models) {
    let good = best.prefix(Self.goodCount(of: finiteCount)).map(\.index)
    models.good.rebuild(good.map { places[$0] }, weights: [Double](repeating: 1, count: good.count))
    var others = pending.suffix(mostOthers).map(\.place)
    let count = pending.count + places.count - good.count
    var weights = [Double](repeating: 1, count: others.count)
    var index = places.count - 1
    while index >= 0, others.count < mostOthers {
      if !good.contains(index) {
        weights.append(Self.weight(age: others.count, of: count))
        others.append(places[index])
      }
      index -= 1
    }
    models.others.rebuild(others, weights: weights)
  }

  /// The weight of a trial by its age among `count` trials: 1 for the latest, and falling to
  /// 1/`count` for the first.
  static func weight(age: Int, of count: Int) -> Double {
    guard age >= flat, count > flat else { return 1 }
    let least = 1 / Double(count)
    guard count - flat > 1 else { return least }
    return least + (1 - least) * Double(count - 1 - age) / Double(count - flat - 1)
  }
}

extension AlgorithmEntry {
  /// Tree-structured Parzen estimators.
  public static let tpe = AlgorithmEntry("tpe", summary: "tree-structured Parzen estimators") { _, _ in
    TreeParzenSearch()
  }
}
