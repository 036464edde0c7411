import Foundation
import Testing

/// Tables and options as a hurried user gives them: a plain message, the right exit code, and never a trap.
@Suite struct BadInputTests {
  private let place: Workplace
  private let runs = Runs.grid()

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(runs), to: "runs.csv")
  }

  private func fit(_ arguments: String...) throws -> Outcome {
    try place.shell("$W fit \(arguments.joined(separator: " ")) --bootstrap 10 --no-sensitivity")
  }

  /// The fit of the runs' table with the loss of its fifth row replaced.
  private func fit(loss: String) throws -> Outcome {
    var lines = Runs.csv(runs).split(separator: "\n").map(String.init)
    lines[5] = lines[5].split(separator: ",").dropLast().joined(separator: ",") + ",\(loss)"
    try place.write(lines.joined(separator: "\n") + "\n", to: "bad.csv")
    return try fit("bad.csv")
  }

  @Test(arguments: ["nan", "-2", "0", "inf", "", "banana"])
  func aLossThatIsNoneIsNamedWithItsLineAndColumn(_ loss: String) throws {
    expectFailure(try fit(loss: loss), 65, "bad.csv:6", "'loss'", "expected a")
  }

  @Test func runsThatAreInvalidMayBeLeftOut() throws {
    _ = try fit(loss: "nan")
    let outcome = try place.windtunnel(
      "fit", "bad.csv", "--drop-invalid", "--bootstrap", "0", "--no-sensitivity", "--format", "json")
    #expect((try outcome.json()["runs"] as? [String: Any])?["excluded"] as? Int == 1)
  }

  @Test func tablesWithTooLittleSaySo() throws {
    try place.write("", to: "empty.csv")
    expectFailure(try fit("empty.csv"), 65, "empty.csv", "empty")
    try place.write("params,tokens,flops,loss\n", to: "header.csv")
    expectFailure(try fit("header.csv"), 65, "header.csv", "no rows")
    try place.write(Runs.csv(Array(runs.prefix(1))), to: "one.csv")
    expectFailure(try fit("one.csv"), 65, "1 run cannot determine the 5 parameters", "at least 6")
    try place.write(Runs.csv(Array(runs.prefix(2))), to: "two.csv")
    expectFailure(try fit("two.csv"), 65, "2 runs cannot determine", "at least 6")
    for approach in ["1", "2"] { expectFailure(try fit("two.csv", "--approach", approach), 65, "two.csv") }
    expectFailure(try place.windtunnel("compare", "two.csv"), 65, "at least 6 runs")
  }

  @Test func missingFilesAndFoldersAreMissingInput() throws {
    expectFailure(try fit("nothing.csv"), 66, "nothing.csv", "no such file")
    expectFailure(try fit("."), 66, "directory")
    expectFailure(try fit("runs.csv", "--law", "nothing.yaml"), 66, "nothing.yaml")
  }

  @Test func aColumnThatCanBeDerivedIsSaidToBe() throws {
    let rows = runs.map { "\($0.params),\($0.flops),\($0.loss)\n" }.joined()
    try place.write("params,flops,loss\n" + rows, to: "notokens.csv")
    expectFailure(try fit("notokens.csv"), 65, "'tokens'", "--derive")
    #expect(try fit("notokens.csv", "--derive").status == 0)
    try place.write("params,loss\n" + runs.map { "\($0.params),\($0.loss)\n" }.joined(), to: "sizes.csv")
    let outcome = try fit("sizes.csv")
    expectFailure(outcome, 65, "'tokens'", "--rename")
    #expect(!outcome.errors.contains("--derive"))
  }

  @Test func twoColumnsForOneMeaningMustBeToldApart() throws {
    let rows = runs.map { "\($0.params),\($0.tokens),\($0.loss),\($0.loss * 1.1)\n" }.joined()
    try place.write("params,tokens,loss,loss\n" + rows, to: "same.csv")
    expectFailure(try fit("same.csv"), 65, "same.csv:1", "'loss'", "columns 3 and 4")
    try place.write("params,tokens,val_loss,test_loss\n" + rows, to: "both.csv")
    expectFailure(try fit("both.csv"), 65, "val_loss", "test_loss", "--rename")
    #expect(try fit("both.csv", "--rename", "test_loss=loss").status == 0)
    expectFailure(try fit("both.csv", "--rename", "test_los=loss"), 65, "did you mean 'test_loss'?")
    expectFailure(try fit("both.csv", "--rename", "test_loss"), 64, "--rename")
    expectFailure(try fit("both.csv", "--rename", "test_loss=a", "--rename", "test_loss=b"), 64, "two names")
  }

  @Test func repeatedRowsAreNoted() throws {
    try place.write(Runs.csv(runs + runs.prefix(10)), to: "twice.csv")
    let outcome = try fit("twice.csv")
    #expect(outcome.status == 0 && outcome.text.contains("10 of 70 rows repeat an earlier row"), "\(outcome.errors)")
  }

  @Test func aDesignThatTellsNothingApartIsAnError() throws {
    try place.write(Runs.csv(Runs.ray()), to: "ray.csv")
    let outcome = try place.shell("$W fit ray.csv --bootstrap 20 --no-sensitivity --format json")
    let findings = try #require(try outcome.json()["diagnostics"] as? [[String: Any]])
    #expect(
      findings.contains {
        $0["code"] as? String == "ill_conditioned_design" && $0["severity"] as? String == "error"
      })
  }

  @Test func aLossThatNeverChangesIsAnError() throws {
    try place.write(
      "params,tokens,loss\n" + runs.map { "\($0.params),\($0.tokens),3\n" }.joined(), to: "constant.csv")
    #expect(try fit("constant.csv").text.contains("ERROR (constant target)"))
    #expect(try place.windtunnel("compare", "constant.csv").status == 0)
    expectFailure(try fit("constant.csv", "--approach", "2"), 65, "no budget has a minimum")
  }

  @Test(arguments: ["1e300", "1e-300"]) func anAbsurdLossLeavesTheRestStanding(_ loss: String) throws {
    let outcome = try fit(loss: loss)
    #expect(outcome.status == 0 && outcome.text.contains("line 6"), "\(outcome.errors)")
  }

  @Test(
    arguments: [
      ("'E + A/N^alpha + foo(D)'", "no function 'foo'"), ("'E + lg(N)'", "did you mean 'log'?"),
      ("'E + (A/N^alpha'", "expected ')'"), ("'E + A/N^alpha)'", "no matching '('"),
      ("'E + A/N^alpha + B/tokenz^beta'", "did you mean 'tokens'?"),
      ("'E + A/N^alpha + B/Dd^beta'", "is 'Dd' meant to be 'D'?"), ("'3 + A*alpha'", "names no column"),
      ("'N'", "no parameter to fit"), ("''", "empty"), ("'loss = E + loss*A'", "from itself"),
      ("'los = E + A/N^alpha'", "did you mean 'loss'?"), ("'E = A = B'", "'=='"),
      ("'E + A/N^a' --target los", "did you mean 'loss'?"), ("'E + A/N^a' --law chinchilla", "not both"),
      ("'E + A/N^a' --parameter a=2..0", "no room"), ("'E + A/N^a' --parameter a=nan..1", "must be"),
      ("'E + A/N^a' --parameter a=0..1@2..3", "beyond its bounds"), ("'E + A/N^a' --parameter a=1", "must be"),
      ("'E + A/N^a' --parameter b=0..1", "does not occur"), ("'E + A/N^a' --parameter =0..1", "must be"),
      ("'E + A/N^a' --parameter a --parameter a=0..1", "twice"),
      ("'E + A/N^a' --approach 2", "no effect: --formula"),
    ])
  func aFormulaThatCannotBeFittedIsAUsageError(_ formula: String, _ words: String) throws {
    expectFailure(try fit("runs.csv", "--formula", formula), 64, words)
  }

  @Test(
    arguments: [
      ("--where 'loss < 0'", 65, "no run satisfies"), ("--where 'los < 3'", 64, "did you mean 'loss'?"),
      ("--where 'loss = 3'", 64, "=="), ("--where ''", 64, "--where is empty"), ("--where 'loss <'", 64, "expected"),
      ("--drop-highest-loss 60", 65, "cannot drop"), ("--drop-highest-loss 58", 65, "2 runs cannot determine"),
      ("--drop-highest-loss -1", 64, "0 or more"), ("--interval 0", 64, "0.9"), ("--interval 1", 64, "0.9"),
      ("--interval nan", 64, "0.9"), ("--interval -0.5", 64, "0.9"), ("--seed -1", 64, "'-1'"),
      ("--threads 0", 64, "1 to 4096"), ("--threads -3", 64, "1 to 4096"), ("--starts 0", 64, "'grid'"),
      ("--starts -5", 64, "'grid'"), ("--approach 4", 64, "1, 2 or 3"), ("--objective hubr:1", 64, "huber:DELTA"),
      ("--objective huber:0", 64, "positive"), ("--objective cauchy", 64, "cauchy:0.01"),
      ("--residual lin", 64, "log or linear"), ("--resample group:nope", 65, "no column 'nope'"),
      ("--resample bogus", 64, "group:COLUMN"),
      ("--objective cauchy:1e-200", 64, "lost in rounding"), ("--weights toks", 65, "did you mean 'tokens'?"),
      ("--approach 2 --starts grid", 64, "no effect: --starts"),
      ("--approach 1 --resample cases --interval-method bca", 64, "--resample, --interval-method"),
      ("--interval-method x", 64, "bca"),
      ("--law chinchila", 64, "did you mean 'chinchilla'?"), ("--law ./runs.csv", 64, ".yaml"),
      ("--objektive l2", 64, "--objektive"), ("--target los", 65, "did you mean 'loss'?"),
      ("--target tokens", 64, "cannot be predicted as well"),
      ("--output /nonexistent/x.json", 73, "/nonexistent"), ("--output .", 73, "directory"),
      ("--output ''", 73, "empty"), ("--plot x.gif", 64, ".svg or .png"),
      ("--plot /nonexistent/x.svg", 73, "create it"),
    ] as [(String, Int32, String)])
  func aBadOptionIsNamedWithWhatWouldDo(_ option: String, _ code: Int32, _ words: String) throws {
    expectFailure(try fit("runs.csv", option), code, words)
  }

  @Test func resamplesMustBeNoneOrAFew() throws {
    for (number, words) in [("1", "0, for none"), ("-1", "0, for none"), ("x", "'x'"), ("99999999", "1000000")] {
      expectFailure(try place.windtunnel("fit", "runs.csv", "--bootstrap", number), 64, words)
    }
    let outcome = try place.windtunnel("fit", "runs.csv", "--bootstrap", "2", "--no-sensitivity")
    #expect(outcome.status == 0 && outcome.text.contains("too few for intervals"), "\(outcome.errors)")
  }

  @Test(
    arguments: [
      ("--budget banana", "'1e23 FLOP'"), ("--budget 1e23", "needs a unit"), ("--budget '-5 USD'", "'-5 USD'"),
      ("--budget '0 USD'", "above zero"), ("--budget 'nan FLOP'", "number"), ("--budget ''", "nothing"),
      ("--budget '1 FLOP'", "at least 6"), ("--budget '5 EUR'", "USD"), ("--budget '64xH1000 for 30d'", "'H100'?"),
      ("--budget '1e22 FLOP' --params 0", "above zero"), ("--budget '1e22 FLOP' --params -1", "'-1'"),
      ("--budget '1e22 FLOP' --params 7B --tokens 2T", "above the budget"),
      ("--budget '1e22 FLOP' --set x=3", "'x'"), ("--budget '1e22 FLOP' --interval nan", "0.9"),
      ("--budget '1e22 FLOP' --target-loss 2", "give one of them"), ("", "--budget"),
      ("--bugdet '1e22 FLOP'", "--bugdet"), ("--target-loss 1.5", "cannot be reached"),
      ("--target-loss 0", "above zero"),
      ("--target-loss -1", "above zero"), ("--target-loss nan", "above zero"), ("--budget '2M USD' --mfu 40", "0.4"),
      ("--budget '2M USD' --price 0", "above zero"), ("--budget '2M USD' --accelerator A10O", "'A100'?"),
      ("--sweep 1e25:1e18", "below the upper"), ("--sweep 1e18:1e25:1", "between 2"),
    ])
  func aBadRequestForAPlanIsAUsageError(_ request: String, _ words: String) throws {
    expectFailure(try place.shell("$W plan --preset besiroglu2024 \(request)"), 64, words)
  }

  @Test func namesThatAreNearlyRightAreCorrected() throws {
    expectFailure(try place.windtunnel("plann"), 64, "did you mean 'plan'?")
    expectFailure(
      try place.windtunnel("plan", "--preset", "hofmann2022", "--budget", "1e22 FLOP"), 64,
      "did you mean 'hoffmann2022'?")
    expectFailure(try place.windtunnel("laws", "chinchila"), 64, "did you mean 'chinchilla'?")
    expectFailure(try place.windtunnel("predict", "--params", "7B"), 64, "fit document or --preset")
    expectFailure(
      try place.windtunnel(
        "predict", "--preset", "besiroglu2024", "--params", "7B", "--tokens", "2T", "--flops", "1e22 FLOP"), 64,
      "disagree")
  }
}
