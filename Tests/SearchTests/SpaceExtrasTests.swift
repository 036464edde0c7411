import Fitting
import Foundation
import Testing

@testable import Search
@testable import Studies

/// Permutations, priors and the search for widths.
@Suite struct PermutationAndPriorTests {
  @Test("permutations are numbered in lexicographic order, and exchanges are all that differ in two places")
  func numbering() {
    let all = (0..<24).map { permutation(ofNumber: $0, count: 4) }
    #expect(Set(all).count == 24)
    #expect(all == all.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(all.indices.allSatisfy { number(ofPermutation: all[$0]) == $0 })
    for place in all.indices {
      let near = all.indices.filter { other in zip(all[place], all[other]).count { $0 != $1 } == 2 }
      #expect(Set(exchanged(permutation: place, count: 4)) == Set(near))
    }
  }

  @Test func aPermutationIsAParameter() throws {
    let parameter = Parameter("order", .permutation([.text("a"), .text("b"), .text("c")]))
    let space = try SearchSpace([parameter])
    #expect(space.size == 6)
    #expect(
      (0..<6).map { parameter.value(atLevel: $0).description } == [
        "a,b,c", "a,c,b", "b,a,c", "b,c,a", "c,a,b", "c,b,a",
      ])
    #expect(parameter.coordinate(of: .text("b, c, a")) == 3 && parameter.coordinate(of: .text("a,b,b")) == nil)
    #expect(throws: SearchError.self) { try SearchSpace([Parameter("x", .permutation([.text("a"), .text("a")]))]) }
    #expect(throws: SearchError.self) {
      try SearchSpace([Parameter("x", .permutation((0..<7).map { .number(Double($0)) }))])
    }
  }

  /// Half is drawn evenly, half near the prior: of a category the prior itself, of a number within two standard deviations
  /// of 0.15 in 95.4 of 100 cases.
  @Test func halfIsDrawnNearAPrior() throws {
    let space = try SearchSpace([
      Parameter("lr", .float(1e-4...1, log: true), prior: .number(1e-2)),
      Parameter("kind", .categorical([.text("a"), .text("b"), .text("c"), .text("d")]), prior: .text("c")),
      Parameter("free", .float(0...1, log: false)),
    ])
    var random = SplitMix64(seed: 8)
    let points = (0..<20_000).map { _ in space.randomPoint(&random) }
    func share(_ holds: (SearchSpace.Point) -> Bool) -> Double { Double(points.count(where: holds)) / 20_000 }
    #expect(abs(share { abs($0[0] - 0.5) < 0.3 } - (0.5 * 0.6 + 0.5 * 0.9545)) < 0.015)
    #expect(abs(share { $0[1] == 2 } - (0.5 * 0.25 + 0.5)) < 0.015)
    #expect(abs(share { $0[2] < 0.5 } - 0.5) < 0.015)
    #expect(throws: SearchError.self) {
      try SearchSpace([Parameter("lr", .float(1e-4...1, log: true), prior: .number(2))])
    }
  }

  /// Loss falls with every width, the first counting most; the sum of widths is measured, and may be at most 12 of 18.
  @Test("slimming goes down from the top by what costs least, to within the limit")
  func slimming() throws {
    let space = try grid(3)
    var study = Study(space, Slimming(), seed: 0)
    var first: [SearchSpace.Point] = []
    var found: Int?
    for count in 0..<60 where found == nil {
      let asked = study.ask()
      let trial = try #require(asked)
      first.append(trial.point)
      let loss = -4 * trial.point[0] - 2 * trial.point[1] - trial.point[2]
      try study.tell(trial.number, loss: loss, excess: trial.point.reduce(0, +) - 12)
      if trial.point == [6, 6, 0] { found = count }
    }
    #expect(first[0] == [6, 6, 6])
    #expect(Set(first[1..<4]) == [[5, 6, 6], [6, 5, 6], [6, 6, 5]])
    // Six steps of three each, the last one found within its three.
    #expect(try #require(found) <= 18)
  }
}
