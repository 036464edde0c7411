import Foundation
import Testing

/// `windtunnel loop` with a trainer whose loss follows a known law, with a little noise that depends on the run.
@Suite struct LoopTests {
  /// The law of Besiroglu et al. (2024): E 1.8172, A 482.01, alpha 0.3478, B 2085.43, beta 0.3658; on the way there, the tokens
  /// count as the learning rate summed so far, and a high rate costs loss, as the multi-power law has it. A file `bad` makes large
  /// runs worse there.
  private static let trainer = """
    schema: windtunnel.trainer/1
    handles: [training.seed]
    command:
      - awk
      - -vN={params}
      - -vD={tokens}
      - -vT={steps}
      - |-
        function law(tokens) { return 1.8172 + 482.01 / N ^ 0.3478 + 2085.43 / tokens ^ 0.3658 }
        BEGIN {
          srand(N % 1000003 + D % 1000003); noise = (rand() + rand() + rand() - 1.5) * 0.002
          bad = (getline line < "bad") >= 0 && 6 * N * D > 1e20
          for (i = 1; i <= T; i++) {
            sum += rate = 0.1 + 0.45 * (1 + cos(3.14159265 * i / T))
            if (i % int(T / 15) == 0)
              printf "{{\\"step\\": %d, \\"train_loss\\": %.6f}\\n", i, (law(D * sum / (0.55 * T)) + 0.1 * rate) * (1 + 0.01 * (rand() - 0.5) + 0.4 * bad)
          }
          printf "{{\\"step\\": %d, \\"tokens\\": %.0f, \\"loss\\": %.6f}\\n", T, D, law(D) * (1 + noise)
        }
    """

  private static let loop = """
    schema: windtunnel.loop/1
    name: known
    pilot: {sizes: [100M, 200M, 400M, 800M, 1.6B], budgets: [3e18 FLOP, 1e19 FLOP, 3e19 FLOP]}
    target: {budget: 1e21 FLOP, seeds: 2}
    trainer: trainer.yaml
    training: {sequence: 2048, batch: 256}
    engine: {kind: local, slots: 8}
    optimizer: {lr: 1e-3}
    schedule: {kind: cosine, warmup: 0, final: 0.1}
    bootstrap: 200
    watch: train_loss
    """

  @Test("the prediction from pilots is registered, and holds thirty times beyond them")
  func loop() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.loop, to: "loop.yaml")
    let run = try place.windtunnel("loop", "loop.yaml", "--format", "json", "--plot", "loop.svg")
    #expect(run.status == 0, "\(run.errors)")
    let picture = String(decoding: try place.read("loop.svg"), as: UTF8.self)
    #expect(["pilot runs", "achieved", "Along the way", "target-s1"].allSatisfy(picture.contains))
    let json = try run.json()
    let registration = try #require(json["registration"] as? [String: Any])
    let loss = try #require(registration["loss"] as? Double)
    let params = try #require(registration["params"] as? Double)
    let tokens = try #require(registration["tokens"] as? Double)
    let truth = 1.8172 + 482.01 / pow(params, 0.3478) + 2085.43 / pow(tokens, 0.3658)
    #expect(abs(loss / truth - 1) < 0.01, "\(loss) for \(truth)")
    // The optimum at 1e21 FLOP is of 2.9B params, in closed form.
    #expect((1.5e9..<6e9).contains(params))
    let outcomes = try #require(json["outcomes"] as? [[String: Any]])
    #expect(outcomes.count == 2 && json["is_within"] as? Bool == true, "\(json)")
    #expect(json["watch"] as? String == "train_loss" && outcomes.allSatisfy { $0["deviation"] == nil }, "\(outcomes)")
    let curve = String(
      decoding: try place.read("runs/known/target/jobs/target-s0/expected.csv"), as: UTF8.self
    ).split(separator: "\n")
    let end = try #require(curve.last?.split(separator: ",").compactMap { Double($0) })
    #expect(curve[0].hasPrefix("step,learning_rate,train_loss,") && abs(end[2] / truth - 1) < 0.02, "\(end)")
    let files = FileManager.default
    func written(_ name: String) throws -> Date {
      try #require(try files.attributesOfItem(atPath: place.path(name))[.modificationDate] as? Date)
    }
    let began = try written("runs/known/target/jobs/target-s0/attempts/1/began")
    #expect(try written("runs/known/prediction.sha256") < began)

    // The prediction names its basis, and the run its purpose.
    let sum = try place.shell("sha256sum < runs/known/fit.json | cut -c1-64").text.trimmingCharacters(in: .newlines)
    #expect(registration["fit"] as? String == sum)
    let job = String(decoding: try place.read("runs/known/target/jobs/target-s0/job.json"), as: UTF8.self)
    let plan = try #require(registration["plan"] as? String)
    #expect(job.contains(sum) && job.contains(plan))

    // The report is shown as it was printed.
    let shown = try place.windtunnel("show", "runs/known/report.json")
    #expect(try shown.text == place.windtunnel("loop", "loop.yaml").text && shown.text.contains("predicted loss"))

    // Again, everything is there; and what was registered cannot be changed.
    let again = try place.windtunnel("loop", "loop.yaml", "--format", "json")
    #expect(again.output == run.output && !again.errors.contains("queued"))
    try place.write(
      String(decoding: try place.read("runs/known/prediction.json"), as: UTF8.self)
        .replacingOccurrences(of: "\"level\": 0.9", with: "\"level\": 0.8"), to: "runs/known/prediction.json")
    expectFailure(try place.windtunnel("loop", "loop.yaml"), 65, "changed after it was registered")
  }

  @Test("a larger run that leaves the curve predicted from the pilots is reported")
  func watched() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.loop, to: "loop.yaml")
    try place.write("", to: "bad")
    let run = try place.windtunnel("loop", "loop.yaml", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let outcomes = try #require(try run.json()["outcomes"] as? [[String: Any]])
    #expect(outcomes.allSatisfy { ($0["deviation"] as? String)?.hasPrefix("above what was expected") == true })
    #expect(run.errors.contains("warning: job target-s1: above what was expected since step"), "\(run.errors)")
    try place.write(Self.loop.replacingOccurrences(of: "watch: train_loss", with: "watch: other"), to: "loop.yaml")
    let other = try place.windtunnel("loop", "loop.yaml", "--directory", "other")
    #expect(other.status == 0 && other.errors.contains("no pilot run has measured 'other'"), "\(other.errors)")
  }

  @Test("an invalid loop, and a pilot that fails, are reported")
  func faults() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.loop.replacingOccurrences(of: "1e21", with: "1e20"), to: "near.yaml")
    expectFailure(try place.windtunnel("loop", "near.yaml"), 65, "ten times the largest pilot's")
    try place.write(Self.loop.replacingOccurrences(of: "sizes", with: "size"), to: "slip.yaml")
    expectFailure(try place.windtunnel("loop", "slip.yaml"), 65, "did you mean 'sizes'")
    try place.write(Self.loop + "\nplan: plan.json\n", to: "planned.yaml")
    expectFailure(try place.windtunnel("loop", "planned.yaml"), 65, "'plan'", "leave it out")
    try place.write(
      "schema: windtunnel.trainer/1\ncommand: [sh, -c, \"exit 4\"]\nhandles: [model, training]", to: "trainer.yaml")
    try place.write(Self.loop, to: "loop.yaml")
    let failed = try place.windtunnel("loop", "loop.yaml")
    #expect(failed.status == 1 && failed.errors.contains("did not come to a loss"), "\(failed.errors)")
    expectFailure(try place.windtunnel("loop", "none.yaml"), 66, "none.yaml")
  }
}
