import Fitting
import SearchConformance
import Testing

@testable import Search
@testable import Studies

/// The contracts of every algorithm of the library.
@Suite struct ConformanceTests {
  static let conditional = [
    Parameter("optimizer", .categorical([.text("adam"), .text("sgd"), .text("lion")])),
    Parameter("momentum", .float(0...0.99, log: false), when: .init(parameter: "optimizer", values: [.text("sgd")])),
    Parameter("rate", .float(1e-5...1e-1, log: true)),
    Parameter("layers", .int(1...64, log: true)),
    Parameter("width", .stepped(0.5...2, step: 0.25)),
    Parameter("bias", .categorical([.flag(false), .flag(true)])),
  ]

  @Test(arguments: Contract.allCases, AlgorithmRegistry.builtIn.entries)
  func everyAlgorithmKeepsEveryContract(_ contract: Contract, _ entry: AlgorithmEntry) {
    #expect(contract.violations(by: entry) == [])
  }

  @Test(arguments: AlgorithmRegistry.builtIn.entries)
  func anotherSeedGivesOtherTrials(_ entry: AlgorithmEntry) throws {
    func points(_ seed: UInt64) throws -> [SearchSpace.Point] {
      var study = try study(of: SearchSpace(Self.conditional), entry, seed: seed)
      for _ in 0..<20 {
        let asked = study.ask()
        try study.tell(try #require(asked).number, loss: 1)
      }
      return study.trials.map(\.point)
    }
    #expect(try points(7) != points(8))
  }

  @Test func aStudyRecordsFailuresAndTakesEveryResultOnce() throws {
    var study = try study(of: grid(3), .random, seed: 2)
    for index in 0..<200 {
      let asked = study.ask()
      let trial = try #require(asked)
      try study.tell(trial.number, loss: index % 3 == 0 ? nil : index % 3 == 1 ? .nan : bowl(trial.point))
    }
    #expect(study.trials.count { $0.state == .failed } == 134)
    #expect(study.best?.loss == study.trials.compactMap(\.loss).min())
    #expect(throws: SearchError.self) { try study.tell(0, loss: 1) }
    #expect(throws: SearchError.self) { try study.tell(200, loss: 1) }
  }

  @Test(arguments: AlgorithmRegistry.builtIn.entries)
  func nothingInfeasibleIsTriedAndEverythingFeasibleIsFound(_ entry: AlgorithmEntry) throws {
    let space = try grid(3)
    // Two islands that no single step joins.
    let isFeasible: @Sendable (SearchSpace.Point) -> Bool = {
      $0[0] + $0[1] + $0[2] <= 2 || $0[0] + $0[1] + $0[2] >= 16
    }
    var study = try study(of: space, entry, seed: 4, isFeasible: isFeasible)
    while let trial = study.ask() { try study.tell(trial.number, loss: bowl(trial.point)) }
    let feasible = (0..<343).map(space.point(ofNumber:)).filter(isFeasible)
    #expect(Set(study.trials.map(\.point)) == Set(feasible))
    #expect(study.trials.count == feasible.count)
    #expect(study.infeasibleAvoided > 0)
  }

  private static let blind = ["random", "sobol", "grid"]

  @Test(
    arguments: AlgorithmRegistry.builtIn.entries.filter {
      !blind.contains($0.name) && $0.serves(objectives: 1, hasFidelity: false)
    })
  func aBowlIsDescendedFasterThanByChance(_ name: AlgorithmEntry) throws {
    let space = try grid(5)
    func mean(_ name: AlgorithmEntry) throws -> Double {
      try (0..<20).reduce(0.0) { sum, seed in
        var study = try study(of: space, name, seed: UInt64(seed))
        for _ in 0..<150 {
          let asked = study.ask()
          let trial = try #require(asked)
          try study.tell(trial.number, loss: bowl(trial.point))
        }
        return sum + (study.best?.loss ?? .infinity) / 20
      }
    }
    // A bandit that takes its losses for an adversary's learns slowly.
    #expect(try mean(name) < (name.name == "manas" ? 1 : 0.5) * mean(.random))
  }
}

/// Start configurations and forbidden combinations.
@Suite struct StartTests {
  @Test(arguments: AlgorithmRegistry.builtIn.entries)
  func aSearchBeginsWithWhatItIsGivenAndLearnsFromIt(_ name: AlgorithmEntry) throws {
    let space = try grid(3, levels: 12)
    let whole = try StartConfiguration((0..<3).map { ("p\($0)", .number(3)) }, in: space)
    let partial = try StartConfiguration([("p1", .number(11))], in: space)
    let fidelity = name.isMultiFidelity ? try Fidelity("epochs", 1...27) : nil
    var study = Study(
      space, try name.algorithm(fidelity), seed: 5, fidelity: fidelity, start: [whole, whole, partial])
    for _ in 0..<40 {
      let asked = study.ask()
      let trial = try #require(asked)
      try study.tell(trial.number, loss: bowl(trial.point))
    }
    // The bottom of the bowl was given, and is not tried twice.
    #expect(study.trials[0].point == [3, 3, 3] && study.trials[1].point[1] == 11)
    #expect(study.best?.number == 0 && study.trials.count { $0.point == [3, 3, 3] } == 1)
  }

