import Fitting
import Foundation
import Testing

@testable import Search
@testable import Studies

@Suite struct MANASTests {
  @Test func aChargeIsWeightedByTheChanceOfTheChoice() {
    var agent = ExponentialWeights(choices: 3)
    agent.charge(1, loss: 0.5)
    // B = (0, 1.5, 0) and η = √(ln 3 / 3).
    let weight = exp(-(log(3.0) / 3).squareRoot() * 1.5)
    let expected: [Double] = [1 / (2 + weight), weight / (2 + weight), 1 / (2 + weight)]
    #expect(zip(agent.probabilities, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    agent.charge(2, loss: 1)
    let sums: [Double] = [0, 1.5, 1 / expected[2]]
    let rate = (log(3.0) / 6).squareRoot()
    let weights = sums.map { exp(-rate * $0) }
    let total = weights.reduce(0, +)
    #expect(zip(agent.probabilities, weights).allSatisfy { abs($0 - $1 / total) < 1e-12 })
  }

  @Test("the regret against the best fixed choice stays within 2 √(K T ln K), also when the best changes")
  func regret() {
    let (choices, rounds) = (5, 4000)
    for isSwitching in [false, true] {
      var mean = 0.0
      for seed in 0..<20 as Range<UInt64> {
        var agent = ExponentialWeights(choices: choices)
        var random = SplitMix64(seed: seed)
        var (paid, fixed) = (0.0, [Double](repeating: 0, count: choices))
        for round in 0..<rounds {
          let best = isSwitching && round > rounds / 3 ? 4 : 1
          let losses = (0..<choices).map { random.uniform() < ($0 == best ? 0.3 : 0.7) ? 1.0 : 0 }
          var (rest, choice) = (random.uniform(), 0)
          while choice < choices - 1, rest >= agent.probabilities[choice] {
            rest -= agent.probabilities[choice]
            choice += 1
          }
          paid += losses[choice]
          for index in fixed.indices { fixed[index] += losses[index] }
          agent.charge(choice, loss: losses[choice])
        }
        mean += (paid - (fixed.min() ?? 0)) / 20
      }
      let bound = 2 * (Double(choices * rounds) * log(Double(choices))).squareRoot()
      #expect(mean < bound, "\(mean) against \(bound)")
      // Even draws would lose 0.32 a round against the best that does not change.
      if !isSwitching { #expect(mean < 0.25 * 0.32 * Double(rounds)) }
    }
  }

  @Test func theAdditiveModelFindsTheBestOfEveryParameter() throws {
    // Four parameters of six values each, additive: after 60 of 1296 trials the best values are drawn most.
    let space = try SearchSpace((0..<4).map { Parameter("p\($0)", .categorical((0..<6).map { .number(Double($0)) })) })
    let worth: [[Double]] = [
      [3, 1, 4, 1.5, 5, 9], [2, 6, 5, 3, 0.5, 8], [9, 7, 9.5, 3, 2, 3.8], [4, 6, 2, 6.4, 3, 3.3],
    ]
    var study = Study(space, LeastSquaresMANAS(), seed: 2)
    for _ in 0..<150 {
      let asked = study.ask()
      let trial = try #require(asked)
      let losses = zip(worth, trial.point).map { $0[Int($1)] }
      try study.tell(trial.number, loss: losses.reduce(0, +))
    }
    // 1 + 0.5 + 2 + 2.
    #expect(study.bestLoss == 5.5)
    for (index, best) in [1, 4, 4, 2].enumerated() {
      let late = study.trials[60...].count { Int($0.point[index]) == best }
      // Zipf gives the first of six 1/2.45; repeats are refused, so it is a little less.
      #expect((25...50).contains(late), "\(late)")
    }
  }
}
