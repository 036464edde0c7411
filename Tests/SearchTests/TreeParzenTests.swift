import Fitting
import Foundation
import Testing

@testable import Search
@testable import Studies

/// Tree-structured Parzen estimators beside their definitions.
@Suite struct TreeParzenTests {
  private static let parameters = [
    Parameter("optimizer", .categorical([.text("adam"), .text("sgd"), .text("lion")])),
    Parameter("momentum", .float(0...0.99, log: false), when: .init(parameter: "optimizer", values: [.text("sgd")])),
    Parameter("width", .ordinal([.number(16), .number(32), .number(64), .number(128)])),
  ]

  /// A density of random trials, one in three with a momentum.
  private func estimator(_ space: SearchSpace, _ count: Int) -> ParzenEstimator {
    var random = SplitMix64(seed: 3)
    var estimator = ParzenEstimator(space, capacity: count)
    let places = (0..<count).map { _ in estimator.place(of: space.randomPoint(&random), in: space) }
    estimator.rebuild(places, weights: (0..<count).map { Double($0 + 1) })
    return estimator
  }

  @Test(arguments: [1, 7, 60]) func aDensityIntegratesToOne(_ kernels: Int) throws {
    let space = try SearchSpace(Self.parameters)
    var estimator = estimator(space, kernels)
    var sum = 0.0
    for width in 0..<4 {
      for optimizer in [0.0, 2] { sum += exp(estimator.logDensity([optimizer, -1, Double(width)])) }
      for cell in 0..<500 {
        sum += exp(estimator.logDensity([1, (Double(cell) + 0.5) / 500, Double(width)])) / 500
      }
    }
    #expect(abs(sum - 1) < 1e-5)
  }

  @Test func drawsFollowTheDensity() throws {
    let space = try SearchSpace(Self.parameters)
    var estimator = estimator(space, 12)
    var random = SplitMix64(seed: 8)
    var genes = [0.0, 0, 0]
    var counts: [[Double]: Double] = [:]
    let draws = 60_000
    for _ in 0..<draws {
      estimator.sampleGenes(&genes, &random)
      let point = space.point(ofGenes: genes)
      counts[[point[0], point[1] < 0 ? -1 : (point[1] * 10).rounded(.down), point[2]], default: 0] += 1
    }
    var chiSquare = 0.0
    var cells = 0.0
    for width in [0.0, 1, 2, 3] {
      for optimizer in [0.0, 1, 2] {
        for tenth in optimizer == 1 ? Array(0..<10) : [-1] {
          var expected = 0.0
          if tenth < 0 {
            expected = exp(estimator.logDensity([optimizer, -1, width]))
          } else {
            for cell in 0..<40 {
              let momentum = (Double(tenth) + (Double(cell) + 0.5) / 40) / 10
              expected += exp(estimator.logDensity([optimizer, momentum, width])) / 400
            }
          }
          expected *= Double(draws)
          let seen = counts[[optimizer, Double(tenth), width]] ?? 0
          chiSquare += (seen - expected) * (seen - expected) / expected
          cells += 1
        }
      }
    }
    // The mean of chi-square is its degrees of freedom, the variance twice that; four standard deviations.
    #expect(abs(chiSquare - (cells - 1)) < 4 * (2 * (cells - 1)).squareRoot(), "\(chiSquare) of \(cells) cells")
  }

  /// Figures of SciPy's truncnorm: one trial at 0.3, of bandwidth 1/3 by the least that is allowed, beside the prior.
  @Test func oneKernelAndThePriorAreCutOffNormals() throws {
    let space = try SearchSpace([Parameter("rate", .float(0...1, log: false))])
    var estimator = ParzenEstimator(space, capacity: 4)
    estimator.rebuild([[0.3]], weights: [1])
    for (place, density) in [(0.0, 0.9598183791906857), (0.3, 1.2604202966083682), (0.9, 0.6292532019639975)] {
      #expect(abs(exp(estimator.logDensity([place])) - density) < 1e-12)
    }
  }

  @Test func aTenthOfTheTrialsIsGood() {
    #expect([1, 10, 11, 100, 101, 250, 251, 10_000].map(TreeParzenSearch.goodCount) == [1, 1, 2, 10, 11, 25, 25, 25])
  }

  /// The latest 25 count in full, and the first of n counts 1/n.
  @Test func weightsFallWithAge() {
    #expect((0..<10).map { TreeParzenSearch.weight(age: $0, of: 10) } == [Double](repeating: 1, count: 10))
    #expect(TreeParzenSearch.weight(age: 24, of: 125) == 1)
    #expect(TreeParzenSearch.weight(age: 25, of: 125) == 1)
    #expect(abs(TreeParzenSearch.weight(age: 124, of: 125) - 1 / 125.0) < 1e-15)
    // Halfway along a ramp of 101 steps from 1/126 to 1.
    #expect(abs(TreeParzenSearch.weight(age: 75, of: 126) - (1 + 1 / 126.0) / 2) < 1e-15)
  }

  @Test func trialsInProgressPushProposalsApart() throws {
    let space = try SearchSpace((0..<2).map { Parameter("p\($0)", .float(0...1, log: false)) })
    /// The mean distance of eight proposals from each other, with or without what came of those before.
    func spread(told: Bool, seed: UInt64) -> Double {
      var algorithm = TreeParzenSearch()
      var random = SplitMix64(seed: seed)
      for _ in 0..<60 {
        let proposal = algorithm.propose(in: space, &random)
        let loss = proposal.point.reduce(0) { $0 + ($1 - 0.4) * ($1 - 0.4) }
        algorithm.learn(proposal, .run(losses: [loss]), in: space, &random)
      }
      let points = (0..<8).map { _ in
        var one = algorithm
        let proposal = told ? algorithm.propose(in: space, &random) : one.propose(in: space, &random)
        return proposal.point
      }
      var sum = 0.0
      for (index, one) in points.enumerated() {
        for other in points[..<index] { sum += hypot(one[0] - other[0], one[1] - other[1]) / 28 }
      }
      return sum
    }
    let remembered = (0..<40).reduce(0.0) { $0 + spread(told: true, seed: UInt64($1)) }
    let forgotten = (0..<40).reduce(0.0) { $0 + spread(told: false, seed: UInt64($1)) }
    #expect(remembered > forgotten)
  }
}
