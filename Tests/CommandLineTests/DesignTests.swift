import Foundation
import Testing

@Suite struct DesignTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    let fit = try place.windtunnel("fit", "runs.csv", "--no-sensitivity", "--bootstrap", "200", "--output", "fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
  }

  @Test func theDesignHasWhatTheContractNames() throws {
    let line = "design --fit fit.json --pilot-budget '1e21 FLOP' --target '1e24 FLOP'"
    let outcome = try place.shell("$W \(line) --format json")
    let json = try outcome.json()
    #expect(json["schema"] as? String == "windtunnel.design/1")
    let runs = try #require(json["runs"] as? [[String: Any]])
    var flops = 0.0
    for run in runs {
      let (n, d) = (try #require(run["params"] as? Double), try #require(run["tokens"] as? Double))
      #expect(abs(try #require(run["flops"] as? Double) / (6 * n * d) - 1) < 1e-12 && 6 * n * d <= 1e20 * (1 + 1e-9))
      flops += 6 * n * d * Double(try #require(run["repeats"] as? Int))
      // Within the sizes and tokens of the runs behind the fit, from below.
      #expect(n >= 2e7 * 0.99 && d >= 2e7 * 0.39)
    }
    #expect(flops <= 1e21 * (1 + 1e-9) && flops > 0.5e21)
    #expect(abs(runs.reduce(0) { $0 + ($1["share"] as? Double ?? 0) } - 1) < 1e-9)
    let before = try #require((json["before"] as? [String: [String: Any]])?["loss"]?["standard_error"] as? Double)
    let designs = try #require(json["designs"] as? [[String: Any]])
    #expect(designs.map { $0["name"] as? String } == ["this design", "isoFLOP grid", "20 tokens a parameter"])
    let errors = designs.compactMap { ($0["after"] as? [String: [String: Any]])?["loss"]?["standard_error"] as? Double }
    #expect(errors.count == 3 && errors[0] < before && errors[0] < errors[1] && errors[0] < errors[2])
    #expect(try place.shell("$W \(line) --format json").output == outcome.output)
    let table = try place.shell("$W \(line) --plot design.svg")
    #expect(
      table.status == 0 && table.text.contains("isoFLOP grid") && table.text.contains("before"), "\(table.errors)")
    #expect(String(decoding: try place.read("design.svg"), as: UTF8.self).contains("<svg"))
  }

  @Test func theRunsGoOutAsAnExperimentAndComeBackAsACheck() throws {
    let outcome = try place.shell(
      "$W design --preset besiroglu2024 --noise 0.01 --pilot-budget '1e19 FLOP' --target '1e22 FLOP' --for both "
        + "--output next.yaml --csv next.csv --format json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let yaml = String(decoding: try place.read("next.yaml"), as: UTF8.self)
    for words in ["schema: windtunnel.pilot/1", "name: \"next\"", "stages:", "learning_rate:", "seeds: [0"] {
      #expect(yaml.contains(words), "\(words)")
    }
    let check = try place.shell(
      "$W design --preset besiroglu2024 --noise 0.01 --target '1e22 FLOP' --check next.csv --format json"
    ).json()
    #expect(check["for"] as? String == "check")
    func error(_ json: [String: Any]) throws -> Double {
      let designs = try #require(json["designs"] as? [[String: Any]])
      let after = try #require(designs[0]["after"] as? [String: [String: Any]])
      return try #require(after["loss"]?["standard_error"] as? Double)
    }
    #expect(abs(try error(check) / error(json) - 1) < 1e-9)
  }

  @Test func plannedRunsAlongARayAreWarnedOf() throws {
    try place.write(Runs.csv(Runs.ray()), to: "ray.csv")
    let json = try place.shell("$W design --fit fit.json --target '1e24 FLOP' --check ray.csv --format json").json()
    #expect((json["warnings"] as? [String])?.contains { $0.contains("move together") } == true)
  }

  @Test func badRequestsSayWhatWouldDo() throws {
    func design(_ rest: String) throws -> Outcome { try place.shell("$W design \(rest)") }
    let preset = "--preset besiroglu2024 --noise 0.01"
    expectFailure(try design("\(preset) --target '1e22 FLOP'"), 64, "--pilot-budget")
    expectFailure(try design("\(preset) --pilot-budget '1e22 FLOP' --target '1e21 FLOP'"), 64, "no more than")
    expectFailure(
      try design("--preset besiroglu2024 --pilot-budget '1e19 FLOP' --target '1e22 FLOP'"), 64, "noise", "0.01")
    expectFailure(try design("--fit fit.json --pilot-budget '1e12 FLOP' --target '1e24 FLOP'"), 64, "one run may take")
    expectFailure(
      try design("--preset kaplan-c/kaplan2020 --noise 0.01 --pilot-budget '1e19 FLOP' --target '1e22 FLOP'"), 64)
    expectFailure(
      try design("\(preset) --pilot-budget '1e19 FLOP' --target '1e22 FLOP' --output runs.txt"), 64, ".yaml")
    expectFailure(try design("\(preset) --target '1e22 FLOP' --check none.csv"), 66)
    try place.write("params,tokens,repeats\n1e8,2e9,0.5\n", to: "half.csv")
    expectFailure(try design("\(preset) --target '1e22 FLOP' --check half.csv"), 65, "half.csv:2", "repeats")
  }
}
