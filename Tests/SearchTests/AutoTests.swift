import Fitting
import Testing

@testable import Search
@testable import Studies

@Suite struct AutoTests {
  private let mixed = [
    Parameter("rate", .float(1e-5...1e-1, log: true)), Parameter("momentum", .float(0...0.99, log: false)),
    Parameter("dropout", .stepped(0...0.5, step: 0.05)), Parameter("layers", .int(1...12, log: false)),
    Parameter("optimizer", .categorical(["adam", "sgd", "lion"].map { .text($0) })),
  ]

  private func loss(_ point: SearchSpace.Point, in space: SearchSpace) -> Double {
    zip(space.genes(of: point), space.parameters).reduce(0) { sum, pair in
      let (gene, parameter) = pair
      return sum + (parameter.isOrdered ? 10 * (gene - 0.62) * (gene - 0.62) : gene < 0.34 ? 0 : 1)
    }
  }

  private func mean(_ algorithm: any SearchAlgorithm, trials: Int) throws -> Double {
    let space = try SearchSpace(mixed)
    return try (0..<10 as Range<UInt64>).reduce(0.0) { sum, seed in
      var study = Study(space, algorithm, seed: seed)
      for _ in 0..<trials {
        let asked = study.ask()
        let trial = try #require(asked)
        try study.tell(trial.number, loss: loss(trial.point, in: space))
      }
      return sum + (study.bestLoss ?? .infinity) / 10
    }
  }

  /// The least that one of some levels has.
  private func least(of levels: Int) -> Double {
    (0..<levels).map { level in
      let apart = (Double(level) + 0.5) / Double(levels) - 0.62
      return 10 * apart * apart
    }.min() ?? 0
  }

  @Test func theDefaultDescendsAMixedSpaceWithinFewTrials() throws {
    let least = least(of: 11) + least(of: 12)
    let found = try mean(AutoSearch(), trials: 60)
    #expect(found - least < 0.01, "\(found) above \(least)")
    #expect(try mean(RandomSearch(), trials: 60) - least > 0.3)
  }

  @Test func afterAThousandTrialsItGoesOnWithoutAModel() throws {
    let space = try SearchSpace([Parameter("x", .float(0...1, log: false)), Parameter("y", .float(0...1, log: false))])
    var study = Study(space, AutoSearch(), seed: 3)
    var partner = Study(space, DifferentialEvolution(), seed: 3)
    for _ in 0..<1500 {
      let (asked, other) = (study.ask(), partner.ask())
      let (trial, its) = (try #require(asked), try #require(other))
      try study.tell(trial.number, loss: abs(trial.point[0] - 0.3) + abs(trial.point[1] - 0.7))
      try partner.tell(its.number, loss: abs(its.point[0] - 0.3) + abs(its.point[1] - 0.7))
    }
    #expect(study.trials.count == 1500)
    #expect((study.bestLoss ?? 1) <= 1e-3 && (partner.bestLoss ?? 1) <= 1e-3)
  }
}
