import Foundation
import Testing

/// `windtunnel batch`, on steps and on gradient norms that are made from known laws.
@Suite struct BatchContractTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Self.steps(), to: "steps.csv")
    try place.write(Self.norms(), to: "norms.csv")
  }

  /// Three sizes, whose critical batch grows with the square root of the size from 500 sequences at 100M.
  static func steps(noise: Double = 0.02) -> String {
    var noises = Runs.Noise()
    let rows = [1e8, 4e8, 1.6e9].flatMap { params in
      (5...14).map { power -> String in
        let batch = pow(2, Double(power))
        let critical = 500 * (params / 1e8).squareRoot()
        return "\(params),\(batch),512,\(2000 * (1 + critical / batch) * exp(noise * noises.normal()))\n"
      }
    }
    return "params,batch_size,seq_len,steps_to_target\n" + rows.joined()
  }

  /// A squared gradient of 0.25 and noise of 50, so a scale of 200.
  static func norms(
    count: Int = 400, header: String = "step,micro_batch_size,global_batch_size,grad_norm_sq_micro,grad_norm_sq_global"
  )
    -> String
  {
    var noises = Runs.Noise()
    let rows = (1...count).map { step in
      "\(step),16,512,\((0.25 + 50 / 16) * exp(0.1 * noises.normal())),\((0.25 + 50 / 512) * exp(0.1 * noises.normal()))\n"
    }
    return header + "\n" + rows.joined()
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("batch steps.csv --bootstrap 20", "windtunnel.batch/1")
  }

  @Test func theJSONOfStepsHasWhatTheContractNames() throws {
    let json = try place.windtunnel("batch", "steps.csv", "--bootstrap", "200", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.batch/1")
    #expect(json["from"] as? String == "steps" && json["unit"] as? String == "sequences")
    #expect(json["overhead"] as? Double == 0.2 && json["base_batch"] as? Double == 256)
    #expect(json["grouped_by"] as? [String] == ["params"])
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(groups.count == 3)
    for (group, critical) in zip(groups, [500.0, 1000, 2000]) {
      #expect(group["rows"] as? Int == 10 && group["sequence_length"] as? Double == 512)
      let found = try #require(group["critical"] as? [[String: Any]])
      #expect(found.map { $0["definition"] as? String } == ["min_examples_over_min_steps", "overhead"])
      let trade = try #require(found.first?["batch"] as? [String: Any])
      let value = try #require(trade["value"] as? Double)
      let error = try #require(trade["standard_error"] as? Double)
      let interval = try #require(trade["interval"] as? [Double])
      #expect(abs(value - critical) < 4 * error && error < 0.1 * critical)
      #expect(interval.count == 2 && interval[0] < value && value < interval[1])
      let overhead = try #require((found.last?["batch"] as? [String: Any])?["value"] as? Double)
      #expect(abs(overhead - (1.2 * 256 + 0.2 * value)) < 1e-9 * overhead)
      #expect(abs((found.last?["tokens"] as? Double ?? 0) - 512 * overhead) < 1e-6 * overhead)
      let frontier = try #require(group["frontier"] as? [[String: Any]])
      #expect(frontier.count == 12)
      for key in ["batch", "steps", "examples", "relative_time", "relative_compute"] {
        #expect(frontier.allSatisfy { $0[key] as? Double != nil }, "\(key)")
      }
    }
    let scaling = try #require(json["scaling"] as? [String: Any])
    #expect(scaling["over"] as? String == "params")
    let law = try #require((scaling["laws"] as? [[String: Any]])?.first)
    let exponent = try #require(law["exponent"] as? [String: Any])
    let ends = try #require(exponent["interval"] as? [Double])
    #expect(abs((exponent["value"] as? Double ?? 0) - 0.5) < 0.06 && ends[0] < ends[1])
    #expect(exponent["standard_error"] as? Double != nil)
  }

  @Test func theJSONOfGradientNormsHasWhatTheContractNames() throws {
    let json = try place.windtunnel("batch", "norms.csv", "--bootstrap", "200", "--seq-len", "1024", "--format", "json")
      .json()
    #expect(json["from"] as? String == "gradients" && json["unit"] as? String == "examples")
    #expect(json["overhead"] == nil)
    let group = try #require((json["groups"] as? [[String: Any]])?.first)
    let critical = try #require((group["critical"] as? [[String: Any]])?.first)
    #expect(critical["definition"] as? String == "simple_noise_scale")
    let batch = try #require(critical["batch"] as? [String: Any])
    let value = try #require(batch["value"] as? Double)
    #expect(abs(value - 200) < 4 * (batch["standard_error"] as? Double ?? 0))
    #expect(abs((critical["tokens"] as? Double ?? 0) - 1024 * value) < 1e-9 * value)
    let gradient = try #require(group["gradient"] as? [String: Any])
    #expect(gradient["block_length"] as? Int != nil)
    #expect((gradient["parts"] as? [[String: Any]])?.count == 4)
    #expect((group["frontier"] as? [[String: Any]])?.first?["steps"] == nil)
  }

  @Test func theTablesNameEachDefinition() throws {
    let steps = try place.windtunnel("batch", "steps.csv", "--overhead", "0.1", "--base-batch", "64")
    for word in [
      "30 runs of steps.csv", "3 groups by params", "E_min/S_min", "10 % overhead", "(params/1M)^", "S_min", "tokens",
    ] {
      #expect(steps.text.contains(word), "\(word): \(steps.errors)")
    }
    let norms = try place.windtunnel("batch", "norms.csv")
    for word in ["400 steps of norms.csv", "simple noise scale", "tr Σ", "201 to 300", "time (steps/S_min)"] {
      #expect(norms.text.contains(word), "\(word): \(norms.errors)")
    }
  }

  @Test func normsThatAreNotSquaredAreSquared() throws {
    let lines = Self.norms().split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: ",").compactMap { Double($0) }
      return "\(cells[0]),\(cells[3].squareRoot()),\(cells[4].squareRoot())\n"
    }
    try place.write("step,small_grad_norm,big_grad_norm\n" + lines.joined(), to: "plain.csv")
    func scale(_ line: String) throws -> Double {
      let json = try place.shell("$W batch \(line) --bootstrap 0 --format json").json()
      let critical = ((json["groups"] as? [[String: Any]])?.first?["critical"] as? [[String: Any]])?.first
      return try #require((critical?["batch"] as? [String: Any])?["value"] as? Double)
    }
    let plain = try scale("plain.csv --small-batch 16 --large-batch 512")
    #expect(abs(plain / (try scale("norms.csv")) - 1) < 1e-9)
  }

  @Test func theSameSeedGivesTheSameBytesForAnyThreads() throws {
    for table in ["steps.csv", "norms.csv"] {
      func bytes(_ options: String) throws -> String {
        try place.shell("$W batch \(table) --bootstrap 100 --format json \(options)").text
      }
      let one = try bytes("--seed 3 --threads 1")
      #expect(try bytes("--seed 3 --threads 4") == one)
      #expect(try bytes("--seed 4 --threads 1") != one)
    }
  }

  @Test func aPlotIsDrawn() throws {
    let outcome = try place.windtunnel("batch", "steps.csv", "--bootstrap", "0", "--plot", "batch.svg")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(String(decoding: try place.read("batch.svg"), as: UTF8.self).contains("Critical batch size over params"))
  }
}
