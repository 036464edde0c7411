import Fitting
import Tables
import Testing

@testable import Search
@testable import Studies

@Suite struct MeasuredConstraintTests {
  @Test(
    "an excess is the difference of the sides in units of the bound",
    arguments: [
      ("latency <= 30", 36.0, 0.2), ("latency < 30", 24, -0.2), ("latency >= 30", 24, 0.2), ("latency > 0", -2, 2),
      ("latency == 40", 50, 0.25), ("latency <= 30 && latency >= 10", 20, 0), ("latency <= 30 && latency >= 10", 5, 1),
    ])
  func excess(text: String, latency: Double, expected: Double) throws {
    let constraint = try MeasuredConstraint(text)
    #expect(abs(constraint.excess(["latency": latency]) - expected) < 1e-12)
    #expect(constraint.excess([:]).isNaN)
  }

  @Test func excessesAreAddedWhereTheyAreExceeded() {
    let none: [MeasuredConstraint] = []
    #expect(none.excess([0.5, -2, 0.25]) == 0.75)
    #expect(none.excess([-0.5, -2, -0.25]) == -0.25)
    #expect(none.excess([0.5, .nan]).isNaN)
  }

  @Test func aPenaltyGrowsWithTheExcessAndIsWorseThanAnyLoss() {
    let excesses = [1e-9, 1e-3, 0.5, 1, 20, 1e6]
    let losses = excesses.map { Outcome.penalty(excess: $0) }
    #expect(losses == losses.sorted() && Set(losses).count == losses.count)
    #expect(losses[0] > 1e100 && losses.allSatisfy(\.isFinite))
  }

  @Test func aMetricMayBeComputed() throws {
    let goal = Goal(text: "score = accuracy - 0.1 * max(0, latency_ms / 30 - 1)", .maximize)
    #expect(goal.metric == "score")
    #expect(goal.measure.value(["accuracy": 0.9, "latency_ms": 60]).map { abs($0 - 0.8) < 1e-12 } == true)
    #expect(goal.measure.value(["accuracy": 0.9]) == nil && goal.measure.missing(["accuracy": 0.9]) == "latency_ms")
    // A metric that is measured under this very name is no difference of two.
    let plain = Goal(text: "val-loss", .minimize)
    #expect(plain.measure.value(["val-loss": 3]) == 3)
    #expect(plain.measure.missing(["loss": 3]) == "val")
  }

  /// The best of what satisfies x + y ≤ 5, which only a trial tells, on a bowl with its bottom beyond.
  private func found(_ name: AlgorithmEntry, seed: UInt64, trials: Int) throws -> (best: Double?, violating: Int) {
    let space = try grid(2, levels: 30)
    var study = try study(of: space, name, seed: seed)
    for _ in 0..<trials {
      let asked = study.ask()
      let trial = try #require(asked)
      let (x, y) = (trial.point[0], trial.point[1])
      try study.tell(trial.number, loss: (x - 12) * (x - 12) + (y - 9) * (y - 9), excess: (x + y - 5) / 5)
    }
    #expect(study.best.map { $0.point[0] + $0.point[1] <= 5 } ?? true)
    return (study.bestLoss, study.trials.count { !$0.isFeasible })
  }

  @Test(
    "the best that satisfies what is measured is found, by models and by rank alone",
    arguments: [AlgorithmEntry.bestFirst, .differentialEvolution, .tpe, .gp])
  func theConstrainedBestIsFound(_ name: AlgorithmEntry) throws {
    // 21 of 900 configurations satisfy it; the least loss of these is (4 − 12)² + (1 − 9)² = 128.
    let results = try (0..<10).map { try found(name, seed: UInt64($0), trials: name.name == "gp" ? 60 : 150) }
    #expect(results.count { $0.best == 128 } >= 8, "\(results)")
  }

  @Test func withSeveralObjectivesTheFrontHoldsOnlyWhatSatisfies() throws {
    let space = try grid(2, levels: 20)
    for name in [AlgorithmEntry.nsga2, .paretoLocalSearch] {
      var study = Study(space, try name.algorithm(objectives: 2), seed: 3)
      for _ in 0..<200 {
        let asked = study.ask()
        let trial = try #require(asked)
        let (x, y) = (trial.point[0], trial.point[1])
        try study.tell(trial.number, losses: [x, y], excess: 10 - x - y)
      }
      #expect(study.front.members.count >= 5)
      #expect(study.front.members.allSatisfy { $0.losses[0] + $0.losses[1] >= 10 })
    }
  }

  /// Slimming goes down from the largest of two widths until both together keep within 6; that it is told of one that exceeds
  /// them again must not make it one that satisfies them.
  @Test func aRepeatOfWhatExceedsIsNotTakenAsFeasible() throws {
    let space = try grid(2)
    var (algorithm, random) = (Slimming(), SplitMix64(seed: 1))
    var told: [SearchSpace.Point: Outcome] = [:]
    var best = Double.infinity
    for _ in 0..<60 {
      let proposal = algorithm.propose(in: space, &random)
      if let known = told[proposal.point] {
        algorithm.learn(proposal, .known(losses: known.losses, excess: known.excess), in: space, &random)
        continue
      }
      let (x, y) = (proposal.point[0], proposal.point[1])
      let excess = x + y - 6
      let loss = (x - 6) * (x - 6) + 2 * (y - 6) * (y - 6)
      let outcome = Outcome.run(losses: [loss], excess: excess)
      told[proposal.point] = outcome
      algorithm.learn(proposal, outcome, in: space, &random)
      if excess <= 0 { best = min(best, loss) }
    }
    // At (2, 4), by hand.
    #expect(best == 24 && told.count < 40)
  }

  @Test func aMissingMeasurementIsAFailure() throws {
    var study = try study(of: grid(2), .random, seed: 0)
    let asked = study.ask()
    let trial = try #require(asked)
    try study.tell(trial.number, loss: 1, excess: .nan)
    #expect(study.trials[0].state == .failed && study.best == nil)
  }

  @Test func theChanceOfFeasibilityIsTheNormalDistribution() {
    #expect(abs(logProbability(mean: 0, deviation: 1, atMost: 0) + 0.693_147_180_559_945_3) < 1e-12)
    // Φ(−1.96) and, far out, Φ(−40), by tables.
    #expect(abs(logProbability(mean: 3.92, deviation: 2, atMost: 0) + 3.688_963_651_729_6) < 1e-10)
    #expect(abs(logProbability(mean: 40, deviation: 1, atMost: 0) - -804.608_442_013_754) < 1e-6)
  }
}
