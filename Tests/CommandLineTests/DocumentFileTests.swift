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
    expectFailure(try predict("half.json"), 65, "half.json", "not whole JSON", "end of file")
  }

  @Test(arguments: ["", "garbage", "{}", "[]", "null", "3", "params,loss\n1,2\n", "{\"schema\": 3}"])
  func whatIsNoDocumentIsCalledSo(_ text: String) throws {
    try place.write(text, to: "other.json")
    expectFailure(try predict("other.json"), 65, "other.json", "not a fit document")
  }

  @Test(arguments: ["windtunnel.fit/2", "windtunnel.fit/10", "windtunnel.plan/1", "other"])
  func anotherMajorVersionIsRefused(_ schema: String) throws {
    expectFailure(try changed { $0["schema"] = schema }, 65, schema, "windtunnel.fit/1")
  }

  @Test func aMinorVersionAndUnknownEntriesAreRead() throws {
    let outcome = try changed {
      $0["schema"] = "windtunnel.fit/1.2"
      $0["something_new"] = ["a": 1]
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func damageIsNamed() throws {
    func parameters(_ json: inout [String: Any], _ change: (inout [String: [String: Any]]) -> Void) {
      var all = json["parameters"] as? [String: [String: Any]] ?? [:]
      change(&all)
      json["parameters"] = all
    }
    expectFailure(try changed { $0["runs"] = nil }, 65, "changed.json", "'runs' is missing")
    expectFailure(try changed { parameters(&$0) { $0["alpha"] = nil } }, 65, "changed.json", "'alpha'")
    expectFailure(
      try changed { parameters(&$0) { $0["alpha"]?["value"] = "x" } }, 65, "'parameters.alpha.value' should be a number"
    )
    expectFailure(try changed { parameters(&$0) { $0["alpha"]?["bounds"] = [0] } }, 65, "bounds")
    expectFailure(try changed { $0["parameter_order"] = ["E", "E"] }, 65, "twice")
    expectFailure(try changed { $0["parameter_order"] = [] }, 65, "no parameters")
    expectFailure(try changed { $0["formula"] = "E + (A" }, 65, "formula")
    expectFailure(try changed { $0["formula"] = "E + A/Q^alpha" }, 65, "'Q'")
    expectFailure(
      try changed {
        var bootstrap = $0["bootstrap"] as? [String: Any] ?? [:]
        bootstrap["draws"] = [[1.0, 2.0]]
        $0["bootstrap"] = bootstrap
      }, 65, "'bootstrap.draws'")
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
