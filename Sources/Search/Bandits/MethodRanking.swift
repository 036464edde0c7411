import Fitting

/// The ranking of methods by their expected mean scores over all examples, from the examples they
/// were evaluated on.
public struct MethodRanking: Sendable {
  /// A method of the ranking.
  public struct Entry: Sendable, Codable {
    /// The name of the method.
    public let method: String
    /// The number of known scores.
    public let evaluated: Int
    /// The mean of the known scores; nil without any.
    public let mean: Double?
    /// The standard error of that mean as an estimate over all examples; nil for fewer than two
    /// scores, 0 where all are known.
    public let standardError: Double?
    /// The chance that it is the best of all.
    public let chanceBest: Double
  }

  /// The methods by falling chance to be the best, then mean.
  public let entries: [Entry]

  private static let draws = 4000

  /// Ranks the methods of a matrix.
  ///
  /// Examples count as drawn at random without replacement, and means as normal; a method with
  /// fewer than two scores has the spread of all scores.
  public init(_ matrix: ScoreMatrix, seed: UInt64) {
    let all = matrix.scores.filter { !$0.isNaN }
    let (level, spread) = (all.isEmpty ? 0 : Fitting.mean(all), all.count > 1 ? standardDeviation(all) : 0)
    let statistics = matrix.methods.indices.map { method -> (known: [Double], center: Double, error: Double) in
      let known = matrix.known(method)
      let deviation = known.count > 1 ? standardDeviation(known) : spread
      let unknownShare = 1 - Double(known.count) / Double(matrix.examples.count)
      let error = deviation * (unknownShare / Double(max(1, known.count))).squareRoot()
      return (known, known.isEmpty ? level : Fitting.mean(known), error)
    }
    var random = SplitMix64(seed: seed)
    var wins = [Double](repeating: 0, count: matrix.methods.count)
    for _ in 0..<Self.draws {
      let drawn = statistics.map {
        $0.error > 0 ? $0.center + $0.error * standardNormalQuantile(random.openUniform()) : $0.center
      }
      let most = drawn.max() ?? 0
      let winners = drawn.indices.filter { drawn[$0] == most }
      for winner in winners { wins[winner] += 1 / Double(winners.count) }
    }
    entries = matrix.methods.indices.map { method in
      let (known, center, error) = statistics[method]
      return Entry(
        method: matrix.methods[method], evaluated: known.count, mean: known.isEmpty ? nil : center,
        standardError: known.count > 1 ? error : nil, chanceBest: wins[method] / Double(Self.draws))
    }.sorted { (-$0.chanceBest, -($0.mean ?? -.infinity)) < (-$1.chanceBest, -($1.mean ?? -.infinity)) }
  }
}
