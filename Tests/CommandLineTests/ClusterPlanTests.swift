import Foundation
import Testing

/// `windtunnel plan --cluster`.
@Suite struct ClusterPlanCommandTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private let line = "plan --preset besiroglu2024 --cluster 16xH100"

  @Test func aClusterForSomeDaysIsPlanned() throws {
    let outcome = try place.shell("$W \(line) --days 5 --price 2 --carbon 300 --format json")
    let json = try outcome.json()
    let section = try #require(json["cluster"] as? [String: Any])
    for key in ["accelerator", "best", "devices", "gpu_hours", "memory_bytes", "sentences", "sizes", "step_seconds"] {
      #expect(section[key] != nil, "\(key)")
    }
    let best = try #require(section["best"] as? [String: Any])
    let sizes = try #require(section["sizes"] as? [[String: Any]])
    let losses = sizes.compactMap { $0["loss"] as? Double }
    #expect(losses.min() == best["loss"] as? Double && sizes.count == losses.count)
    #expect((0.05...0.9).contains(try #require(best["mfu"] as? Double)))
    let hours = try #require(section["gpu_hours"] as? Double)
    #expect(abs(hours / (16 * 5 * 24) - 1) < 0.01)
    #expect(abs(try #require(section["usd"] as? Double) / (2 * hours) - 1) < 1e-9)
    #expect(try place.shell("$W \(line) --days 5 --price 2 --carbon 300 --format json").output == outcome.output)
    let table = try place.shell("$W \(line) --days 5 --plot plan.svg")
    for words in ["shape", "layout", "MFU", "because", "Sizes in the same time"] {
      #expect(table.text.contains(words), "\(words)")
    }
    #expect(String(decoding: try place.read("plan.svg"), as: UTF8.self).contains("</svg>"))
  }

  /// 3,840 USD at 2 an hour are 1,920 hours: 16 devices for 5 days.
  @Test func moneyAndAcceleratorTimeArePlannedAlike() throws {
    func best(_ options: String) throws -> [String: Any] {
      let json = try place.shell("$W \(options) --format json").json()
      return try #require((json["cluster"] as? [String: Any])?["best"] as? [String: Any])
    }
    let days = try best("\(line) --days 5")
    for options in [
      "\(line) --budget '3840 USD' --price 2", "\(line) --budget '1920 GPU-hours'",
      "plan --preset besiroglu2024 --budget '16xH100 for 5d'",
    ] {
      let other = try best(options)
      for key in ["params", "tokens", "loss"] {
        let (a, b) = (try #require(days[key] as? Double), try #require(other[key] as? Double))
        #expect(abs(a / b - 1) < 1e-9, "\(key) of \(options)")
      }
    }
    let given = try best("\(line) --days 5 --params 3B")
    #expect(abs(try #require(given["params"] as? Double) / 3e9 - 1) < 0.05)
    let capped = try best("\(line) --days 5 --max-tokens 20B")
    #expect(try #require(capped["tokens"] as? Double) <= 2e10)
  }

  /// The utilization is worked out for compute and for a loss as well, and for each budget of a sweep.
  @Test func computeLossesAndSweepsAreOfTheCluster() throws {
    func section(_ options: String) throws -> (json: [String: Any], best: [String: Any]) {
      let json = try place.shell("$W \(line) \(options) --format json").json()
      let section = try #require(json["cluster"] as? [String: Any])
      let interval = try #require(section["seconds_interval"] as? [Double])
      let best = try #require(section["best"] as? [String: Any])
      let seconds = try #require(best["seconds"] as? Double)
      #expect(interval.count == 2 && interval[0] < seconds && seconds < interval[1])
      return (json, best)
    }
    let compute = try section("--budget '1e21 FLOP'").best
    let (params, tokens) = (try #require(compute["params"] as? Double), try #require(compute["tokens"] as? Double))
    #expect(abs(6 * params * tokens / 1e21 - 1) < 1e-9)
    let loss = try section("--target-loss 2.4").best
    #expect(abs(try #require(loss["loss"] as? Double) / 2.4 - 1) < 1e-9)
    let swept = try section("--sweep 1e20:1e21:3").json
    let rows = try #require(swept["sweep"] as? [[String: Any]])
    #expect(rows.count == 3 && rows.last?["seconds"] as? Double == compute["seconds"] as? Double)
    let utilizations = rows.compactMap { $0["mfu"] as? Double }
    #expect(utilizations.count == 3 && utilizations.allSatisfy { $0 > 0.05 && $0 < 0.9 })
    let table = try place.shell("$W \(line) --target-loss 2.4 --sweep 1e20:1e21:3 --plot both.svg")
    for words in ["Sizes to the same loss", "would need", "Over budgets", "MFU"] {
      #expect(table.text.contains(words), "\(words)")
    }
    let picture = String(decoding: try place.read("both.svg"), as: UTF8.self)
    for words in ["Days of sizes on 16 H100", "Utilization in the fastest layout", "Time over budgets"] {
      #expect(picture.contains(words), "\(words)")
    }
  }

  /// Weights that must fit somewhere bound the size; experts that a token does not pass through count as well.
  @Test func memoryAndVocabularyHoldOnAClusterToo() throws {
    func cluster(_ options: String) throws -> [String: Any] {
      let json = try place.shell("$W plan --cluster 16xH100 --days 10 \(options) --format json").json()
      return try #require(json["cluster"] as? [String: Any])
    }
    let dense = try cluster("--preset besiroglu2024 --memory 4GB --vocabulary 64000")
    let best = try #require(dense["best"] as? [String: Any])
    let workload = try #require(best["workload"] as? [String: Any])
    let shape = try #require(workload["shape"] as? [String: Any])
    #expect(try #require(best["params"] as? Double) <= 2e9 && shape["vocabulary"] as? Int == 64_000)
    let mixture = try cluster("--preset ludziejewski2025 --experts 8 --memory 20GB")
    let rows = try #require(mixture["experts"] as? [[String: Any]])
    #expect(rows.allSatisfy { ($0["total_params"] as? Double ?? .infinity) <= 1e10 })
    expectFailure(try place.shell("$W \(line) --days 10 --memory 4kB"), 64, "its weights into 4 kB")
    expectFailure(try place.shell("$W \(line) --days 10 --bytes-per-param 2"), 64, "requires --memory")
  }

  /// Goals far from the usual: sizes are looked for until the best does not lie at an end, and tiny ones have no shape.
  @Test(arguments: [
    "--cluster 1xH100 --days 1000", "--cluster 8xH100 --budget '1e22 FLOP' --max-tokens 1B",
    "--cluster 8xH100 --days 30 --max-tokens 5B", "--cluster 1xH100 --budget '1e16 FLOP'",
    "--cluster 8xH100 --sweep 1e20:1e22:3 --max-tokens 1B",
  ])
  func sizesAreFoundWhereverTheyLie(_ options: String) throws {
    let json = try place.shell("$W plan --preset besiroglu2024 \(options) --format json").json()
    let section = try #require(json["cluster"] as? [String: Any])
    let sizes = try #require(section["sizes"] as? [[String: Any]]).compactMap { $0["loss"] as? Double }
    let best = try #require((section["best"] as? [String: Any])?["loss"] as? Double)
    #expect(sizes.count > 2 && sizes.min() == best)
  }

  /// What a deadline takes away is said, and sizes are looked for among those that end in time.
  @Test func aDeadlineIsSaidToBind() throws {
    let text = try place.shell("$W \(line) --budget '1e22 FLOP' --days 16").text
    #expect(text.contains("sizes would take more than 16.0 days; without that limit"), "\(text)")
  }

  /// Served models are compared at one loss, by training and serving together.
  @Test func servedExpertsAreComparedAtOneLoss() throws {
    let line = "plan --preset ludziejewski2025 --cluster 8xH100 --target-loss 2.6 --inference-tokens 10T"
    func hours(_ experts: String) throws -> Double {
      let json = try place.shell("$W \(line) --experts \(experts) --format json").json()
      let section = try #require(json["cluster"] as? [String: Any])
      let serving = try #require(section["serving"] as? [String: Any])
      let rows = try #require(serving["rows"] as? [[String: Any]])
      let sums = rows.map { row in
        (row["training_hours"] as? Double ?? .infinity) + (row["serving_hours"] as? Double ?? .infinity)
      }
      return try #require(sums.min())
    }
    let each = try ["1", "2", "8"].map(hours)
    #expect(try hours("1,2,8") == each.min())
  }

  /// The price and the power of one's own cluster say how long a budget lasts.
  @Test func ownPricesAndSitesCount() throws {
    try place.write(
      """
      schema: windtunnel.hardware/1
      clusters:
        cheap: {accelerator: H100, count: 64, usd_per_hour: 1, pue: 2}
      """, to: "lab.yaml")
    func section(_ budget: String) throws -> [String: Any] {
      let line = "plan --preset besiroglu2024 --hardware lab.yaml --cluster cheap --budget '\(budget)'"
      let json = try place.shell("$W \(line) --format json").json()
      return try #require(json["cluster"] as? [String: Any])
    }
    let money = try #require(try section("20k USD")["usd"] as? Double)
    #expect(abs(money / 20_000 - 1) < 0.01)
    let energy = try #require(try section("30 MWh")["energy_kwh"] as? Double)
    #expect(abs(energy / 30_000 - 1) < 0.01)
  }

  /// What 64 devices train in a time follows from the steps of the dense model and of the mixture.
  @Test func upcyclingIsPlannedOnACluster() throws {
    let line = "plan --preset liew2025 --params 1B --upcycle-from 100B --cluster 16xH100"
    let json = try place.shell("$W \(line) --days 14 --format json").json()
    let section = try #require(json["upcycling"] as? [String: Any])
    #expect((0.3...1.5).contains(try #require(section["mixture_rate"] as? Double)))
    let cost = try #require(json["cost"] as? [String: Any])
    let hours = try #require(cost["gpu_hours"] as? Double)
    #expect(abs(hours / 5376 - 1) < 0.01)
    let table = try place.shell("$W \(line) --days 14").text
    #expect(table.contains("computed and not assumed") && table.contains("The mixture of"))
    expectFailure(try place.shell("$W \(line) --budget '1e21 FLOP'"), 64, "depends on the time")
    expectFailure(try place.shell("$W \(line) --days 14 --mfu 0.4"), 64, "leave out --mfu")
  }

  private static let badRequests: [(String, String)] = [
    ("--cluster 16xH100", "--days"), ("--cluster 16xH100 --days 0", "above zero"),
    ("--cluster 16xH100 --days -5", "above zero"), ("--cluster 16xH100 --days nan", "above zero"),
    ("--budget '1000 USD' --days -5", "--days must be above zero"),
    ("--budget '1000 USD' --days -1e-300", "--days must be above zero"), ("--days 5", "--cluster"),
    ("--cluster 16xH10O --days 5", "did you mean 'H100'?"),
    ("--cluster 16xH100 --days 5 --budget '1e22 FLOP'", "use more accelerators"),
    ("--cluster 16xH100 --days 5 --mfu 0.4", "leave out --mfu"),
    ("--cluster 16xH100 --days 5 --target-loss 2", "use more accelerators"),
    ("--cluster 16xH100 --target-loss 1.7", "does not go below a loss of"),
    ("--cluster 16xH100 --days 5 --batch 1e300", "too large"),
    ("--cluster 16xH100 --budget '1 FLOP'", "too little for a model of a million parameters"),
    ("--budget '1e22 FLOP' --batch 4M", "--batch applies to a plan on a cluster"),
    ("--budget '1e22 FLOP' --calibration none.json", "--calibration applies to a plan on a cluster"),
    ("--cluster 16xH100 --target-loss -1", "above zero"),
    ("--cluster 16xH100 --target-loss 2.5 --tokens 1T", "--max-tokens"),
    ("--cluster 16xH100 --days 5 --sequence 0", "number of tokens"),
    ("--cluster 16xA100 --days 5 --precision fp8", "fp8"),
    ("--cluster 16xH100 --days 5 --accelerator A100", "give one of them"),
    ("--cluster 16xH100 --days 5 --carbon -1", "--carbon"),
    ("--cluster 1xH100 --days 5 --params 300B", "no model fits"),
    ("--budget '16xH100 for 5d' --days 3", "leave out --cluster and --days"),
    ("--budget '1 USD' --days 5", "fewer days"), ("--cluster 16xH100 --days 5 --batch -1", "-1"),
    ("--cluster 16xGH200 --budget '1000 USD'", "--price"),
  ]

  @Test(arguments: badRequests)
  func aBadRequestIsAUsageError(_ options: String, _ words: String) throws {
    expectFailure(try place.shell("$W plan --preset besiroglu2024 \(options)"), 64, words)
  }

  @Test func calibrationsThatAreMissingOrWrongAreSaidToBe() throws {
    try place.write("{}", to: "empty.json")
    expectFailure(try place.shell("$W \(line) --days 5 --calibration nothing.json"), 66, "nothing.json")
    expectFailure(try place.shell("$W \(line) --days 5 --calibration empty.json"), 65, "not a cost calibration")
  }
}
