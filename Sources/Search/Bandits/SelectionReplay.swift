import Fitting

/// A replay of selection strategies on a complete matrix: how well each finds the best method from
/// a share of all evaluations.
public struct SelectionReplay: Sendable, Codable {
  /// A strategy after a share of all evaluations.
  public struct Row: Sendable, Codable {
    /// The strategy.
    public let strategy: SelectionStrategy
    /// The share of pairs that were evaluated.
    public let share: Double
    /// The share of seeds in which the method with the highest estimate is one of the best.
    public let foundBest: Double
    /// The mean difference of the best score and that of the chosen method.
    public let regret: Double
    /// The mean of Kendall's τ-b between estimates and true means of all methods.
    public let kendallTau: Double
  }

  /// The shares of pairs after which strategies are compared.
  public static let shares = [0.02, 0.05, 0.1, 0.2, 0.5]

  /// The number of seeds.
  public let seeds: Int
  /// The results, by strategy and then by share.
  public let rows: [Row]

  /// Replays strategies.
  ///
  /// - Parameters:
  ///   - matrix: with every score.
  ///   - strategies: to compare.
  ///   - seeds: the number of replays of each strategy.
  ///   - firstSeed: the first of consecutive seeds.
  ///   - threads: the number of threads; results are the same for any.
  ///   - progress: called after every replay, from any thread.
  /// - Throws: ``SearchError`` for a matrix with unknown scores.
  public init(
    _ matrix: ScoreMatrix, strategies: [SelectionStrategy] = SelectionStrategy.allCases, seeds: Int, firstSeed: UInt64,
    threads: Int, progress: @escaping @Sendable () -> Void = {}
  ) throws(SearchError) {
    guard matrix.isComplete else {
      throw SearchError(
        "a replay needs the score of every method on every example; without --replay the next pairs are printed")
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

  /// The estimates after every share.
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
