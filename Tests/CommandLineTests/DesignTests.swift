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
    #expect(designs.map { $0["name"] as? String } == ["this design", "isoFLOP grid", "20 tokens per parameter"])
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
    // The file is one of jobs, a job a repeat.
    let rehearsal = try place.shell("$W launch next.yaml --dry-run --format json")
    let commands = try #require(try rehearsal.json()["commands"] as? [String], "\(rehearsal.errors)")
    let repeats = try #require(json["runs"] as? [[String: Any]]).map { $0["repeats"] as? Int ?? 0 }
    #expect(commands.count == repeats.reduce(0, +) && repeats.contains { $0 > 1 })
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

  @Test("the runs of a design are launched by a job file for any trainer, and the pilots of a loop")
  func launched() throws {
    let line =
      "$W design --preset besiroglu2024 --noise 0.01 --pilot-budget '1e19 FLOP' --target '1e22 FLOP' --min-params 20M"
    let design = try place.shell("\(line) --max-repeats 1 --output next.json --format json")
    #expect(design.status == 0, "\(design.errors)")
    #expect(try place.shell("\(line) --output repeated.json").status == 0)
    let trainer = """
      trainer: {name: nanogpt, directory: /opt/nanoGPT}
      model: {vocabulary: 50304}
      training: {sequence: 1024, batch: 64}
      optimizer: {lr: 6e-4}
      resources: {gpus: 1}

      """
    func commands(_ sizeColumn: String = "params") throws -> [String] {
      let text = String(decoding: try place.read("next.json"), as: UTF8.self)
      try place.write(text.replacingOccurrences(of: "\"params\",", with: "\"\(sizeColumn)\","), to: "other.json")
      let run = try place.shell("$W launch job.yaml --design other.json --engine slurm --dry-run --format json")
      let files = try #require(try run.json()["files"] as? [[String: String]], "\(run.errors)")
      return files.filter { $0["path"]?.hasSuffix("command.sh") == true }.compactMap { $0["text"] }
    }
    try place.write("schema: windtunnel.job/1\n" + trainer, to: "job.yaml")
    let runs = try #require(try design.json()["runs"] as? [[String: Any]])
    let all = try commands()
    #expect(all.count == runs.reduce(0) { $0 + ($1["repeats"] as? Int ?? 0) })
    // Sizes without embeddings are of larger models.
    #expect(try commands("params_non_embedding") != all)

    try place.write(
      "schema: windtunnel.loop/1\npilot: {design: next.json}\ntarget: {budget: 1e18 FLOP}\n" + trainer, to: "loop.yaml")
    expectFailure(try place.windtunnel("loop", "loop.yaml"), 65, "ten times")
    // What a trainer cannot do is said once for all jobs that ask for it.
    let refused = try place.windtunnel("launch", "job.yaml", "--design", "repeated.json")
    expectFailure(refused, 65, " more: nanoGPT's seed is fixed")
    #expect(refused.errors.split(separator: "\n").count == 3)
    expectFailure(try place.windtunnel("launch", "next.json"), 65, "it is a design", "--design")
    expectFailure(try place.windtunnel("launch", "job.yaml", "--design", "none.json"), 66, "none.json")
    expectFailure(try place.windtunnel("launch", "job.yaml", "--design", "job.yaml"), 65, "not a design")
    try place.write(
      "schema: windtunnel.job/1\n" + trainer.replacingOccurrences(of: "nanogpt", with: "llm.c"), to: "fixed.yaml")
    let far = try place.windtunnel("launch", "fixed.yaml", "--design", "next.json", "--dry-run")
    #expect(far.status != 0 && far.errors.contains("no model of llm.c is near 20"), "\(far.errors)")
    try place.write(
      "schema: windtunnel.job/1\nruns: [{name: a}]\ndesign: next.json\n" + trainer, to: "both.yaml")
    expectFailure(try place.windtunnel("launch", "both.yaml"), 65, "leave 'runs'")
    expectFailure(
      try place.shell(
        "sed 's/\"params\",/\"active_params\",/' next.json > moe.json; $W launch job.yaml --design moe.json"), 65,
      "active_params")
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
    expectFailure(try design("\(preset) --pilot-budget '1e22 FLOP' --target '1e21 FLOP'"), 64, "not above")
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
