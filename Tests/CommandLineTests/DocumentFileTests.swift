import Documents
import Foundation
import Testing

/// What the command line says of documents that are missing, damaged, or of another kind.
@Suite struct DocumentFileTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    let fit = try place.windtunnel("fit", "runs.csv", "--no-sensitivity", "--bootstrap", "20", "--output", "fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
  }

  private func predict(_ file: String) throws -> Outcome {
    try place.windtunnel("predict", file, "--params", "1B", "--tokens", "1B")
  }

  /// The fit document with one part of it changed.
  private func changed(_ change: (inout [String: Any]) -> Void) throws -> Outcome {
    var json = try #require(try JSONSerialization.jsonObject(with: place.read("fit.json")) as? [String: Any])
    change(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: place.path("changed.json")))
    return try predict("changed.json")
  }

  @Test func aMissingFileIsMissingInput() throws {
    expectFailure(try predict("nothing.json"), 66, "nothing.json", "windtunnel fit")
    expectFailure(try predict("."), 66, "directory")
    expectFailure(try place.windtunnel("plan", "--fit", "no.json", "--budget", "1e22 FLOP"), 66, "no.json")
  }

  @Test func halfAFileIsNotWholeJSON() throws {
    let whole = try place.read("fit.json")
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: place.path("half.json")))
    expectFailure(try predict("half.json"), 65, "half.json", "not whole JSON", "line ")
  }

  @Test(arguments: ["", "garbage", "{}", "[]", "null", "3", "params,loss\n1,2\n", "{\"schema\": 3}"])
  func whatIsNoDocumentIsCalledSo(_ text: String) throws {
    try place.write(text, to: "other.json")
    expectFailure(try predict("other.json"), 65, "other.json", "not a fit document")
  }

  @Test(arguments: ["windtunnel.fit/3", "windtunnel.fit/10", "windtunnel.plan/1", "other"])
  func anotherMajorVersionIsRefused(_ schema: String) throws {
    expectFailure(try changed { $0["schema"] = schema }, 65, schema, "windtunnel.fit/2")
  }

  @Test func aMinorVersionAndUnknownEntriesAreRead() throws {
    let outcome = try changed {
      $0["schema"] = "windtunnel.fit/2.1"
      $0["something_new"] = ["a": 1]
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func damageIsNamed() throws {
    func changing(_ path: String..., to value: Any?) throws -> Outcome {
      func changed(_ node: Any, _ path: ArraySlice<String>) -> Any? {
        guard let name = path.first else { return value }
        if var list = node as? [Any], let index = Int(name) {
          list[index] = changed(list[index], path.dropFirst()) as Any
          return list
        }
        var entries = node as? [String: Any] ?? [:]
        entries[name] = changed(entries[name] as Any, path.dropFirst())
        return entries
      }
      return try self.changed { $0 = changed($0, path[...]) as? [String: Any] ?? [:] }
    }
    expectFailure(try changing("runs", to: nil), 65, "changed.json:1:1: 'runs': it is missing")
    expectFailure(try changing("parameters", "alpha", to: nil), 65, "changed.json:1:", "'alpha' of the law is missing")
    expectFailure(
      try changing("parameters", "alpha", "value", to: "x"), 65,
      "'parameters.alpha.value': it should be a number, not 'x'")
    expectFailure(try changing("law", "parameters", "0", "start_range", to: [0]), 65, "'law.parameters[0].start_range")
    expectFailure(try changing("law", "parameters", "0", "name", to: "alpha"), 65, "has 'alpha' twice")
    expectFailure(try changing("law", "parameters", to: [Any]()), 65, "no parameter to fit")
    expectFailure(try changing("law", "formula", to: "E + (A"), 65, "'law.formula': expected ')'")
    expectFailure(try changing("law", "formula", to: "E + A/Q^alpha"), 65, "'law.formula': 'Q' is neither")
    expectFailure(try changing("law", "active_ratio", to: "1/k"), 65, "'law.active_ratio': 'k' is neither")
    expectFailure(try changing("law", to: "chinchilla"), 65, "'law': it should have entries of its own")
    expectFailure(try changing("bootstrap", "draws", to: [[1.0, 2.0]]), 65, "'bootstrap.draws': there are 2 numbers")
  }

  @Test func aFitWithoutASurfaceCannotPlan() throws {
    try place.write(Runs.csv(Runs.profiles()), to: "isoflops.csv")
    let fit = try place.windtunnel(
      "fit", "isoflops.csv", "--approach", "2", "--bootstrap", "0", "--output", "iso.json")
    #expect(fit.status == 0, "\(fit.errors)")
    expectFailure(
      try place.windtunnel("plan", "--fit", "iso.json", "--budget", "1e22 FLOP"), 65, "--approach 3")
  }

  @Test func aLawOfOtherVariablesSaysWhatItNeeds() throws {
    try place.write(
      "loss,error\n" + (0..<30).map { "\(2 + 0.05 * Double($0)),\(0.9 - 0.5 * exp(-0.05 * Double($0)))\n" }.joined(),
      to: "tasks.csv")
    let fit = try place.windtunnel(
      "fit", "tasks.csv", "--formula", "error = top - a*exp(-b*loss)", "--no-sensitivity", "--bootstrap", "20",
      "--output", "task.json")
    #expect(fit.status == 0, "\(fit.errors)")
    expectFailure(try predict("task.json"), 64, "loss", "--set loss=")
    expectFailure(try place.windtunnel("plan", "--fit", "task.json", "--budget", "1e22 FLOP"), 64, "loss")
    let outcome = try place.windtunnel("predict", "task.json", "--set", "loss=2.5")
    #expect(outcome.status == 0 && outcome.text.contains("error at loss 2.5"), "\(outcome.errors)\(outcome.text)")
  }
}
