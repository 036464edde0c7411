import Foundation
import Testing

@Suite struct PlanAndPredictTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    let fit = try place.windtunnel("fit", "runs.csv", "--no-sensitivity", "--bootstrap", "200", "--output", "fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
  }

  @Test func thePlanHasWhatTheContractNames() throws {
    let json = try place.windtunnel("plan", "--fit", "fit.json", "--budget", "1e22 FLOP", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.plan/2")
    for key in ["params", "tokens", "flops", "loss"] {
      let quantity = try #require(json[key] as? [String: Any], "\(key)")
      let value = try #require(quantity["value"] as? Double)
      let interval = try #require(quantity["interval"] as? [Double])
      #expect(interval[0] <= value && value <= interval[1], "\(key)")
    }
    func value(_ key: String) throws -> Double {
      try #require((json[key] as? [String: Any])?["value"] as? Double)
    }
    #expect(abs(6 * (try value("params")) * (try value("tokens")) / 1e22 - 1) < 1e-9)
    // Hoffmann's closed form of the optimum at the true parameters.
    let truth = Runs.truth
    let scale = pow(truth.alpha * truth.a / (truth.beta * truth.b), 1 / (truth.alpha + truth.beta))
    let best = scale * pow(1e22 / 6, truth.beta / (truth.alpha + truth.beta))
    #expect(abs(log((try value("params")) / best)) < 0.15)
    #expect((json["reasons"] as? [String])?.isEmpty == false)
    #expect(json["warnings"] is [String])
  }

  @Test func thePlanFromAFileAndFromAPipeAreTheSame() throws {
    let file = try place.shell("$W plan --fit fit.json --budget '1e22 FLOP' --format json")
    let pipe = try place.shell("cat fit.json | $W plan --fit - --budget '1e22 FLOP' --format json")
    #expect(file.status == 0 && file.output == pipe.output, "\(pipe.errors)")
  }

  @Test(
    arguments: [
      "--budget '2M USD'", "--budget '10k GPU-hours'", "--budget '64xH100 for 30d'", "--target-loss 2.1",
      "--budget '1e22 FLOP' --max-tokens 100B", "--budget '1e22 FLOP' --params 7B", "--target-loss 2.1 --tokens 1T",
      "--target-loss 2.1 --inference-tokens 1T", "--sweep 1e18:1e22:4", "--budget '1e22 FLOP' --sweep 1e18:1e22",
      "--budget '2M USD' --accelerator A100 --mfu 0.35 --price 1.5",
    ])
  func everyKindOfRequestPlansAsTableAndJSON(_ request: String) throws {
    let table = try place.shell("$W plan --fit fit.json \(request)")
    #expect(table.status == 0 && table.text.contains("tokens per parameter"), "\(table.errors)")
    let json = try place.shell("$W plan --fit fit.json \(request) --format json").json()
    #expect(json["schema"] as? String == "windtunnel.plan/2")
  }

  @Test func aPublishedLawPlansWithoutRuns() throws {
    let outcome = try place.windtunnel("plan", "--preset", "besiroglu2024", "--budget", "5.76e23 FLOP")
    #expect(outcome.status == 0 && outcome.text.contains("params"), "\(outcome.errors)")
  }

  @Test func aPredictionComesNearTheLawBehindTheRuns() throws {
    let json = try place.windtunnel(
      "predict", "fit.json", "--params", "1B", "--tokens", "100B", "--format", "json"
    ).json()
    let loss = try #require(json["loss"] as? [String: Any])
    let value = try #require(loss["value"] as? Double)
    #expect(abs(value / Runs.loss(1e9, 1e11) - 1) < 0.005)
    let mean = try #require(loss["interval"] as? [Double])
    let one = try #require(loss["prediction_interval"] as? [Double])
    #expect(one[1] - one[0] > mean[1] - mean[0])
    let table = try place.windtunnel("predict", "fit.json", "--params", "1B", "--tokens", "100B")
    #expect(table.status == 0 && table.text.contains("predicted"), "\(table.errors)")
  }

  @Test func aPredictionReadsBackTheFitToTheBit() throws {
    let json = try place.windtunnel(
      "predict", "fit.json", "--params", "1000000000", "--tokens", "1e11", "--format", "json"
    ).json()
    let value = try #require((json["loss"] as? [String: Any])?["value"] as? Double)
    let fit = try #require(try JSONSerialization.jsonObject(with: place.read("fit.json")) as? [String: Any])
    let parameters = try #require(fit["parameters"] as? [String: [String: Any]])
    func p(_ name: String) throws -> Double { try #require(parameters[name]?["value"] as? Double) }
    let expected = try p("E") + p("A") / pow(1e9, p("alpha")) + p("B") / pow(1e11, p("beta"))
    #expect(abs(value - expected) <= 4 * expected.ulp)
  }

  @Test func comparingRanksTheTrueLawFirst() throws {
    let json = try place.windtunnel(
      "compare", "runs.csv", "--laws", "chinchilla,kaplan-nd", "--formula", "E + A/N^a", "--format", "json"
    ).json()
    let laws = try #require(json["laws"] as? [[String: Any]])
    #expect(laws.count == 3 && laws.first?["law"] as? String == "chinchilla")
    let table = try place.windtunnel("compare", "runs.csv")
    #expect(table.status == 0 && table.text.contains("extrapolation"), "\(table.errors)")
  }

  @Test func theCatalogIsListed() throws {
    let json = try place.windtunnel("laws", "--format", "json").json()
    let laws = try #require(json["laws"] as? [[String: Any]])
    #expect(laws.contains { $0["name"] as? String == "chinchilla" })
    for name in ["chinchilla", "besiroglu2024"] {
      let table = try place.windtunnel("laws", name)
      #expect(table.status == 0 && table.text.contains("besiroglu2024"), "\(table.errors)")
    }
  }

  @Test func aFitInDoubtCastsItsDoubtOnThePlan() throws {
    try place.write(Runs.csv(Runs.ray()), to: "ray.csv")
    let fit = try place.windtunnel("fit", "ray.csv", "--no-sensitivity", "--bootstrap", "50", "--output", "ray.json")
    #expect(fit.status == 0 && fit.text.contains("ERROR (ill conditioned design)"), "\(fit.text)")
    for arguments in [
      ["plan", "--fit", "ray.json", "--budget '1e22 FLOP'"], ["predict", "ray.json --params 1B --tokens 1B"],
    ] {
      let outcome = try place.shell("$W \(arguments.joined(separator: " ")) --format json")
      let warnings = try #require(try outcome.json()["warnings"] as? [String])
      #expect(warnings.first?.contains("doubtful") == true, "\(warnings)")
    }
  }
}
