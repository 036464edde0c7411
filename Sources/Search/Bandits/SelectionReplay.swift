import Fitting

/// How well strategies choose the best method from a share of all evaluations, by replaying them on a complete matrix.
public struct SelectionReplay: Sendable, Encodable {
  public struct Row: Sendable, Encodable {
    public let strategy: SelectionStrategy
    /// Of all pairs that were evaluated.
    public let share: Double
    /// How often the method of the highest estimate is one of the best.
    public let foundBest: Double
    /// How far the best score is above that of the chosen method, on average.
    public let regret: Double
    /// Kendall's τ-b of estimates and true means over all methods, on average.
    public let kendallTau: Double
  }

  public static let shares = [0.02, 0.05, 0.1, 0.2, 0.5]

  public let seeds: Int
  public let rows: [Row]

  /// - Throws: ``SearchError`` for a matrix with unknown scores.
  public init(
    _ matrix: ScoreMatrix, strategies: [SelectionStrategy] = SelectionStrategy.allCases, seeds: Int, firstSeed: UInt64,
    threads: Int, progress: @escaping @Sendable () -> Void = {}
  ) throws(SearchError) {
    guard matrix.isComplete else {
      throw SearchError(
        "a replay needs the score of every method on every example; leave --replay out for the next pairs")
    }
    self.seeds = seeds
    let means = matrix.means
    let best = means.max() ?? 0
    let runs = mapInParallel(
      strategies.count * seeds, threads: threads, state: {},
      body: { index, _ in
        defer { progress() }
        return Self.estimates(matrix, strategies[index / seeds], seed: firstSeed &+ UInt64(index % seeds))
      })
    rows = strategies.indices.flatMap { strategy in
      Self.shares.indices.map { place in
        let all = runs[strategy * seeds..<(strategy + 1) * seeds].map { $0[place] }
        let chosen = all.map { estimates in means[estimates.indices.max { estimates[$0] < estimates[$1] } ?? 0] }
        let count = Double(seeds)
        return Row(
          strategy: strategies[strategy], share: Self.shares[place],
          foundBest: Double(chosen.count { $0 >= best - 1e-12 }) / count,
          regret: chosen.reduce(0) { $0 + best - $1 } / count,
          kendallTau: all.reduce(0) { $0 + kendallTau($1, means) } / count)
      }
    }
  }

  /// The estimates at every share.
  private static func estimates(_ truth: ScoreMatrix, _ strategy: SelectionStrategy, seed: UInt64) -> [[Double]] {
    var empty = truth
    for method in truth.methods.indices {
      for example in truth.examples.indices { empty[method, example] = .nan }
    }
    var selection = MethodSelection(empty, strategy, seed: seed)
    let total = truth.methods.count * truth.examples.count
    // A batch of 32 as in the paper, but no more than a hundred batches.
    let batch = max(32, total / 100)
    var known = 0
    return shares.map { share in
      let wanted = Int((share * Double(total)).rounded(.up))
      while known < wanted {
        let pairs = selection.next(min(batch, wanted - known))
        guard !pairs.isEmpty else { break }
        for pair in pairs { selection.tell(pair, score: truth[pair.method, pair.example]) }
        known += pairs.count
      }
      return selection.estimates()
    }
  }
}
