import Tables
import Testing

@testable import Search
@testable import Studies

@Suite struct TableSearchTests {
  /// Four configurations after 1, 2 and 4 epochs; of the six pairs one is in another order after 1 or 2 than after 4.
  private static let curves = """
    width,epoch,loss
    1,1,4\n1,2,4\n1,4,1
    2,1,3\n2,2,1\n2,4,2
    3,1,5\n3,2,5\n3,4,3
    4,1,6\n4,2,6\n4,4,4

    """

  @Test("short trainings are told how well they rank configurations")
  func agreement() throws {
    let objective = try TableObjective(
      Table.parse(Self.curves, name: "a.csv"), key: ["width"], space: nil, goals: [Goal("loss", .minimize)],
      fidelity: "epoch")
    let agreement = objective.rankAgreement()
    #expect(agreement.map(\.fidelity) == [1] || agreement.map(\.fidelity) == [1, 2])
    for rung in agreement {
      // One pair of six is out of order: (5 − 1) / 6.
      #expect(rung.configurations == 4 && abs(rung.kendallTau - 2.0 / 3) < 1e-12)
    }
    #expect(!agreement.isEmpty)
  }

  @Test("a search of a table knows what earlier trials found, and does not try them again")
  func earlier() throws {
    let text = "x,loss\n" + (0..<20).map { "\($0),\(abs($0 - 7))\n" }.joined()
    let objective = try TableObjective(
      Table.parse(text, name: "a.csv"), key: ["x"], space: nil, goals: [Goal("loss", .minimize)])
    let known = (0..<20).filter { $0 != 7 }.map { EarlierTrial([Double($0)], losses: [Double(abs($0 - 7))]) }
    let search = try TableSearch(
      objective, RandomSearch(), earlier: known, budget: .init(trials: 5), seed: 1)
    #expect(search.isExhausted && search.steps.map(\.regret) == [0])
  }
}
