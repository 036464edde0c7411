import Foundation
import Testing

/// Runs whose losses are compared with a predicted curve.
@Suite struct ExpectedLossTests {
  /// The loss at a step of the multi-power law's first term, times a factor from the environment, with its learning rate.
  private static let trainer = """
    schema: windtunnel.trainer/1
    handles: [model, schedule]
    names: {pace: {name: pace_ms, factor: 0.001, unit: s}}
    command:
      - awk
      - -vsteps={steps}
      - |-
        BEGIN {
          for (i = 1; i <= steps; i++) {
            rate = i <= 20 ? 0.01 * i / 20 : 0.01; sum += rate
            if (i % 10 == 0) printf "{{\\"step\\": %d, \\"pace_ms\\": 250, \\"loss\\": %.6f}\\n", i, ENVIRON["FACTOR"] * (2 + 0.5 / sum ^ 0.5)
          }
          fflush(); system("sleep " ENVIRON["WAIT"])
        }
    """

  private static let jobs = """
    schema: windtunnel.job/1
    name: watched
    engine: {kind: local, slots: 3}
    trainer: trainer.yaml
    model: {layers: 2, hidden: 64, heads: 1, vocabulary: 256}
    training: {tokens: 51200, sequence: 64, batch: 4}
    optimizer: {lr: 0.01}
    schedule: {kind: constant, warmup: 20}
    expected: {curve: fit.json}
    runs:
      - {name: right, environment: {FACTOR: "1.01", WAIT: "0"}}
      - {name: high, environment: {FACTOR: "1.3", WAIT: "0"}}
      - {name: stopped, environment: {FACTOR: "1.4427", WAIT: "60"}, expected: {stop: true}}
    """

  /// A fit of the multi-power law to curves of the same form with a noise of 2 %, one of which decays.
  private static let curves = """
    awk 'BEGIN {
      srand(1); print "run,step,lr,loss"
      for (run = 1; run <= 3; run++) {
        sum = 0
        for (i = 0; i <= 200; i++) {
          peak = run == 2 ? 0.005 : 0.01
          rate = i <= 20 ? peak * i / 20 : (run == 3 && i > 100 ? peak * (1 - (i - 100) / 125) : peak); sum += rate
          if (i > 0) printf "%d,%d,%.8f,%.6f\\n", run, i, rate, (2 + 0.5 / sum ^ 0.5) * (1 + 0.04 * (rand() + rand() - 1))
        }
      }
    }' > curves.csv
    """

