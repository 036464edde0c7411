import Fitting

/// Hyperband whose new configurations come from a model (after BOHB: Falkner, Klein and Hutter
/// 2018): among draws from the density of the good results, the one with the greatest ratio to the
/// density of the others.
///
/// The model uses the highest fidelity that has enough results, d + 3 for d parameters; 15 % of
/// these, and at least d + 1, are good. A third of the configurations, and all before there is a
/// model, are drawn evenly. The densities are those of ``TreeParzenSearch`` with one bandwidth,
/// where the paper has one per parameter; as in the paper, draws come from kernels three times as
/// wide.
public struct BOHB: SearchAlgorithm {
  /// The coordinates and losses of results, by rising loss, the earlier of equals first.
  private struct Results {
    var places: [[Double]] = []
    var losses: [Double] = []
  }

  private var brackets: Hyperband
  private var results: [Double: Results] = [:]
  private var densities: (good: ParzenEstimator, others: ParzenEstimator)?

  private static let randomShare = 1.0 / 3
  private static let candidates = 64
  private static let widening = 3.0
  private static let goodShare = 0.15
  /// The most results in a density: the best of the good ones, and of the others those with the
  /// least losses.
  private static let mostKernels = 128

  /// A BOHB search.
  ///
  /// - Parameter fidelity: how far trials can be trained.
  public init(_ fidelity: Fidelity) { brackets = Hyperband(fidelity) }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    var model = densities
    // Taken out while it changes, so that it is not copied.
    densities = nil
    defer { densities = model }
    let results = results
    return brackets.next { Self.sample(results, &model, in: space, &random) }
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    brackets.learn(proposal, outcome, in: space, &random)
    guard outcome.wasRun else { return }
    let densities =
      self.densities
      ?? (ParzenEstimator(space, capacity: Self.mostKernels), ParzenEstimator(space, capacity: Self.mostKernels))
    self.densities = densities
    let loss = outcome.penalizedLoss
    guard loss.isFinite else { return }
    var level = results.removeValue(forKey: proposal.fidelity ?? .infinity) ?? Results()
    let rank = level.losses.partitioningIndex { $0 > loss }
    level.losses.insert(loss, at: rank)
    level.places.insert(densities.good.place(of: proposal.point, in: space), at: rank)
    results[proposal.fidelity ?? .infinity] = level
  }

  private static func sample(
    _ results: [Double: Results], _ model: inout (good: ParzenEstimator, others: ParzenEstimator)?,
    in space: SearchSpace,
    _ random: inout SplitMix64
  ) -> SearchSpace.Point {
    let leastGood = space.parameters.count + 1
    let highest = results.filter { $0.value.losses.count >= leastGood + 2 }.max { $0.key < $1.key }?.value
    guard let highest, var (good, others) = model, random.uniform() >= randomShare else {
      return space.randomPoint(&random)
    }
    model = nil
    defer { model = (good, others) }
    let count = max(leastGood, Int(goodShare * Double(highest.losses.count)))
    func rebuild(_ density: inout ParzenEstimator, _ places: ArraySlice<[Double]>) {
      let kept = Array(places.prefix(mostKernels))
      density.rebuild(kept, weights: [Double](repeating: 1, count: kept.count))
    }
    rebuild(&good, highest.places.prefix(count))
    rebuild(&others, highest.places.dropFirst(count))
    var genes = [Double](repeating: 0, count: space.parameters.count)
    var (best, most) = (space.randomPoint(&random), -Double.infinity)
    for _ in 0..<candidates {
      good.sampleGenes(&genes, widening: widening, &random)
      let point = space.point(ofGenes: genes)
      let place = good.place(of: point, in: space)
      let score = good.logDensity(place) - others.logDensity(place)
      if score > most { (best, most) = (point, score) }
    }
    return best
  }
}

extension AlgorithmEntry {
  /// BOHB.
  public static let bohb = AlgorithmEntry(
    multiFidelity: "bohb", summary: "Hyperband with Parzen estimators in place of chance"
  ) { BOHB($0) }
}
