import Foundation
import Testing

/// Plans that weigh experts, memory and upcycling, from the command line.
@Suite struct ExpertPlanTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private let moe = "--preset ludziejewski2025 --budget '1e22 FLOP'"
  private let liew = "--preset liew2025 --params 1B --budget '1e21 FLOP'"

  @Test(arguments: ["nan", "1e300", "-2", "0", "1.5"]) func activeExpertsAreWholeOnAClusterToo(_ active: String) throws
  {
    let line = "$W plan --preset ludziejewski2025 --cluster 8xH100 --days 3 --experts 1,8 --active-experts \(active)"
    expectFailure(try place.shell(line), 64, "active experts")
  }

  @Test func theBestNumberOfExpertsWithinMemory() throws {
    let json = try place.shell("$W plan \(moe) --experts 1,2,4,8,16,32 --memory '80 GB' --format json").json()
    #expect(json["schema"] as? String == "windtunnel.plan/2")
    let mixture = try #require(json["mixture"] as? [String: Any])
    #expect(mixture["experts"] as? Double == 16 && mixture["binds"] as? String == "memory")
    #expect(mixture["memory_limit"] as? Double == 80e9 && mixture["bytes_per_param"] as? Double == 2)
    let rows = try #require(mixture["alternatives"] as? [[String: Any]])
    #expect(rows.compactMap { $0["experts"] as? Double } == [1, 2, 4, 8, 16, 32])
    for row in rows {
      for key in ["active_params", "tokens", "loss"] {
        #expect((row[key] as? [String: Any])?["value"] is Double, "\(key)")
      }
      for key in ["total_params", "memory", "flops"] { #expect(row[key] is Double, "\(key)") }
    }
    // The plan is that of the best row.
    let best = try #require(rows.first { $0["experts"] as? Double == 16 })
    let loss = try #require((json["loss"] as? [String: Any])?["value"] as? Double)
    #expect((best["loss"] as? [String: Any])?["value"] as? Double == loss)
    #expect(abs(loss - 2.1104212764) < 1e-10)
    let table = try place.shell("$W plan \(moe) --experts 1,2,4,8,16,32 --memory '80 GB'")
    let text = table.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for words in [
      "→ 16", "all parameters", "2 bytes per parameter", "appendix A", "binds", "no number here has an interval",
    ] {
      #expect(text.contains(words), "no '\(words)' in: \(text)")
    }
    let figure = try place.shell("$W plan \(moe) --memory '80 GB' --plot plan.svg")
    #expect(figure.status == 0, "\(figure.errors)")
    #expect(String(decoding: try place.read("plan.svg"), as: UTF8.self).contains("Loss by number of experts"))
  }

  @Test func upcyclingIsSetAgainstTheOthers() throws {
    let json = try place.shell("$W plan \(liew) --upcycle-from '100B tokens' --format json").json()
    let upcycling = try #require(json["upcycling"] as? [String: Any])
    #expect(upcycling["best"] as? String == "moe_from_scratch" && upcycling["dense_tokens"] as? Double == 1e11)
    let crossovers = try #require(upcycling["crossovers"] as? [[String: Any]])
    #expect(crossovers.map { $0["above"] as? String } == ["upcycled", "moe_from_scratch"])
    let flops = try #require((crossovers[1]["flops"] as? [String: Any])?["value"] as? Double)
    #expect(abs(flops / 4.80306299e20 - 1) < 1e-8)
    let table = try place.shell("$W plan \(liew) --upcycle-from '100B tokens'")
    for words in ["→ mixture of experts from scratch", "further dense training", "Where the best option changes"] {
      #expect(table.text.contains(words), "no '\(words)' in: \(table.text)")
    }
  }

  @Test func budgetsAreSweptOverExpertsToo() throws {
    let json = try place.shell(
      "$W plan --preset ludziejewski2025 --sweep 1e22:1e23:2 --memory '24 GB' --format json"
    ).json()
    let rows = try #require(json["sweep"] as? [[String: Any]])
    // Ludziejewski et al. 2025, table 2.
    #expect(rows.compactMap { $0["experts"] as? Double } == [4, 1])
    let table = try place.shell("$W plan --preset ludziejewski2025 --sweep 1e22:1e23:2 --memory '24 GB'")
    #expect(table.status == 0 && table.text.contains("experts"), "\(table.errors)")
  }

  @Test func aFitOfRunsGivesIntervalsAndVotes() throws {
    // Ludziejewski's law with its published parameters, at the corners and centers of a grid, with a little noise.
    var lines = ["active_params,tokens,num_experts,loss"]
    for (i, params) in [1e8, 3e8, 1e9, 3e9].enumerated() {
      for (j, tokens) in [2e9, 8e9, 3e10, 1e11].enumerated() {
        for (k, experts) in [1.0, 4, 16, 64].enumerated() {
          let e = 1 / (1 / (experts - 1 + 1 / (1 / 2.0732 - 1 / 290.4521)) + 1 / 290.4521)
          let loss =
            35.91 * pow(e, -0.2285) * pow(params, -0.1889 + 0.0098 * log(e))
            + 35.98 * pow(e, 0.5529) * pow(tokens, -0.1775 - 0.0259 * log(e)) + 1.3637
          lines.append("\(params),\(tokens),\(experts),\(loss * (1 + 1e-3 * sin(Double(7 * i + 13 * j + 29 * k))))")
        }
      }
    }
    try place.write(lines.joined(separator: "\n") + "\n", to: "moe.csv")
    let fit = try place.shell(
      "$W fit moe.csv --law joint-moe --bootstrap 40 --no-sensitivity --starts 32 --output moe.json")
    try #require(fit.status == 0, "\(fit.errors)")
    let json = try place.shell(
      "$W plan --fit moe.json --budget '1e21 FLOP' --experts 1,8,32 --memory '24 GB' --format json"
    ).json()
    let mixture = try #require(json["mixture"] as? [String: Any])
    let rows = try #require(mixture["alternatives"] as? [[String: Any]])
    #expect(abs(rows.compactMap { $0["share"] as? Double }.reduce(0, +) - 1) < 1e-9)
    for row in rows { #expect(((row["loss"] as? [String: Any])?["interval"] as? [Double])?.count == 2) }
    let table = try place.shell("$W plan --fit moe.json --budget '1e21 FLOP' --experts 1,8,32 --memory '24 GB'")
    #expect(table.text.contains("best in") && table.text.contains("% of the draws"), "\(table.errors)")
  }

  @Test func predictionsNameTheDenseModelOfEqualLoss() throws {
    let json = try place.shell(
      "$W predict --preset clark2022-s-base --set dense_params=5M --set experts=128 --format json"
    ).json()
    let dense = try #require((json["dense_equivalent"] as? [String: Any])?["value"] as? Double)
    #expect(abs(dense / 51_828_431.874 - 1) < 1e-9)
    let table = try place.shell("$W predict --preset clark2022-s-base --set dense_params=5M --set experts=128")
    #expect(table.text.contains("51.8M params"), "\(table.text)")
  }

  @Test(
    arguments: [
      ("--experts 0", "must be whole, from 1"), ("--experts 2.5", "whole numbers separated by commas"),
      ("--experts 1,x", "whole numbers separated by commas"), ("--experts ''", "whole numbers separated by commas"),
      ("--experts -1", "must be whole, from 1"), ("--memory '1 MB'", "nothing fits into 1 MB"),
      ("--memory 80", "expected a unit such as GB"), ("--memory '80 Gb'", "means bits"),
      ("--memory '0 GB'", "above zero"),
      ("--memory '80 GFLOP'", "GB or GiB"), ("--bytes-per-param 0", "above zero"),
      ("--bytes-per-param nan", "above zero"),
      ("--active-experts 3 --experts 2", "cannot pass through 3 of 2"), ("--vocabulary -1", "zero or more"),
      ("--set experts=0", "whole, from 1"), ("--set experts=8 --experts 8", "drop one"),
      ("--memory '10 GB' --params 7B", "nothing fits"), ("--dense-fit x.json", "--upcycle-from"),
    ])
  func aBadRequestForExpertsIsAUsageError(_ request: String, _ words: String) throws {
    expectFailure(try place.shell("$W plan \(moe) \(request)"), 64, words)
  }

  @Test func lawsWithoutExpertsHaveNoneToChoose() throws {
    expectFailure(
      try place.shell("$W plan --preset besiroglu2024 --budget '1e22 FLOP' --experts 8"), 64,
      "does not depend on the number of experts", "ludziejewski2025")
    expectFailure(
      try place.shell("$W plan --preset kaplan-c/kaplan2020 --budget '1e22 FLOP' --memory '80 GB'"), 64,
      "does not depend on size")
    expectFailure(
      try place.shell("$W plan --preset clark2022-hash --budget '1e22 FLOP' --experts 8"), 64, "cannot split"
    )
  }

  @Test(
    arguments: [
      ("--preset liew2025 --budget '1e21 FLOP' --upcycle-from 1T", "--params"),
      ("--preset liew2025 --params 1B --upcycle-from 1T", "--budget"),
      ("--preset liew2025 --params 1B --budget '1e21 FLOP' --upcycle-from '1B params'", "expected tokens"),
      ("--preset liew2025 --params 1B --budget '1e21 FLOP' --upcycle-from 0", "above zero"),
      ("--preset liew2025 --params 1B --budget '1e21 FLOP' --upcycle-from 1T --experts 1", "at least 2 experts"),
      ("--preset liew2025 --params 1B --budget '1e21 FLOP' --upcycle-from 1T --experts 4,8", "one number"),
      ("--preset liew2025 --params 1B --budget '1e21 FLOP' --upcycle-from 1T --memory '1 GB'", "even the dense model"),
      ("--preset liew2025 --params 1B --target-loss 2 --upcycle-from 1T", "--target-loss has no effect"),
      ("--preset besiroglu2024 --params 1B --budget '1e21 FLOP' --upcycle-from 1T", "no laws of upcycling"),
      ("--params 1B --budget '1e21 FLOP' --upcycle-from 1T", "three laws"),
    ])
  func aBadRequestForUpcyclingIsAUsageError(_ request: String, _ words: String) throws {
    expectFailure(try place.shell("$W plan \(request)"), 64, words)
  }
}