  @Test("a run that leaves the predicted curve raises a warning with its causes, and is stopped if requested")
  func watch() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.jobs, to: "jobs.yaml")
    let fit = try place.shell(
      Self.curves + "\n$W fit curves.csv --law multi-power --starts 4 --bootstrap 20 --no-sensitivity --output fit.json"
    )
    #expect(fit.status == 0, "\(fit.errors)")
    let began = Date()
    let run = try place.windtunnel("launch", "jobs.yaml", "--format", "json")
    #expect(Date().timeIntervalSince(began) < 50, "it waited for a run that should have been stopped")
    #expect(run.status == 1)
    let jobs = try #require(try run.json()["jobs"] as? [[String: Any]])
    func entry(_ name: String) throws -> [String: Any] { try #require(jobs.first { $0["name"] as? String == name }) }
    #expect(try entry("right")["deviation"] == nil && !run.errors.contains("job right: above"))
    #expect(try entry("high")["state"] as? String == "succeeded")
    #expect((try entry("high")["deviation"] as? String)?.contains("above what was expected") == true)
    #expect(try entry("stopped")["state"] as? String == "cancelled")
    #expect((try entry("stopped")["reason"] as? String)?.contains("above what was expected") == true)
    #expect(try entry("right")["step"] as? Double == 200)
    #expect(run.errors.contains("bits where nats") && run.errors.contains("the same from the first"), "\(run.errors)")
    #expect(run.errors.contains("job stopped: it is stopped; to plan again"))
    #expect(run.errors.contains("job high: to plan again") && !run.errors.contains("stop it by"))

    // What was measured is in the store, with units.
    let metrics = try place.windtunnel("jobs", "collect", "runs/watched", "--metrics")
    #expect(metrics.text.contains("right,200.0,loss,") && metrics.text.contains(",nat/token"))
    #expect(metrics.text.contains("right,200.0,pace,0.25,s\n"))
    let table = try place.windtunnel("jobs", "runs/watched")
    #expect(table.text.contains("100 %") && table.text.contains("above what was expected"))
    expectFailure(try place.windtunnel("jobs", "collect", "runs/watched", "--metrics", "--curves"), 64, "not both")
  }

  @Test("a curve follows the schedule of its job, ends where that is said, and is as wide there as that is")
  func curve() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    let fit = try place.shell(
      Self.curves + "\n$W fit curves.csv --law multi-power --starts 4 --bootstrap 20 --no-sensitivity --output fit.json"
    )
    #expect(fit.status == 0, "\(fit.errors)")
    /// Step, rate, loss, low and high of a row of the curve.
    func rows(_ expected: String) throws -> [[Double]] {
      try place.write(
        Self.jobs.replacingOccurrences(of: "expected: {curve: fit.json}", with: "expected: \(expected)"),
        to: "jobs.yaml")
      let files = try #require(
        try place.windtunnel("launch", "jobs.yaml", "--dry-run", "--format", "json").json()["files"] as? [[String: Any]]
      )
      let text = try #require(
        files.first { ($0["path"] as? String)?.hasSuffix("right/expected.csv") == true }?["text"] as? String)
      return text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    }
    let free = try rows("{curve: fit.json}")
    let last = try #require(free.last)
    // The curves are of 2 + 0.5 / S^0.5; the rate is summed over a rise of 20 steps and 180 more.
    #expect(last[0] == 200 && last[1] == 0.01 && abs(last[2] / (2 + 0.5 / 1.9.squareRoot()) - 1) < 0.01)
    // It begins where the warm-up has ended, or where that is said.
    #expect(free[0][0] == 20 && free[0][1] == 0.01)
    let half = try #require(try rows("{curve: fit.json, from: 0.04}").first { $0[0] == 10 })
    #expect(try rows("{curve: fit.json, from: 0.5}")[0][0] >= 100)
    #expect(half[1] == 0.005 && last[3] < last[2] && last[2] < last[4])
    let tied = try #require(try rows("{curve: fit.json, end: 3, end_interval: [2.7, 3.4]}").last)
    #expect(abs(tied[2] - 3) < 1e-9 && tied[3] < 2.7 && tied[3] > 2.6 && tied[4] > 3.4 && tied[4] < 3.5)
    for wrong in [
      "{curve: fit.json, interval: 2}", "{curve: fit.json, end_interval: [2]}", "{curve: fit.json, from: 1}",
      "{curves: fit.json}",
    ] {
      try place.write(
        Self.jobs.replacingOccurrences(of: "expected: {curve: fit.json}", with: "expected: \(wrong)"), to: "jobs.yaml")
      expectFailure(try place.windtunnel("launch", "jobs.yaml", "--dry-run"), 65, "expected")
    }
  }

  @Test("a fit that does not predict a curve is rejected")
  func otherFit() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.jobs, to: "jobs.yaml")
    _ = try place.shell(Self.curves)
    expectFailure(try place.windtunnel("launch", "jobs.yaml", "--dry-run"), 66, "fit.json")
    try place.write("{}", to: "fit.json")
    expectFailure(try place.windtunnel("launch", "jobs.yaml", "--dry-run"), 65, "fit.json")
    let other = try place.shell(
      "$W fit curves.csv --formula 'E + A/step^a' --starts 4 --bootstrap 0 --no-sensitivity --output fit.json")
    #expect(other.status == 0, "\(other.errors)")
    expectFailure(try place.windtunnel("launch", "jobs.yaml", "--dry-run"), 65, "multi-power")
  }
}
