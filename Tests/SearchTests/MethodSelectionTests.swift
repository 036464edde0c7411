import Fitting
import Foundation
import Tables
import Testing

@testable import Search
@testable import Studies

@Suite struct MethodSelectionTests {
  /// Scores of 0 or 1, by chances that rise with a method's ability and fall with an example's difficulty.
  private static func bernoulli(_ methods: Int, _ examples: Int, seed: UInt64) throws -> ScoreMatrix {
    var random = SplitMix64(seed: seed)
    let abilities = (0..<methods).map { _ in random.uniform() }
    let difficulties = (0..<examples).map { _ in random.uniform() }
    return try matrix(methods, examples) { method, example in
      random.uniform() < 1 / (1 + exp(6 * (difficulties[example] - abilities[method]))) ? 1 : 0
    }
  }

  private static func matrix(
    _ methods: Int, _ examples: Int, _ score: (Int, Int) -> Double
  ) throws -> ScoreMatrix {
    var matrix = try ScoreMatrix(methods: (0..<methods).map { "m\($0)" }, examples: (0..<examples).map { "e\($0)" })
    for method in 0..<methods { for example in 0..<examples { matrix[method, example] = score(method, example) } }
    return matrix
  }

  @Test func theUpperBoundChoosesTheMethod() throws {
    // After one score each of 0.2, 0.9 and 0.5, with a range of 0.7, bounds are mean + 0.7 √(1/n).
    let empty = try Self.matrix(3, 50) { _, _ in .nan }
    var selection = MethodSelection(empty, .ucbE, seed: 0)
    let first = selection.next(3)
    #expect(Set(first.map(\.method)) == [0, 1, 2])
    for pair in first { selection.tell(pair, score: [0.2, 0.9, 0.5][pair.method]) }
    // The third has 1.2; the second 1.6 after one score, 1.395 after two, 1.304, 1.25, 1.213 and, after six, 1.186.
    #expect(selection.next(6).map(\.method) == [1, 1, 1, 1, 1, 2])
    #expect(Set(selection.next(200).map { [$0.method, $0.example] }).count == 147)
  }

  @Test func aMatrixOfRankOneIsImputed() throws {
    var random = SplitMix64(seed: 1)
    let truth = try Self.matrix(20, 60) { (1 + 0.05 * Double($0)) * (0.5 + 0.01 * Double($1)) }
    var known = truth
    for method in 0..<20 {
      for example in 0..<60 where random.uniform() > 0.4 { known[method, example] = .nan }
    }
    let imputation = ScoreImputation(known, &random)
    // The ridge of 0.1 takes up to 0.03 away from scores of 0.5 to 2.1.
    let worst = zip(imputation.means, truth.scores).map { abs($0 - $1) }.max()
    #expect(try #require(worst) < 0.04)
    #expect(imputation.deviations.allSatisfy { $0 < 0.02 })
  }

  @Test("from a fifth of the evaluations both bandits find the best far more often than even draws")
  func replay() throws {
    var found: [SelectionStrategy: Double] = [:]
    for seed in 0..<3 as Range<UInt64> {
      let truth = try Self.bernoulli(30, 150, seed: seed)
      let replay = try SelectionReplay(truth, seeds: 8, firstSeed: 0, threads: 2)
      for row in replay.rows where row.share == 0.2 { found[row.strategy, default: 0] += row.foundBest / 3 }
      // At half of all pairs every strategy ranks well.
      #expect(replay.rows.filter { $0.share == 0.5 }.allSatisfy { $0.kendallTau > 0.6 })
    }
    let (random, bandit, lowRank) = (found[.random] ?? 1, found[.ucbE] ?? 0, found[.lowRank] ?? 0)
    #expect(bandit > random + 0.2, "\(found)")
    #expect(lowRank > random + 0.2, "\(found)")
  }

  @Test func replaysAreTheSameForAnyNumberOfThreads() throws {
    let truth = try Self.bernoulli(6, 40, seed: 9)
    let rows = try [1, 3].map { try SelectionReplay(truth, seeds: 6, firstSeed: 4, threads: $0).rows.map(\.regret) }
    #expect(rows[0] == rows[1])
  }

  @Test func aCutBenchmarkHasTheSameExamplesForAll() throws {
    var selection = MethodSelection(try Self.matrix(4, 30) { _, _ in .nan }, .subset, seed: 3)
    let pairs = selection.next(12)
    #expect(Set(pairs.map(\.example)).count == 3)
    #expect(Dictionary(grouping: pairs, by: \.method).values.allSatisfy { $0.count == 3 })
  }

  @Test func theChanceToBeBestIsThatOfNormalMeans() throws {
    let complete = try Self.matrix(3, 10) { Double($0) + 0.1 * Double($1) }
    let certain = MethodRanking(complete, seed: 0)
    #expect(certain.entries.map(\.method) == ["m2", "m1", "m0"])
    #expect(certain.entries.map(\.chanceBest) == [1, 0, 0] && certain.entries.allSatisfy { $0.standardError == 0 })
    // Half of 100 examples, in turns 0 and 1 or 0.2 and 1.2: s.d. √(50/49)/2, s.e. of both 0.0505; the difference of 0.2 is
    // 2.8 of its standard errors, so that the better one wins with a chance of 0.9974.
    let half = try Self.matrix(2, 100) { $1 < 50 ? Double($1 % 2) + 0.2 * Double($0) : .nan }
    let ranking = MethodRanking(half, seed: 0)
    #expect(ranking.entries[0].method == "m1")
    #expect(abs(ranking.entries[0].chanceBest - 0.9974) < 0.004)
    #expect(abs((ranking.entries[0].standardError ?? 0) - 0.050508) < 1e-5)
  }

  @Test func kendallsTauCountsTies() {
    #expect(abs(kendallTau([1, 2, 3, 4], [1, 3, 2, 4]) - 2.0 / 3) < 1e-12)
    #expect(abs(kendallTau([1, 1, 2, 3], [1, 2, 3, 3]) - 0.8) < 1e-12)
    #expect(kendallTau([1, 1], [1, 2]) == 0)
  }

  @Test func tablesAreReadAndRepeatsRefused() throws {
    let table = try Table.parse("method,example,score\na,x,1\na,y,\nb,x,0.5\n", name: "scores.csv")
    let matrix = try ScoreMatrix(table, method: "method", example: "example", score: "score")
    #expect(matrix.methods == ["a", "b"] && matrix.examples == ["x", "y"])
    #expect(matrix.isKnown(0, 0) && !matrix.isKnown(0, 1) && !matrix.isKnown(1, 1))
    let twice = try Table.parse("method,example,score\na,x,1\nb,x,1\na,x,0\n", name: "scores.csv")
    #expect(throws: TableError.self) {
      try ScoreMatrix(twice, method: "method", example: "example", score: "score")
    }
    let one = try Table.parse("method,example,score\na,x,1\n", name: "scores.csv")
    #expect(throws: SearchError.self) { try ScoreMatrix(one, method: "method", example: "example", score: "score") }
  }
}
