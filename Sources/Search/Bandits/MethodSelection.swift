import Fitting

/// The strategy by which the next pairs of a method and an example are chosen.
public enum SelectionStrategy: String, Sendable, CaseIterable, Codable {
  /// The method of the greatest upper bound, mean + √(a / n) with a = 1 after n of its examples,
  /// on an example at random (UCB-E: Audibert and Bubeck 2010; Zhou et al. 2024).
  case ucbE = "ucb-e"
  /// After a twentieth at random: the method of the greatest upper bound by imputed scores (after
  /// UCB-E-LRF: Zhou et al. 2024, who take the least certain examples; these are a biased sample,
  /// so here examples are drawn).
  case lowRank = "ucb-e-lrf"
  /// All methods on the same examples, drawn at random: a shortened benchmark.
  case subset
  /// Pairs at random.
  case random
}

/// The selection of the best of many methods by a small share of all evaluations: it is asked for
/// pairs to evaluate, and told their scores.
///
/// Higher scores are better. Bounds assume a range of 1; other scores are scaled by the range seen
/// so far.
public struct MethodSelection: Sendable {
  /// A method and an example, by their indices.
  public struct Pair: Sendable, Hashable {
    /// The index of the method.
    public let method: Int
    /// The index of the example.
    public let example: Int
  }

  /// The scores that are known.
  public private(set) var matrix: ScoreMatrix
  /// The strategy of choosing pairs.
  public let strategy: SelectionStrategy
  private var random: SplitMix64
  /// The order of examples where all methods share it.
  private let order: [Int]

  private static let warmUp = 0.05
  private static let exploration = 1.0
  /// The weight of the imputation's uncertainty.
  private static let uncertaintyWeight = 5.0
  /// The number of batches of the low-rank strategy in which a method can take all examples.
  private static let batchesOfMethod = 25

  /// A selection from what is known.
  ///
  /// - Parameters:
  ///   - matrix: the known scores.
  ///   - strategy: how pairs are chosen.
  ///   - seed: of everything random.
  public init(_ matrix: ScoreMatrix, _ strategy: SelectionStrategy, seed: UInt64) {
    self.matrix = matrix
    self.strategy = strategy
    random = SplitMix64(seed: seed)
    order = matrix.examples.indices.shuffled(using: &random)
  }

  /// The pairs to evaluate next, `count` of them, or fewer where no more are unknown.
  public mutating func next(_ count: Int) -> [Pair] {
    switch strategy {
    case .random: return drawn(count)
    case .subset: return shared(count)
    case .ucbE: return bounded(count)
    case .lowRank:
      let known = matrix.scores.count { !$0.isNaN }
      let first = Int((Self.warmUp * Double(matrix.scores.count)).rounded(.up))
      return known < first ? drawn(min(count, first - known)) : imputed(count)
    }
  }

  /// Records a score.
  public mutating func tell(_ pair: Pair, score: Double) { matrix[pair.method, pair.example] = score }

  /// The expected mean of every method over all examples; with the low-rank strategy unknown
  /// scores are imputed.
  public mutating func estimates() -> [Double] {
    guard strategy == .lowRank else { return matrix.methods.indices.map { mean(matrix.known($0)) ?? -.infinity } }
    return completed(ScoreImputation(matrix, &random))
  }

  private func mean(_ scores: [Double]) -> Double? {
    scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }

  private mutating func drawn(_ count: Int) -> [Pair] {
    let unknown = matrix.scores.indices.filter { matrix.scores[$0].isNaN }
    return unknown.shuffled(using: &random).prefix(count).map(pair)
  }

  private func shared(_ count: Int) -> [Pair] {
    var pairs: [Pair] = []
    for example in order {
      for method in matrix.methods.indices where !matrix.isKnown(method, example) {
        guard pairs.count < count else { return pairs }
        pairs.append(Pair(method: method, example: example))
      }
    }
    return pairs
  }

  /// The pairs of a batch, each chosen as if those before it had come out at their method's mean.
  private mutating func bounded(_ count: Int) -> [Pair] {
    let range = scoreRange
    let means = matrix.methods.indices.map { mean(matrix.known($0)) ?? .infinity }
    var counts = matrix.methods.indices.map { Double(matrix.known($0).count) }
    var unknown = matrix.methods.indices.map { unknownExamples($0) }
    var pairs: [Pair] = []
    while pairs.count < count {
      let open = unknown.indices.filter { !unknown[$0].isEmpty }
      func bound(_ method: Int) -> Double {
        counts[method] == 0 ? .infinity : means[method] + range * (Self.exploration / counts[method]).squareRoot()
      }
      guard let method = open.max(by: { (bound($0), -counts[$0]) < (bound($1), -counts[$1]) }),
        let example = unknown[method].popLast()
      else { break }
      counts[method] += 1
      pairs.append(Pair(method: method, example: example))
    }
    return pairs
  }

  private mutating func imputed(_ count: Int) -> [Pair] {
    let imputation = ScoreImputation(matrix, &random)
    let columns = matrix.examples.count
    let means = completed(imputation)
    let bounds = matrix.methods.indices.map { method in
      let unsure = matrix.examples.indices.reduce(0.0) { sum, example in
        matrix.isKnown(method, example) ? sum : sum + imputation.deviations[method * columns + example]
      }
      return means[method] + Self.uncertaintyWeight * unsure / Double(columns)
    }
    // A few pairs of each of the best methods: many of one would be wasted where its bound falls after the first.
    let most = max(1, columns / Self.batchesOfMethod)
    var unknown = matrix.methods.indices.map { unknownExamples($0) }
    let order = bounds.indices.sorted { (-bounds[$0], $0) < (-bounds[$1], $1) }
    var pairs: [Pair] = []
    while pairs.count < count {
      let before = pairs.count
      for method in order where pairs.count < count {
        let taken = unknown[method].suffix(min(most, count - pairs.count))
        unknown[method].removeLast(taken.count)
        pairs += taken.map { Pair(method: method, example: $0) }
      }
      guard pairs.count > before else { break }
    }
    return pairs
  }

  /// The examples that a method was not evaluated on, shuffled.
  private mutating func unknownExamples(_ method: Int) -> [Int] {
    matrix.examples.indices.filter { !matrix.isKnown(method, $0) }.shuffled(using: &random)
  }

  private func completed(_ imputation: ScoreImputation) -> [Double] {
    let columns = matrix.examples.count
    return matrix.methods.indices.map { method in
      matrix.examples.indices.reduce(0.0) { sum, example in
        let entry = method * columns + example
        return sum + (matrix.scores[entry].isNaN ? imputation.means[entry] : matrix.scores[entry])
      } / Double(columns)
    }
  }

  private var scoreRange: Double {
    let known = matrix.scores.filter { !$0.isNaN }
    guard let low = known.min(), let high = known.max(), high > low else { return 1 }
    return high - low
  }

  private func pair(_ entry: Int) -> Pair {
    Pair(method: entry / matrix.examples.count, example: entry % matrix.examples.count)
  }
}
