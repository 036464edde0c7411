import Foundation
import Testing

/// Tables of other forms and names, and formulas over them.
@Suite struct TableFormsTests {
  private let place: Workplace
  private let runs = Runs.grid()

  init() throws { place = try Workplace() }

  private func fit(_ arguments: String...) throws -> [String: Any] {
    let line = "$W fit \(arguments.joined(separator: " ")) --bootstrap 0 --no-sensitivity --format json"
    return try place.shell(line).json()
  }

  private func value(_ json: [String: Any], _ name: String) throws -> Double {
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    return try #require(parameters[name]?["value"] as? Double, "\(name)")
  }

  @Test func commasTabsAndJSONLinesGiveTheSameFit() throws {
    try place.write(Runs.csv(runs), to: "runs.csv")
    try place.write(Runs.csv(runs).replacing(",", with: "\t"), to: "runs.tsv")
    try place.write(
      runs.map { #"{"params":\#($0.params),"tokens":\#($0.tokens),"loss":\#($0.loss)}"# + "\n" }.joined(),
      to: "runs.jsonl")
    let alphas = try ["runs.csv", "runs.tsv", "runs.jsonl"].map { try value(try fit($0), "alpha") }
    #expect(Set(alphas).count == 1)
  }

  @Test func columnsWithSpacesAreNamedInBackticks() throws {
    let rows = runs.map { "\($0.params),\($0.tokens),\($0.loss)\n" }.joined()
    try place.write("model size,tokens,val loss\n" + rows, to: "runs.csv")
    let json = try fit(
      "runs.csv", "--where", "'`val loss` < 4'", "--formula", "'`val loss` = E + A/`model size`^alpha + B/D^beta'")
    #expect(abs(try value(json, "alpha") - Runs.truth.alpha) < 0.03)
    expectFailure(try place.windtunnel("fit", "runs.csv", "--where", "val loss < 4"), 64, "column 5")
    let target = try fit("runs.csv", "--target", "'val loss'", "--formula", "'E + A/N^alpha + B/D^beta'")
    #expect((target["law"] as? [String: Any])?["target"] as? String == "val loss")
  }

  @Test func aColumnNamedLikeAFunctionIsAColumn() throws {
    let rows = runs.enumerated().map { "\($1.params),\($1.tokens),\($1.loss),\($0 % 7)\n" }.joined()
    try place.write("params,tokens,loss,log\n" + rows, to: "runs.csv")
    #expect((try fit("runs.csv", "--where", "'log < 5'")["runs"] as? [String: Any])?["used"] as? Int == 44)
    let json = try fit("runs.csv", "--formula", "'E + a*log(N) + c*log'")
    let variables = (json["law"] as? [String: Any])?["variables"] as? [[String: Any]]
    #expect(variables?.compactMap { $0["column"] as? String } == ["params", "log"])
  }

  @Test func theTargetMayStandInTheFormulaOrBeside() throws {
    try place.write(Runs.csv(runs, header: "N,D,C,val_loss"), to: "runs.csv")
    let inside = try fit("runs.csv", "--formula", "'val_loss = E + A/N^alpha + B/D^beta'")
    let beside = try fit("runs.csv", "--formula", "'E + A/N^alpha + B/D^beta'", "--target", "val_loss")
    #expect(try value(inside, "alpha") == value(beside, "alpha"))
    #expect(abs(try value(inside, "alpha") - Runs.truth.alpha) < 0.02)
  }

  @Test func anExponentMayBeWrittenWithEitherSign() throws {
    try place.write(Runs.csv(runs), to: "runs.csv")
    let below = try fit("runs.csv", "--formula", "'E + A/N^a + B/D^b'")
    let negative = try fit("runs.csv", "--formula", "'E + A*N^(-a) + B*D^-b'")
    let free = try fit("runs.csv", "--formula", "'E + A*N^a + B*D^b'")
    #expect(abs(try value(below, "a") - value(negative, "a")) < 1e-4)
    #expect(abs(try value(below, "a") + value(free, "a")) < 1e-4)
    for json in [below, negative] { #expect(json["exponents"] is [String: Any]) }
  }

  @Test func aParameterOnTheScaleOfItsColumnIsFound() throws {
    var noises = Runs.Noise()
    let rows = (0..<40).map { step -> String in
      let params = 1e6 * pow(10, 0.1 * Double(step))
      return "\(params),\((1.7 + pow(8.8e9 / params, 0.3)) * exp(0.001 * noises.normal()))\n"
    }
    try place.write("params,loss\n" + rows.joined(), to: "sizes.csv")
    let json = try fit("sizes.csv", "--formula", "'E + (N_c/N)^a'")
    #expect(abs(try value(json, "a") - 0.3) < 0.01)
    #expect(abs(log(try value(json, "N_c") / 8.8e9)) < 0.1)
  }

  @Test func aDecayOfAnyHeightIsFound() throws {
    var noises = Runs.Noise()
    let rows = (0..<40).map { step -> String in
      let loss = 2 + 0.05 * Double(step)
      return "\(loss),\(250 * exp(-1.3 * loss) * exp(0.005 * noises.normal()))\n"
    }
    try place.write("loss,error\n" + rows.joined(), to: "tasks.csv")
    let json = try fit("tasks.csv", "--formula", "'error = a*exp(-b*loss)'")
    #expect(abs(try value(json, "b") - 1.3) < 0.02)
    #expect(abs(log(try value(json, "a") / 250)) < 0.06)
  }

  @Test func aTargetBelowZeroIsFittedByLinearResiduals() throws {
    var noises = Runs.Noise()
    let rows = (0..<30).map { "\($0 + 1),\(-5 + 0.2 * Double($0) + 0.05 * noises.normal())\n" }.joined()
    try place.write("depth,margin\n" + rows, to: "margins.csv")
    expectFailure(try place.windtunnel("fit", "margins.csv", "--formula", "margin = a + b*depth"), 65, "margins.csv:2")
    let outcome = try place.shell(
      "$W fit margins.csv --formula 'margin = a + b*depth' --residual linear --bootstrap 20 --plot fit.svg --output m.json"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try place.windtunnel("predict", "m.json", "--set", "depth=40").status == 0)
  }
}
