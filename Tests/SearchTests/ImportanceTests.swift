import Fitting
import Testing

@testable import Search
@testable import Studies

@Suite struct ImportanceTests {
  private func shares(
    _ count: Int, dimensions: Int, seed: UInt64 = 3, _ loss: ([Double]) -> Double
  ) throws -> [Double] {
    var random = SplitMix64(seed: seed)
    let rows = (0..<count).map { _ in (0..<dimensions).map { _ in random.uniform() } }
    return try #require(ParameterImportance(rows, rows.map(loss), seed: 1)).shares
  }

  @Test func sharesOfASumAreThoseOfItsVariances() throws {
    // Var(4x) : Var(2y) : 0 = 16 : 4 : 0.
    let found = try shares(1000, dimensions: 3) { 4 * $0[0] + 2 * $0[1] }
    #expect(abs(found[0] - 0.8) < 0.03 && abs(found[1] - 0.2) < 0.03 && found[2] < 0.01, "\(found)")
  }

  @Test func whatOnlyACombinationExplainsBelongsToNone() throws {
    // Of xy with both in 0 ... 1: main effects 1/48 each of a variance of 7/144, so 3/7 each, and 1/7 between them.
    let found = try shares(2000, dimensions: 2) { $0[0] * $0[1] }
    #expect(abs(found[0] - 3.0 / 7) < 0.03 && abs(found[1] - 3.0 / 7) < 0.03, "\(found)")
    // A parity has no main effect at all.
    let parity = try shares(2000, dimensions: 2) { ($0[0] < 0.5) == ($0[1] < 0.5) ? 0 : 1 }
    #expect(parity.allSatisfy { $0 < 0.03 }, "\(parity)")
  }

  @Test func itRestsOnFeasibleTrialsTrainedInFull() throws {
    let space = try grid(2)
    var study = try study(of: space, .random, seed: 1)
    for index in 0..<40 {
      let asked = study.ask()
      let trial = try #require(asked)
      if index == 9 { #expect(ParameterImportance(study) == nil) }
      // Were infeasible trials counted, the second would matter.
      let isOut = index % 2 == 1
      try study.tell(trial.number, loss: isOut ? trial.point[1] : trial.point[0], excess: isOut ? 1 : 0)
    }
    let importance = try #require(ParameterImportance(study))
    #expect(importance.trials == 20)
    #expect(importance.shares[0] > 0.8 && importance.shares[1] < 0.1, "\(importance.shares)")
  }

  @Test func equalLossesSayNothing() {
    let rows = (0..<20).map { [Double($0) / 20] }
    #expect(ParameterImportance(rows, rows.map { _ in 1 }, seed: 0) == nil)
  }
}
