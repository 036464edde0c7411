import Foundation
import Testing

/// Laws that a user writes in YAML.
@Suite struct LawFileTests {
  private let place: Workplace
  private let law = """
    schema: windtunnel.law/1
    name: saturating
    formula: loss = E + A/N^alpha + B/D^beta
    objective: l2
    parameters:
      E:     {lower: 0, start: [0.5, 3]}
      alpha: {start: [0.05, 1.5]}
    variables: {N: params, D: tokens}
    citation: our own notes
    """

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
  }

  private func fit(_ yaml: String) throws -> Outcome {
    try place.write(yaml + "\n", to: "law.yaml")
    return try place.windtunnel(
      "fit", "runs.csv", "--law", "law.yaml", "--bootstrap", "10", "--no-sensitivity", "--format", "json")
  }

  @Test func aLawFileIsFittedAndItsFitReadsBack() throws {
    let outcome = try fit(law)
    let json = try outcome.json()
    #expect((json["law"] as? [String: Any])?["name"] as? String == "saturating")
    #expect((json["objective"] as? [String: Any])?["kind"] as? String == "l2")
    try outcome.output.write(to: URL(fileURLWithPath: place.path("fit.json")))
    #expect(try place.windtunnel("predict", "fit.json", "--params", "1B", "--tokens", "1B").status == 0)
  }

  @Test(
    arguments: [
      ("formula:", "formla:", "did you mean 'formula'?"), ("parameters:", "paramters:", "did you mean 'parameters'?"),
      ("lower:", "lwer:", "did you mean 'lower'?"), ("law/1", "law/2", "windtunnel.law/1"),
      ("schema: windtunnel.law/1", "", "'schema' is missing"), ("formula: loss", "# ", "'formula': it is missing"),
      ("alpha: {", "alfa: {", "'alfa'"), ("N: params", "N: parms", "did you mean 'params'?"),
      ("{N: params", "{Q: params", "'Q'"), ("[0.5, 3]", "[3, 0.5]", "the smaller first"),
      ("lower: 0", "lower: zero", "law.yaml:6:18: 'parameters.E.lower': it should be a number"),
      ("lower: 0", "lower: 5", "beyond its bounds"), ("E + A", "E + (A", "expected ')'"),
      ("l2", "l3", "no objective 'l3'"), ("name: saturating", "name: ''", "'name': it is empty"),
      ("citation:", "name:", "'name' is given twice"), ("  E: ", "\tE: ", "line"),
      ("{lower: 0, start: [0.5, 3]}", "3", "'parameters.E': it should have entries of its own (lower, upper, start)"),
      ("citation: our own notes", "target: tokens", "'target'"),
    ])
  func aSlipInTheFileIsNamed(_ part: String, _ slip: String, _ words: String) throws {
    expectFailure(try fit(law.replacing(part, with: slip)), 65, "law", words)
  }

  @Test(arguments: ["", "hello", "{[", "- a\n- b", "3"]) func whatIsNoLawFileIsCalledSo(_ text: String) throws {
    expectFailure(try fit(text), 65, "law.yaml", "not a law file")
  }

  @Test func aFolderIsNoLawFile() throws {
    try FileManager.default.createDirectory(atPath: place.path("law.yaml"), withIntermediateDirectories: true)
    expectFailure(try place.windtunnel("fit", "runs.csv", "--law", "law.yaml"), 66, "directory")
  }
}
