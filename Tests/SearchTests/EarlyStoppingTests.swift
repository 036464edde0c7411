import Fitting
import Foundation
import Tables
import Testing

@testable import Search
@testable import Studies

@Suite struct EarlyStoppingTests {
  private func reports(_ fidelities: ClosedRange<Int>, _ loss: (Double) -> Double) -> [LearningCurve.Report] {
    fidelities.map { .init(fidelity: Double($0), loss: loss(Double($0))) }
  }

  @Test func aPowerLawIsExtrapolatedToItsEnd() throws {
    // 2 + 3 t^−½ ends at 2.3 after 100; the exponents that are tried have none of exactly ½.
    let end = try #require(LearningCurve.end(of: reports(1...20) { 2 + 3 / $0.squareRoot() }, at: 100))
    #expect(abs(end - 2.3) < 0.02, "\(end)")
    #expect(LearningCurve.end(of: reports(1...3) { 1 / $0 }, at: 100) == nil)
    #expect(LearningCurve.end(of: reports(1...6) { _ in 3 }, at: 100) == 3)
    #expect(LearningCurve.end(of: reports(1...6) { $0 }, at: 100) == 3.5)
  }

  @Test("the chance is about right: of noisy curves at which it was p, that share end below")
  func calibration() throws {
    var random = SplitMix64(seed: 4)
    func curve() -> [LearningCurve.Report] {
      let (level, height, power) = (random.uniform(), 1 + random.uniform(), 0.3 + random.uniform())
      return reports(1...50) { at in
        level + height * pow(at, -power) + 0.05 * standardNormalQuantile(max(random.uniform(), 1e-12))
      }
    }
    let others = (0..<100).map { _ in curve() }
    var (expected, happened, count) = (0.0, 0.0, 0)
    for _ in 0..<1000 {
      let whole = curve()
      let bound = 0.4 + random.uniform()
      let chance = try #require(
        LearningCurve.chance(Array(whole.prefix(12)), endsBelow: bound, others: others, at: 50))
      guard chance > 0.02, chance < 0.98 else { continue }
      (expected, happened, count) = (expected + chance, happened + (whole[49].loss < bound ? 1 : 0), count + 1)
    }
    #expect(count > 100)
    #expect(abs(expected - happened) / Double(count) < 0.06, "\(expected) against \(happened) of \(count)")
  }

  @Test func theMedianRuleStopsTheWorseHalf() throws {
    let fidelity = try Fidelity("epochs", 1...10)
    var study = Study(
      try grid(3), EarlyStopping(RandomSearch(), .median, fidelity), seed: 1, fidelity: fidelity)
    for level in [1.0, 2, 3, 4, 5] {
      let asked = study.ask()
      let trial = try #require(asked)
      #expect(trial.fidelity == 10)
      for epoch in 1...5 {
        let goesOn = try study.report(trial.number, loss: level, at: Double(epoch))
        #expect(goesOn)
      }
      try study.tell(trial.number, loss: level)
    }
    // The median of the averages is 3.
    for (level, isStopped) in [(2.9, false), (3.1, true), (3.0, false)] {
      let asked = study.ask()
      let trial = try #require(asked)
      let goesOn = try study.report(trial.number, loss: level, at: 2)
      #expect(goesOn == !isStopped)
      try study.tell(trial.number, loss: level, stopped: isStopped)
    }
    #expect(study.trials.map { $0.loss == nil } == [false, false, false, false, false, false, true, false])
  }
}

@Suite(.enabled(if: PublicTables.areThere, "the public tables are not beside this checkout"))
struct EarlyStoppingOnCurvesTests {
  @Test("stopping early leaves less regret at equal training, on real curves", arguments: StoppingRule.allCases)
  func regret(rule: StoppingRule) throws {
    var ratio = 0.0
    for task in ["126026", "7593"] {
      let table = try Table.read("\(PublicTables.folder)/lcbench_surrogate/lcbench_task\(task).csv.gz")
      let objective = try TableObjective(
        table, key: ["config"], space: nil, goals: [Goal("val_accuracy", .maximize)], fidelity: "epoch")
      let fidelity = try #require(objective.fidelity)
      func mean(_ algorithm: any SearchAlgorithm) throws -> Double {
        try (3000..<3050 as Range<UInt64>).reduce(0.0) { sum, seed in
          let search = try TableSearch(objective, algorithm, budget: .init(trials: 30), seed: seed)
          return sum + (search.steps.last { $0.trials <= 30 + 1e-9 }?.regret ?? .infinity) / 50
        }
      }
      ratio += try mean(EarlyStopping(RandomSearch(), rule, fidelity)) / mean(RandomSearch()) / 2
    }
    #expect(ratio < 0.92, "\(ratio) of the regret of full trainings")
  }
}
