import Foundation
import Testing

@testable import windtunnel

/// The plan of a reinforcement-learning run over its updates-to-data ratio.
@Suite struct RLPlanTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown(
      "rl-plan --params 5M --step-price 1e9 --preset rybkin2025 --batch-size 512", "windtunnel.rl-plan/1")
  }

  @Test func fitsOfStepsAndBatchesMakeAPlan() throws {
    var noise = Runs.Noise()
    var rows = "updates_to_data,env_steps,batch_size\n"
    for sigma in [0.5, 1, 2, 4, 8, 16] {
      for _ in 0..<4 {
        let steps = 2.17e5 * (1 + pow(sigma / 2.29, -0.7)) * exp(0.02 * noise.normal())
        rows += "\(sigma),\(steps),\(512 * pow(sigma, -0.3) * exp(0.02 * noise.normal()))\n"
      }
    }
    try place.write(rows, to: "sweep.csv")
    for law in ["rl-data", "rl-batch"] {
      let fit = try place.shell("$W fit sweep.csv --law \(law) --bootstrap 100 --no-sensitivity --output \(law).json")
      try #require(fit.status == 0, "\(fit.errors)")
    }
    let request = "rl-plan --params 1M --step-price '1e10 FLOP'"
    let json = try place.shell("$W \(request) --fit rl-data.json --batch rl-batch.json --format json").json()
    #expect(json["schema"] as? String == "windtunnel.rl-plan/1")
    func amount(_ json: [String: Any], _ key: String) throws -> (value: Double, interval: [Double]?) {
      let amount = try #require(json[key] as? [String: Any], "\(key)")
      return (try #require(amount["value"] as? Double), amount["interval"] as? [Double])
    }
    let published = try place.shell(
      "$W \(request) --preset rybkin2025 --batch-size 512 --batch-exponent 0.3 --format json"
    ).json()
    for key in ["updates_to_data", "env_steps", "flops", "cost", "batch_size"] {
      let found = try amount(json, key)
      let known = try amount(published, key).value
      let ends = try #require(found.interval)
      #expect(ends[0] <= found.value && found.value <= ends[1] && abs(log(found.value / known)) < 0.3, "\(key)")
    }
    #expect((json["frontier"] as? [[String: Any]])?.count == 7)
    let table = try place.shell("$W \(request) --preset rybkin2025 --batch-size 512")
    #expect(table.status == 0 && table.text.contains("updates per environment step"), "\(table.errors)")
    let line = "\(request) --fit rl-data.json --batch rl-batch.json --interval 0.8"
    try expectStored(place, RLPlanDocument.self, line) { RLPlanView($0).text }
  }

  @Test(
    arguments: [
      ("--preset rybkin2025 --params 1M", "--batch FILE or --batch-size"),
      ("--preset rybkin2025 --params 1M --batch-size 512", "price the data"),
      ("--preset rybkin2025 --params 1M --batch-size 512 --max-steps 100k", "at least 217000"),
      ("--preset besiroglu2024 --params 1M --batch-size 512", "'rl-data' is needed"),
      ("--preset rybkin2025 --params x --batch-size 512", "'x'"),
      ("--params 1M --batch-size 512", "--fit FILE or --preset NAME"),
    ])
  func aRequestWithoutAPlanIsAUsageError(_ options: String, _ words: String) throws {
    expectFailure(try place.shell("$W rl-plan \(options)"), 64, words)
  }
}
