import Fitting

/// Hyperband whose new configurations come from a model (after BOHB: Falkner, Klein and Hutter 2018): of some draws from the
/// density of the good results, the one that is likeliest there beside the density of the others.
///
/// The model stands on the highest fidelity that has enough results, d + 3 for d parameters; 15 % of these are good, at
/// least d + 1. A third of the configurations are drawn evenly, as are all before there is a model. The densities are
/// those of ``TreeParzenSearch``, of one bandwidth, where the paper has one a parameter; draws are as there from kernels
/// three times as wide.
public struct BOHB: SearchAlgorithm {
  /// Where results lie, by rising loss, the earlier of equals first.
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
  /// The most results that a density stands on: of the good the best, of the others those next to them.
  private static let mostKernels = 128

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
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    brackets.learn(proposal, loss: loss, in: space, &random)
    let densities =
      self.densities
      ?? (ParzenEstimator(space, capacity: Self.mostKernels), ParzenEstimator(space, capacity: Self.mostKernels))
    self.densities = densities
    guard loss.isFinite else { return }
    var level = results.removeValue(forKey: proposal.fidelity ?? .infinity) ?? Results()
    let rank = level.losses.partitioningIndex { $0 > loss }
    level.losses.insert(loss, at: rank)
    level.places.insert(densities.good.place(of: proposal.point, in: space), at: rank)
    results[proposal.fidelity ?? .infinity] = level
  }

  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    brackets.refuse(proposal, known: loss, in: space, &random)
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
