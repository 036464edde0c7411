import Documents
import Fitting
import Formulas
import Tables
import Testing

@testable import ScalingLaws

@Suite struct CustomLawTests {
  private let runs: RunTable

  init() throws {
    runs = try RunTable(Table.parse("params,tokens,val_loss,depth\n1e7,1e9,3,4\n1e8,1e9,2.5,8\n", name: "runs.csv"))
  }

  private func message(_ formula: String) -> String {
    do {
      _ = try Law.custom(Formula(formula), over: runs)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func namesThatAreColumnsAreVariablesAndOthersParameters() throws {
    let law = try Law.custom(Formula("E + A/N^alpha + c*depth"), over: runs)
    #expect(law.parameterNames == ["E", "A", "alpha", "c"])
    #expect(law.variables == [Law.Variable("N", column: "params"), Law.Variable("depth", column: "depth")])
    #expect(law.target == "loss")
  }

  @Test func aDeclaredNameIsAParameterEvenWhereAColumnHasIt() throws {
    let declared = try ParameterDomain.declared("depth", lower: 0, upper: nil, start: nil)
    let law = try Law.custom(Formula("E + depth/N^alpha"), over: runs, declared: [declared])
    #expect(law.parameterNames == ["E", "depth", "alpha"])
  }

  @Test func aSumOfPowersOfSizeAndTokensHasATradeOff() throws {
    #expect(try Law.custom(Formula("E + A/N^a + B*D^-b"), over: runs).tradeOff != nil)
    #expect(try Law.custom(Formula("E + A/N^a*D^b"), over: runs).tradeOff == nil)
  }

  @Test(
    arguments: [
      ("E + A/N^alpha + B/Dd^beta", "is 'Dd' meant to be 'D'?"), ("E + A/N^a + b*dept", "did you mean 'depth'?"),
      ("E + val_loss*a", "from itself"), ("E + L*a", "from itself"), ("a + b", "names no column"),
      ("N + D", "no parameter to fit"), ("E + A*B/N", "only together"), ("los = E + a*N", "to predict"),
    ])
  func whatCannotBeMeantIsNamed(_ formula: String, _ words: String) {
    #expect(message(formula).contains(words), "\(message(formula))")
  }

  @Test(
    arguments: [(2.0, 0.0, nil), (0, 1, [2.0, 3.0]), (0, 1, [0.5]), (0, 1, [0.9, 0.1])] as [(Double, Double, [Double]?)]
  )
  func boundsThatLeaveNoRoomAreRefused(_ lower: Double, _ upper: Double, _ start: [Double]?) {
    #expect(throws: DocumentFault.self) {
      try ParameterDomain.declared("a", lower: lower, upper: upper, start: start)
    }
  }
}
