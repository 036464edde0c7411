import Foundation
import Testing

/// `windtunnel cost`, its calibration and its check.
@Suite struct CostTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Self.steps(), to: "steps.csv")
  }

  /// Steps of one model in 24 layouts on 8 A100, 0.4 of the peak and slower the more tensor parallelism there is.
  static func steps(gpu: String = "A100-80GB", rows: Int = 24) -> String {
    var noises = Runs.Noise()
    var lines = [
      "id,source,model,gpu,n_gpus,seq,global_batch,micro_batch,tp,pp,dp,zero_stage,recompute,step_time_s,status"
    ]
    let flops = 6 * 8.03e9 * 64 * 4096
    for index in 0..<rows {
      let (tp, micro) = ([2, 4, 8][index % 3], [1, 2, 4, 8][index / 3 % 4])
      let recompute = index / 12 % 2 == 0 ? "full" : "selective"
      let share = 0.45 - 0.01 * Double(tp) - (recompute == "full" ? 0.1 : 0)
      let seconds = flops / (8 * 312e12 * share) * exp(0.02 * noises.normal())
      lines.append(
        "s-\(index),lab,llama-3-8b,\(gpu),8,4096,64,\(micro),\(tp),1,\(8 / tp),1,\(recompute),\(seconds),ok")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("cost check steps.csv", "windtunnel.cost-check/1")
    try place.checkShown("cost calibrate steps.csv", "windtunnel.cost-calibration/1")
  }

  @Test func whatTrainingTakesIsPrinted() throws {
    let line = "cost --model llama-3-8b --cluster 64xH100 --tokens 1T --price 2 --carbon 400"
    let json = try place.shell("$W \(line) --format json").json()
    #expect(json["schema"] as? String == "windtunnel.cost/2")
    for key in [
      "accelerator", "assumptions", "devices", "fits", "layout", "model", "params", "run", "usable_bytes", "workload",
    ] {
      #expect(json[key] != nil, "\(key)")
    }
    #expect(json["fits"] as? Bool == true && json["params"] as? Double == 8_030_261_248)
    let layout = try #require(json["layout"] as? [String: Any])
    let step = try #require(layout["step_seconds"] as? Double)
    let parts = try #require(layout["seconds"] as? [[String: Any]])
    #expect(abs(parts.compactMap { $0["value"] as? Double }.reduce(0, +) / step - 1) < 1e-9)
    let bytes = try #require(layout["bytes"] as? [[String: Any]]).compactMap { $0["value"] as? Double }
    #expect(abs(bytes.reduce(0, +) / (try #require(layout["memory_bytes"] as? Double)) - 1) < 1e-9)
    let run = try #require(json["run"] as? [String: Any])
    let hours = try #require(run["gpu_hours"] as? Double)
    #expect(abs(try #require(run["usd"] as? Double) - 2 * hours) < 1e-6 * hours)
    #expect(abs(try #require(run["seconds"] as? Double) * 64 / 3600 - hours) < 1e-6 * hours)
    let energy = try #require(run["energy_kwh"] as? Double)
    #expect(abs(try #require(run["carbon_kg"] as? Double) / energy - 0.4) < 1e-9)
    let table = try place.shell("$W \(line)")
    for words in ["llama-3-8b on 64 H100", "it fits", "MFU", "assumed", "time of a step"] {
      #expect(table.text.contains(words), "\(words)")
    }
    #expect(try place.shell("$W \(line)").output == table.output)
    // 'estimate' may be said.
    #expect(try place.shell("$W \(line.replacing("cost ", with: "cost estimate "))").output == table.output)
  }

  @Test func whatDoesNotFitIsSaidNotTo() throws {
    let line = "cost --model gpt-3-175b --cluster 8xA100"
    let outcome = try place.shell("$W \(line)")
    #expect(outcome.status == 0 && outcome.text.contains("does not fit"), "\(outcome.errors)")
    #expect(try place.shell("$W \(line) --format json").json()["fits"] as? Bool == false)
  }

  @Test(
    arguments: [
      ("--model llama-3-8b --cluster 64xH10O", "did you mean 'H100'?"),
      ("--model llama-3-8c --cluster 8xH100", "did you mean 'llama-3-8b'?"),
      ("--model llama-3-8b --cluster 0xH100", "from 1"), ("--cluster 8xH100", "--model"),
      ("--model llama-3-8b", "--cluster"), ("--model llama-3-8b --params 7B --cluster 8xH100", "one of"),
      ("--params -7B --cluster 8xH100", "-7B"), ("--params nan --cluster 8xH100", "nan"),
      ("--model llama-3-8b --cluster 8xH100 --tp 0", "--tp must be at least 1"),
      ("--model llama-3-8b --cluster 8xH100 --tp 3", "tensor"),
      ("--model llama-3-8b --cluster 8xH100 --tp 2 --pp 2 --dp 1", "data 2 would use them all"),
      ("--model llama-3-8b --cluster 8xH100 --tp 9223372036854775807 --pp 9223372036854775807", "devices"),
      ("--model llama-3-8b --cluster 8xH100 --micro-batch 9223372036854775807", "micro-batch"),
      ("--model llama-3-8b --cluster 8xH100 --pp 2 --virtual-stages 9223372036854775807", "virtual stages"),
      ("--model llama-3-8b --cluster 8xH100 --ep 8", "dense"),
      ("--model llama-3-8b --cluster 8xH100 --pp 64", "devices"),
      ("--model llama-3-8b --cluster 8xH100 --pp 1 --virtual-stages 2", "virtual stages need a pipeline"),
      ("--model llama-3-8b --cluster 8xH100 --zero 4", "0, 1, 2 or 3"),
      ("--model llama-3-8b --cluster 8xH100 --recompute some", "recompute"),
      ("--model llama-3-8b --cluster 8xH100 --schedule zb", "schedule"),
      ("--model llama-3-8b --cluster 8xA100 --precision fp8", "fp8"),
      ("--model llama-3-8b --cluster 8xH100 --sequence 0", "number of tokens"),
      ("--model llama-3-8b --cluster 8xH100 --batch -1", "-1"),
      ("--model llama-3-8b --cluster 8xH100 --batch 1e30", "--batch"),
      ("--model llama-3-8b --cluster 8xH100 --gradient-bytes -1", "gradient"),
      ("--model llama-3-8b --cluster 8xH100 --gradient-bytes nan", "gradient"),
      ("--model llama-3-8b --cluster 8xH100 --tokens 0", "tokens"),
      ("--model llama-3-8b --cluster 8xH100 --tokens 1T --carbon -1", "--carbon"),
      ("--model llama-3-8b --cluster 8xH100 --price 0", "above zero"),
      ("--model llama-3-8b --cluster 8xH100 --network fast", "fast"),
    ])
  func aBadRequestIsAUsageError(_ options: String, _ words: String) throws {
    expectFailure(try place.shell("$W cost \(options)"), 64, words)
  }

  @Test func filesThatAreMissingOrWrongAreSaidToBe() throws {
    let model = "cost --model llama-3-8b --cluster 8xA100"
    try place.write("{}", to: "empty.json")
    try place.write("{\"schema\": \"windtunnel.fit/1\"}", to: "fit.json")
    expectFailure(try place.shell("$W \(model) --calibration nothing.json"), 66, "nothing.json", "cost calibrate")
    expectFailure(try place.shell("$W \(model) --calibration empty.json"), 65, "empty.json", "not a cost calibration")
    expectFailure(try place.shell("$W \(model) --calibration fit.json"), 65, "fit.json")
    expectFailure(try place.shell("$W cost check nothing.csv"), 66, "nothing.csv")
    expectFailure(try place.shell("$W cost calibrate nothing.csv"), 66, "nothing.csv")
    expectFailure(try place.shell("$W cost check steps.csv --calibration empty.json"), 65, "not a cost calibration")
    try place.write("gpu,seq,global_batch,step_time_s\nA100,2048,64,1\n", to: "columns.csv")
    for command in ["check", "calibrate"] {
      expectFailure(try place.shell("$W cost \(command) columns.csv"), 65, "n_gpus")
    }
    try place.write(Self.steps(gpu: "A1000"), to: "unknown.csv")
    expectFailure(try place.shell("$W cost check unknown.csv"), 65, "unknown.csv", "there is no accelerator")
    try place.write(Self.steps().replacing(",ok\n", with: ",crashed\n"), to: "crashed.csv")
    expectFailure(try place.shell("$W cost calibrate crashed.csv"), 65, "no row with a time")
    let two = Self.steps() + Self.steps(gpu: "H100").split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
    try place.write(two, to: "two.csv")
    expectFailure(try place.shell("$W cost calibrate two.csv"), 64, "A100-80", "H100", "--where")
    expectFailure(try place.shell("$W cost calibrate steps.csv --sample 0"), 64, "--sample must be at least 1")
    expectFailure(try place.shell("$W cost calibrate steps.csv --interval 1"), 64, "0.9")
    expectFailure(try place.shell("$W cost check steps.csv --where \"gpu == 'H100'\""), 65)
  }

  @Test func degreesOfARowThatMakeNoSenseSkipIt() throws {
    for slip in [",1,2,1,4,", ",1,0,1,4,", ",0,2,1,4,", ",1,2,0,4,", ",1,2,1,0,"] {
      try place.write(Self.steps().replacing(",1,2,1,4,", with: slip, maxReplacements: 1), to: "slip.csv")
      let outcome = try place.shell("$W cost check slip.csv --format json")
      #expect(!outcome.signaled && outcome.status == 0, "\(slip): \(outcome.errors)")
      #expect(outcome.errors.contains("1 of 24 rows cannot be used: line 2") == (slip != ",1,2,1,4,"), "\(slip)")
    }
  }

  @Test func stepsCalibrateAndTheOthersCheck() throws {
    let calibrate = "cost calibrate steps.csv --sample 10 --seed 3"
    let outcome = try place.shell("$W \(calibrate) --output c.json")
    #expect(outcome.status == 0 && outcome.text.contains("10 steps"), "\(outcome.errors)")
    #expect(try place.shell("$W \(calibrate) --format json").output == (try place.read("c.json")))
    let document = try #require(try JSONSerialization.jsonObject(with: place.read("c.json")) as? [String: Any])
    #expect(document["schema"] as? String == "windtunnel.cost-calibration/1")
    for key in [
      "accelerator", "constants", "covariance", "scatter", "file", "fingerprint", "rows", "level", "converged",
    ] {
      #expect(document[key] != nil, "\(key)")
    }
    let fitted = Set(try #require(document["rows"] as? [String]))
    #expect(fitted.count == 10)
    // Another seed draws others.
    let other = try place.shell("$W cost calibrate steps.csv --sample 10 --seed 4 --format json").json()
    #expect(Set(other["rows"] as? [String] ?? []) != fitted)

    let check = try place.shell("$W cost check steps.csv --calibration c.json --format json").json()
    #expect(check["schema"] as? String == "windtunnel.cost-check/1" && check["left_out"] as? Int == 10)
    let rows = try #require(check["rows"] as? [[String: Any]])
    #expect(rows.count == 14 && rows.allSatisfy { !fitted.contains($0["id"] as? String ?? "") })
    let source = try #require((check["sources"] as? [[String: Any]])?.first)
    #expect(source["source"] as? String == "lab" && source["count"] as? Int == 14)
    let errors = rows.compactMap { row -> Double? in
      guard let measured = row["measured_seconds"] as? Double, let predicted = row["predicted_seconds"] as? Double
      else {
        return nil
      }
      return abs(predicted / measured - 1)
    }
    let mean = try #require(source["mean_absolute_error"] as? Double)
    #expect(abs(errors.reduce(0, +) / 14 - mean) < 1e-12)
    // Nothing is left of a table whose every row was fitted to.
    #expect(try place.shell("$W cost calibrate steps.csv --output all.json").status == 0)
    expectFailure(try place.shell("$W cost check steps.csv --calibration all.json"), 65, "no row is left")
    // Rows kept by a condition are known again without it.
    #expect(try place.shell("$W cost calibrate steps.csv --where 'tp == 2' --output tp.json").status == 0)
    let rest = try place.shell("$W cost check steps.csv --calibration tp.json --format json").json()
    #expect(rest["left_out"] as? Int == 8 && (rest["rows"] as? [[String: Any]])?.count == 16)
    let table = try place.shell("$W cost check steps.csv --calibration c.json --rows")
    #expect(table.status == 0 && table.text.contains("14 steps") && table.text.contains("10 rows left out"))

    let interval = try place.shell(
      "$W cost --model llama-3-8b --cluster 8xA100 --calibration c.json --format json"
    ).json()
    let bounds = try #require(interval["step_interval"] as? [Double])
    let step = try #require((interval["layout"] as? [String: Any])?["step_seconds"] as? Double)
    #expect(bounds[0] < step && step < bounds[1])
  }

  @Test func aStepsRateTooLowIsLeftOut() throws {
    let all = try place.shell("$W cost check steps.csv --format json").json()
    let some = try place.shell("$W cost check steps.csv --min-mfu 0.35 --format json").json()
    let (count, left) = ((all["rows"] as? [Any])?.count ?? 0, (some["rows"] as? [Any])?.count ?? 0)
    #expect(count == 24 && left < 24 && left > 0 && some["left_out"] as? Int == 24 - left)
    expectFailure(try place.shell("$W cost check steps.csv --min-mfu 0.99"), 65, "no row is left")
  }
}

/// `windtunnel layout`.
@Suite struct LayoutCommandTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private let line = "layout --model llama-3-8b --cluster 16xH100"

  @Test func layoutsAreRanked() throws {
    let outcome = try place.shell("$W \(line) --top 5 --tokens 1T --format json")
    let json = try outcome.json()
    #expect(json["schema"] as? String == "windtunnel.layouts/2")
    let layouts = try #require(json["layouts"] as? [[String: Any]])
    #expect(layouts.count == 5)
    let times = layouts.compactMap { $0["step_seconds"] as? Double }
    #expect(times == times.sorted() && times.count == 5)
    for entry in layouts {
      let layout = try #require(entry["layout"] as? [String: Any])
      let degrees = ["data", "tensor", "pipeline", "context"].compactMap { layout[$0] as? Int }
      #expect(degrees.reduce(1, *) == 16)
      #expect((0...1).contains(try #require(entry["mfu"] as? Double)))
    }
    #expect(try #require(json["fitting"] as? Int) <= (try #require(json["considered"] as? Int)))
    #expect((json["reasons"] as? [String])?.isEmpty == false && json["run"] != nil)
    #expect(try place.shell("$W \(line) --top 5 --tokens 1T --format json").output == outcome.output)
    let table = try place.shell("$W \(line)")
    for words in ["layouts fit", "why", "assumed", "MFU"] { #expect(table.text.contains(words), "\(words)") }
  }

  @Test func givenDegreesAreKept() throws {
    let json = try place.shell("$W \(line) --tp 4 --pp 2 --zero 1 --recompute full --format json").json()
    let layouts = try #require(json["layouts"] as? [[String: Any]])
    #expect(layouts.count == 10)
    for entry in layouts {
      let layout = try #require(entry["layout"] as? [String: Any])
      #expect(layout["tensor"] as? Int == 4 && layout["pipeline"] as? Int == 2 && layout["data"] as? Int == 2)
      #expect(layout["zero"] as? Int == 1 && layout["recompute"] as? String == "full")
    }
  }

  @Test func timeIsDrawnAgainstMoney() throws {
    let outcome = try place.shell("$W \(line) --tokens 100B --front 8:64 --plot front.svg --output front.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(String(decoding: try place.read("front.svg"), as: UTF8.self).contains("</svg>"))
    let json = try #require(try JSONSerialization.jsonObject(with: place.read("front.json")) as? [String: Any])
    let points = try #require(json["front"] as? [[String: Any]])
    #expect(points.map { $0["devices"] as? Int } == [8, 16, 32, 64])
    let runs = points.compactMap { $0["run"] as? [String: Any] }
    let days = runs.compactMap { $0["seconds"] as? Double }
    #expect(zip(days, days.dropFirst()).allSatisfy { $0 > $1 })
    for (index, point) in points.enumerated() {
      let (time, hours) = (days[index], runs[index]["gpu_hours"] as? Double ?? 0)
      let isBeaten = runs.indices.contains { other in
        days[other] < time && (runs[other]["gpu_hours"] as? Double ?? 0) <= hours
      }
      #expect(point["is_pareto"] as? Bool == !isBeaten)
    }
  }

  @Test func aFrontWhereNothingElseFitsStillPrints() throws {
    let outcome = try place.shell("$W \(line) --tokens 100B --front 1:1 --plot empty.svg --output empty.json")
    #expect(!outcome.signaled && outcome.status == 0, "\(outcome.errors)")
  }

  @Test(
    arguments: [
      ("--model gpt-3-175b --cluster 8xA100", "no layout fits", "use more accelerators"),
      ("--model llama-3-8b --cluster 16xH100 --tp 3", "no layout is valid", "devices"),
      ("--model llama-3-8b --cluster 6xH100 --tp 6", "no layout is valid", "does not divide"),
      ("--model llama-3-8b --cluster 16xH10O", "did you mean", "H100"),
      ("--model llama-3-8b --cluster 16xH100 --front 8:16", "needs --tokens", ""),
      ("--model llama-3-8b --cluster 16xH100 --plot x.svg", "--front", ""),
      ("--model llama-3-8b --cluster 16xH100 --tokens 1T --front 8", "as in 8:512", "'8'"),
      ("--model llama-3-8b --cluster 16xH100 --tokens 1T --front 16:8", "as in 8:512", ""),
      ("--model llama-3-8b --cluster 16xH100 --tokens 1T --front 0:8", "as in 8:512", ""),
      ("--model llama-3-8b --cluster 16xH100 --tokens 1T --front a:b", "as in 8:512", ""),
      ("--model llama-3-8b --cluster 16xH100 --top 0", "--top must be from 1", ""),
      ("--model llama-3-8b --cluster 16xH100 --objective speed", "objective", ""),
    ])
  func aBadRequestIsAUsageError(_ options: String, _ words: String, _ others: String) throws {
    let outcome = try place.shell("$W layout \(options)")
    expectFailure(outcome, 64, words)
    #expect(others.isEmpty || outcome.errors.contains(others), "\(outcome.errors)")
  }

  @Test func whatCannotBeWrittenIsSaidToBe() throws {
    expectFailure(try place.shell("$W \(line) --output /nonexistent/x.json"), 73, "/nonexistent")
    expectFailure(
      try place.shell("$W \(line) --tokens 1T --front 8:8 --plot /nonexistent/x.svg"), 73, "/nonexistent")
  }
}
