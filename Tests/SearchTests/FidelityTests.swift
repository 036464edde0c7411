import Fitting
import Testing

@testable import Search
@testable import Studies

@Suite struct FidelityTests {
  @Test("s_max is exact at powers of η, where floating-point logarithms fall short")
  func deepest() throws {
    #expect(try Fidelity("epochs", 1...243).deepest == 5)
    #expect(try Fidelity("epochs", 1...1000, reduction: 10).deepest == 3)
    #expect(try Fidelity("epochs", 1...81).deepest == 4)
    #expect(try Fidelity("epochs", 1...80).deepest == 3)
    #expect(try Fidelity("share", 0.1...0.9, reduction: 3).deepest == 2)
    #expect(throws: SearchError.self) { try Fidelity("epochs", 0...81) }
    #expect(throws: SearchError.self) { try Fidelity("epochs", 1...81, reduction: 1) }
  }

  @Test("the brackets are those of table 1 of Li et al., 1,902 epochs without resuming")
  func brackets() throws {
    let plans = Hyperband.plans(try Fidelity("epochs", 1...81))
    #expect(plans.map(\.counts) == [[81, 27, 9, 3, 1], [34, 11, 3, 1], [15, 5, 1], [8, 2], [5]])
    #expect(plans[1].fidelities == [3, 9, 27, 81])
    let epochs = plans.joined { zip($0.counts, $0.fidelities).map { Double($0) * $1 } }
    #expect(epochs == 1902)
    let others = Hyperband.plans(try Fidelity("epochs", 1...81), sizes: .wholeMultiples)
    #expect(others.map { $0.counts[0] } == [81, 27, 9, 6, 5])
  }

  /// The loss is the first coordinate, the same at every fidelity.
  private static func run(_ name: AlgorithmEntry, trials: Int, _ fidelity: Fidelity) throws -> Study {
    var study = Study(try grid(4, levels: 40), try name.algorithm(fidelity), seed: 5, fidelity: fidelity)
    for _ in 0..<trials {
      let asked = study.ask()
      let trial = try #require(asked)
      try study.tell(trial.number, loss: trial.point[0])
    }
    return study
  }