  @Test func aModelLearnsFromTheStart() throws {
    // TPE's ten draws are replaced by ten configurations that are given.
    let space = try grid(3, levels: 12)
    let start = try (0..<10).map { try StartConfiguration([("p0", .number(Double($0)))], in: space) }
    var study = Study(space, TreeParzenSearch(), seed: 1, start: start)
    for _ in 0..<60 {
      let asked = study.ask()
      let trial = try #require(asked)
      try study.tell(trial.number, loss: bowl(trial.point))
    }
    #expect(study.trials[..<10].map { $0.point[0] } == (0..<10).map(Double.init))
    #expect((study.bestLoss ?? .infinity) <= 6)
  }

  @Test func wrongStartsAreRefused() throws {
    let space = try SearchSpace(ConformanceTests.conditional)
    #expect(throws: SearchError.self) { try StartConfiguration([("rat", .number(1e-3))], in: space) }
    #expect(throws: SearchError.self) { try StartConfiguration([("rate", .number(1))], in: space) }
    #expect(throws: SearchError.self) { try StartConfiguration([("width", .number(0.6))], in: space) }
    #expect(throws: SearchError.self) { try StartConfiguration([("optimizer", .text("adamw"))], in: space) }
    // Momentum is open only where it is there.
    let adam = try StartConfiguration(
      [
        ("optimizer", .text("adam")), ("rate", .number(1e-3)), ("layers", .number(4)), ("width", .number(1.25)),
        ("bias", .flag(true)),
      ], in: space)
    let point = try #require(adam.point(in: space))
    #expect(abs(point[2] - 0.5) < 1e-12 && point[1] < 0 && point[3] == 3 && point[4] == 3 && point[5] == 1)
    let sgd = try StartConfiguration([("optimizer", .text("sgd"))], in: space)
    #expect(sgd.point(in: space) == nil)
  }

  @Test func forbiddenCombinationsHoldWhereAllValuesAreTaken() throws {
    let space = try SearchSpace(ConformanceTests.conditional)
    let forbidden = try ForbiddenCombination(
      [("optimizer", [.text("sgd"), .text("lion")]), ("layers", [.number(64)])], in: space)
    func holds(_ optimizer: Double, _ layers: Double) -> Bool {
      forbidden.holds { [optimizer, 0.5, 0.5, layers - 1, 0, 0][$0] }
    }
    #expect(holds(1, 64) && holds(2, 64) && !holds(0, 64) && !holds(1, 63))
    #expect(throws: SearchError.self) { try ForbiddenCombination([("rate", [.number(1e-3)])], in: space) }
    #expect(throws: SearchError.self) { try ForbiddenCombination([("layers", [.number(65)])], in: space) }
  }
}
