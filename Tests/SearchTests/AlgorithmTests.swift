import Fitting
import Testing

@testable import Search
@testable import Studies

/// The algorithms beside the definitions in their papers.
@Suite struct AlgorithmTests {
  @Test func differentialEvolutionIsRandOneBin() throws {
    let space = try SearchSpace((0..<8).map { Parameter("p\($0)", .float(0...1, log: false)) })
    var algorithm = DifferentialEvolution()
    var random = SplitMix64(seed: 1)
    func next() throws -> (proposal: Proposal, genes: [Double], target: Int?) {
      let proposal = algorithm.propose(in: space, &random)
      let child = try #require(proposal.memo as? DifferentialEvolution.Child)
      return (proposal, child.genes, child.target)
    }
    func learn(_ proposal: Proposal, _ loss: Double) {
      algorithm.learn(proposal, .run(losses: [loss]), in: space, &random)
    }
    var population: [[Double]] = []
    for index in 0..<20 {
      let (proposal, genes, target) = try next()
      #expect(target == nil && proposal.point == genes)
      population.append(genes)
      learn(proposal, Double(100 - index))
    }
    var crossed = 0
    for round in 0..<400 {
      let child = try next()
      let target = try #require(child.target)
      #expect(target == round % 20)
      let changed = (0..<8).filter { child.genes[$0] != population[target][$0] }
      crossed += changed.count
      // Some three members, none the target, explain every changed gene that stayed in bounds: a + (b − c)/2.
      #expect(explained(child.genes, changed, population, target: target))
      // A loss above its target's changes nothing.
      learn(child.proposal, 1000)
    }
    // One gene for certain and each of the others with probability 1/2: 4.5 of 8, ± 3 standard errors.
    #expect(abs(Double(crossed) / 400 - 4.5) < 3 * (7.0 / 4 / 400).squareRoot())
    // An equal loss takes the target's place.
    let winner = try next()
    learn(winner.proposal, Double(100 - (try #require(winner.target))))
    for _ in 0..<19 { _ = try next() }
    let later = try next()
    #expect(later.target == winner.target && zip(later.genes, winner.genes).contains { $0 == $1 })
  }

  /// Whether parents exist for all changed genes but those that left the bounds and were drawn anew.
  private func explained(_ child: [Double], _ changed: [Int], _ population: [[Double]], target: Int) -> Bool {
    let others = population.indices.filter { $0 != target }
    for a in others {
      for b in others where b != a {
        for c in others where c != a && c != b {
          let fits = changed.allSatisfy { gene in
            let mutant = population[a][gene] + 0.5 * (population[b][gene] - population[c][gene])
            return mutant < 0 || mutant >= 1 || mutant == child[gene]
          }
          if fits { return true }
        }
      }
    }
    return false
  }

  @Test func regularizedEvolutionLetsTheOldestDie() throws {
    let space = try grid(6)
    var algorithm = RegularizedEvolution(population: 10, sample: 200)
    var random = SplitMix64(seed: 4)
    var first: [SearchSpace.Point] = []
    for index in 0..<10 {
      let proposal = algorithm.propose(in: space, &random)
      first.append(proposal.point)
      // The first is by far the best, and the oldest.
      algorithm.learn(proposal, .run(losses: [index == 0 ? 0 : 10 + Double(index)]), in: space, &random)
    }
    let child = algorithm.propose(in: space, &random)
    #expect(zip(child.point, first[0]).count { $0 != $1 } == 1)
    algorithm.learn(child, .run(losses: [100]), in: space, &random)
    // The best has died of age; the next best has the children.
    let other = algorithm.propose(in: space, &random)
    #expect(zip(other.point, first[1]).count { $0 != $1 } == 1)
  }

  @Test func localSearchEndsAtALocalOptimum() throws {
    let space = try grid(4)
    var algorithm = LocalSearch(starts: 3)
    var random = SplitMix64(seed: 6)
    var losses: [SearchSpace.Point: Double] = [:]
    while algorithm.valleys == 0 {
      let proposal = algorithm.propose(in: space, &random)
      losses[proposal.point] = bowl(proposal.point)
      algorithm.learn(proposal, .run(losses: [bowl(proposal.point)]), in: space, &random)
    }
    let best = try #require(losses.min { $0.value < $1.value })
    #expect(best.value == 0)
    #expect(space.neighbors(of: best.key, &random).allSatisfy { losses[$0] != nil })
  }

  @Test func genesAreBinnedEvenlyAndReadBack() throws {
    let parameters = [
      Parameter("category", .categorical([.text("a"), .text("b"), .text("c")])),
      Parameter("whole", .int(-2...2, log: false)),
      Parameter("log", .int(1...1000, log: true)), Parameter("real", .float(1e-4...1, log: true)),
    ]
    for parameter in parameters {
      guard let levels = parameter.levels else { continue }
      for level in 0..<levels {
        #expect(
          parameter.scale.coordinate(ofGene: parameter.scale.gene(ofCoordinate: Double(level))) == Double(level),
          "\(level)")
      }
      #expect(parameter.scale.coordinate(ofGene: 0) == 0)
      #expect(parameter.scale.coordinate(ofGene: 0.999_999_999) == Double(levels - 1))
    }
    #expect(parameters[0].scale.coordinate(ofGene: 0.34) == 1)
    // Half of the logarithm of 0.5 … 1000.5 lies below 22.4.
    #expect(parameters[2].value(atCoordinate: parameters[2].scale.coordinate(ofGene: 0.5)) == .number(22))
    guard case .number(let middle) = parameters[3].value(atCoordinate: 0.5) else { return }
    #expect(abs(middle - 0.01) < 1e-15)
  }

  @Test func theRankTestAgreesWithSciPy() {
    let test = MannWhitney([1.2, 3.4, 0.5, 2.2, 2.2, 0.1, 0.9], [2.2, 3.4, 5.0, 4.1, 0.9, 6.2])
    #expect(abs(test.pValue - 0.05181525175316386) < 1e-12)
    // SciPy counts 7 of 42 pairs for the first sample being greater.
    #expect(abs(test.superiority - 35.0 / 42) < 1e-12)
    #expect(MannWhitney([1, 1], [1, 1]).pValue == 1)
  }
}
