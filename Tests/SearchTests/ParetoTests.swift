import Fitting
import Testing

@testable import Search
@testable import Studies

@Suite struct ParetoTests {
  @Test("hypervolumes are those counted by hand, and of boxes counted point by point")
  func volumes() {
    #expect(ParetoFront.hypervolume([[1, 1]], below: [3, 4]) == 6)
    #expect(ParetoFront.hypervolume([[1, 3], [2, 2], [3, 1], [3, 3]], below: [4, 4]) == 3 + 2 + 1)
    #expect(ParetoFront.hypervolume([[5, 0]], below: [4, 4]) == 0)
    // On a grid of whole numbers the volume is the number of unit cubes that some point dominates.
    var random = SplitMix64(seed: 3)
    for dimensions in 2...4 {
      let points = (0..<12).map { _ in (0..<dimensions).map { _ in Double(random.integer(below: 6)) } }
      var cubes = 0
      let total = (0..<dimensions).reduce(1) { product, _ in product * 6 }
      for number in 0..<total {
        var rest = number
        let corner = (0..<dimensions).map { _ -> Double in
          defer { rest /= 6 }
          return Double(rest % 6)
        }
        if points.contains(where: { weaklyDominates($0, corner) }) { cubes += 1 }
      }
      #expect(ParetoFront.hypervolume(points, below: Array(repeating: 6, count: dimensions)) == Double(cubes))
    }
  }

  @Test("fronts are sorted and crowding is measured as in Deb et al.")
  func sorting() {
    let points: [[Double]] = [[1, 5], [2, 3], [4, 1], [3, 4], [5, 5], [2, 3]]
    #expect(nonDominatedSort(points) == [[0, 1, 2, 5], [3], [4]])
    // Gaps of the middle point: 3 of 3 in the first objective, 4 of 4 in the second.
    #expect(crowding([[1, 5], [2, 3], [4, 1]]) == [.infinity, 2, .infinity])
  }

  @Test("a front keeps what nothing dominates, once")
  func front() {
    var front = ParetoFront()
    for (number, losses) in [[3.0, 3], [1, 5], [2, 2], [2, 2], [5, 1]].enumerated() { front.insert(number, losses) }
    #expect(front.members.map(\.number) == [1, 2, 4])
  }

  /// Both ends of a line are wanted: the distance to each of two corners.
  @Test(arguments: AlgorithmRegistry.builtIn.entries.filter { $0.objectives == .several })
  func compromisesAreFoundBetterThanByChance(_ name: AlgorithmEntry) throws {
    let space = try grid(4, levels: 9)
    func volume(_ name: AlgorithmEntry, _ seed: UInt64) throws -> Double {
      var study = Study(space, try name.algorithm(objectives: 2), seed: seed)
      for index in 0..<200 {
        let asked = study.ask()
        let trial = try #require(asked)
        let far = trial.point.reduce(0) { $0 + ($1 - 6) * ($1 - 6) }
        let near = trial.point.reduce(0) { $0 + ($1 - 2) * ($1 - 2) }
        try study.tell(trial.number, losses: index % 10 == 9 ? [.nan, 1] : [near, far])
      }
      #expect(study.trials.count { $0.state == .failed } == 20)
      return ParetoFront.hypervolume(study.front.members.map(\.losses), below: [64, 64])
    }
    let (ours, random) = try (0..<10).reduce((0.0, 0.0)) { sums, seed in
      (sums.0 + (try volume(name, seed)), sums.1 + (try volume(.random, seed)))
    }
    #expect(ours > 1.05 * random)
  }
}