  @Test("a round of Hyperband trains as many configurations as far as its brackets say, and the best go on")
  func hyperband() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    let study = try Self.run(.hyperband, trials: 9 + 3 + 1 + 5 + 1 + 3, fidelity)
    // Brackets 9, 3, 1 then 5, 1 then 3.
    let reached = study.trials.map { $0.reports.last?.fidelity }
    #expect(study.trials.count == 9 + 5 + 3)
    #expect(reached.prefix(9).count { $0 == 9 } == 1)
    #expect(reached.prefix(9).count { $0 == 3 } == 2)
    #expect(reached[9..<14].count { $0 == 9 } == 1)
    #expect(reached[14...].allSatisfy { $0 == 9 })
    let first = study.trials.prefix(9)
    #expect(first.first { $0.loss != nil }?.point[0] == first.map { $0.point[0] }.min())
  }

  @Test("an ask does not wait for a rung's last result")
  func brackets2() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    var study = Study(try grid(4, levels: 40), Hyperband(fidelity), seed: 5, fidelity: fidelity)
    var trials: [Study.Trial] = []
    for _ in 0..<20 {
      let asked = study.ask()
      trials.append(try #require(asked))
    }
    #expect(
      trials.map(\.fidelity) == Array(repeating: 1, count: 9) + Array(repeating: 3, count: 5)
        + Array(repeating: 9, count: 3) + Array(repeating: 1, count: 3))
  }

  @Test("ASHA promotes the best of the first third of the highest rung that has one")
  func promotion() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    var asha = AsynchronousHalving(fidelity)
    let space = try grid(2, levels: 100)
    var random = SplitMix64(seed: 1)
    func next() -> Proposal { asha.propose(in: space, &random) }
    func learn(_ proposal: Proposal, _ loss: Double) { asha.learn(proposal, .run(losses: [loss]), in: space, &random) }
    let first = (0..<9).map { _ in next() }
    #expect(first.allSatisfy { $0.fidelity == 1 })
    learn(first[0], 3)
    learn(first[1], 1)
    #expect(next().fidelity == 1)
    learn(first[2], 2)
    let promoted = next()
    #expect(promoted.point == first[1].point && promoted.fidelity == 3)
    #expect(next().fidelity == 1)
    for index in 3..<9 { learn(first[index], Double(10 - index)) }
    // Of nine losses 3, 1, 2, 7, 6, 5, 4, 3, 2 the first three are 1, 2 and 2.
    let more = [next(), next()]
    #expect(Set(more.map(\.point)) == [first[2].point, first[8].point])
    #expect(more.allSatisfy { $0.fidelity == 3 })
    #expect(next().fidelity == 1)
    learn(promoted, 5)
    learn(more[0], 4)
    #expect(next().fidelity == 1)
    learn(more[1], 6)
    let top = next()
    #expect(top.fidelity == 9 && top.point == more[0].point)
  }

  @Test("stopping ASHA lets the first go on, and stops what is not among the best third of a rung")
  func stopping() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    var study = Study(try grid(3, levels: 40), StoppingHalving(fidelity), seed: 5, fidelity: fidelity)
    // The share of those before it that are better may be a third at most: of 0, 1, 2, 3 none, none, none and one.
    let arrivals: [(loss: Double, goesOn: Bool)] = [
      (5, true), (6, false), (4, true), (4.5, true), (4.6, false), (3, true),
    ]
    for (loss, goesOn) in arrivals {
      let asked = study.ask()
      let trial = try #require(asked)
      #expect(trial.fidelity == 9)
      let answer = try study.report(trial.number, loss: loss, at: 1)
      #expect(answer == goesOn, "\(loss)")
      if !goesOn {
        try study.tell(trial.number, loss: loss, stopped: true)
        #expect(study.trials[trial.number].state == .stopped(loss: loss))
      }
    }
    #expect(throws: SearchError.self) { try study.report(0, loss: 1, at: 1) }
    #expect(throws: SearchError.self) { try study.report(1, loss: 1, at: 2) }
  }

  @Test("PASHA opens no rung while the order stays, and opens it when the order changes")
  func growth() throws {
    let fidelity = try Fidelity("epochs", 1...81)
    #expect(try Self.run(.pasha, trials: 400, fidelity).trials.allSatisfy { ($0.reports.last?.fidelity ?? 0) <= 3 })
    var study = Study(try grid(4, levels: 40), AsynchronousHalving(fidelity, grows: true), seed: 5, fidelity: fidelity)
    for index in 0..<400 {
      let asked = study.ask()
      let trial = try #require(asked)
      try study.tell(trial.number, loss: Double(index * 7919 % 101))
    }
    #expect(study.trials.contains { $0.loss != nil })
  }

  @Test("DEHB's first round is plain halving, and its later rungs hold children")
  func dehb() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    // Brackets 9, 3, 1 then 3, 1 then 3.
    let round = 9 + 3 + 1 + 3 + 1 + 3
    var study = Study(try grid(4, levels: 40), DEHB(fidelity), seed: 5, fidelity: fidelity)
    var asked: [Study.Trial] = []
    for _ in 0..<2 * round {
      let next = study.ask()
      let trial = try #require(next)
      asked.append(trial)
      try study.tell(trial.number, loss: trial.point[0])
    }
    // What is known already, as the promoted are in the last bracket, is not trained again.
    #expect(asked.map(\.fidelity).prefix(16) == [1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 9, 3, 3, 3])
    let first = asked.prefix(9).map { $0.point[0] }.sorted()
    #expect(asked[9..<12].map { $0.point[0] } == Array(first.prefix(3)))
    #expect(asked[12].point[0] == first[0])
    // A child of the second round that reached the top without having been below.
    #expect(study.trials.contains { $0.reports.map(\.fidelity) == [9] && $0.number > 15 })
  }

  @Test("BOHB's model finds better configurations than Hyperband draws, at equal training")
  func bohb() throws {
    let fidelity = try Fidelity("epochs", 1...27)
    let space = try SearchSpace((0..<4).map { Parameter("x\($0)", .float(0...1, log: false)) })
    func mean(_ name: AlgorithmEntry) throws -> Double {
      try (0..<20 as Range<UInt64>).reduce(0.0) { sum, seed in
        var study = Study(space, try name.algorithm(fidelity), seed: seed, fidelity: fidelity)
        var trained = 0.0
        while trained < 27 * 40 {
          let asked = study.ask()
          let trial = try #require(asked)
          let (from, target) = (trial.reports.last?.fidelity ?? 0, trial.fidelity ?? 27)
          trained += target - from
          // What is trained little is misleading by the place of its first parameter.
          let bowl = trial.point.reduce(0.0) { $0 + ($1 - 0.3) * ($1 - 0.3) }
          try study.tell(trial.number, loss: bowl + 0.3 * trial.point[0] / target)
        }
        return sum + (study.bestLoss ?? .infinity) / 20
      }
    }
    let (model, draws) = (try mean(.bohb), try mean(.hyperband))
    #expect(model < 0.5 * draws, "\(model) against \(draws)")
  }

  @Test("a trial that goes on keeps its number, and the best is the best of those trained furthest")
  func resuming() throws {
    let fidelity = try Fidelity("epochs", 1...9)
    let study = try Self.run(.asha, trials: 200, fidelity)
    #expect(study.trials.count < 200)
    let whole = study.trials.filter { $0.loss != nil }
    #expect(whole.allSatisfy { $0.reports.map(\.fidelity) == [1, 3, 9] })
    #expect(study.best?.loss == whole.compactMap(\.loss).min())
  }
}

extension Sequence {
  fileprivate func joined(_ values: (Element) -> [Double]) -> Double { flatMap(values).reduce(0, +) }
}
