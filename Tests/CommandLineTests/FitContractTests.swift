import Foundation
import Testing

@Suite struct FitContractTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    try place.write(Runs.csv(Runs.profiles()), to: "isoflops.csv")
  }

  @Test func theJSONHasWhatTheContractNames() throws {
    let json = try place.windtunnel("fit", "runs.csv", "--bootstrap", "100", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.fit/2")
    #expect((json["law"] as? [String: Any])?["name"] as? String == "chinchilla")
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    #expect(Set(parameters.keys) == ["E", "A", "B", "alpha", "beta"])
    for (name, truth) in [("alpha", Runs.truth.alpha), ("beta", Runs.truth.beta), ("E", Runs.truth.e)] {
      let parameter = try #require(parameters[name])
      let value = try #require(parameter["value"] as? Double)
      let error = try #require(parameter["standard_error"] as? Double)
      let interval = try #require(parameter["interval"] as? [Double])
      #expect(abs(value - truth) < 5 * error && error > 0, "\(name) is \(value) ± \(error)")
      #expect(interval.count == 2 && interval[0] < value && value < interval[1])
    }
    let objective = try #require(json["objective"] as? [String: Any])
    #expect(objective["kind"] as? String == "huber")
    #expect(objective["delta"] as? Double == 0.001)
    #expect(objective["residual"] as? String == "log")
    #expect(try #require(objective["value"] as? Double) > 0)
    let exponents = try #require(json["exponents"] as? [String: Any])
    let size = try #require(exponents["size"] as? Double)
    let tokens = try #require(exponents["tokens"] as? Double)
    #expect(abs(size + tokens - 1) < 1e-12)
    #expect(abs(size - Runs.truth.beta / (Runs.truth.alpha + Runs.truth.beta)) < 0.02)
    let runs = try #require(json["runs"] as? [String: Any])
    #expect(runs["used"] as? Int == 60)
    #expect(runs["excluded"] as? Int == 0)
    let starts = try #require(json["starts"] as? [String: Any])
    for key in ["tried", "distinct_optima", "at_best"] { #expect(starts[key] as? Int != nil, "\(key)") }
    #expect(try #require(json["gradient_norm"] as? Double) < 1e-6)
    for finding in try #require(json["diagnostics"] as? [[String: Any]]) {
      #expect(finding["code"] as? String != nil)
      #expect(finding["message"] as? String != nil)
      #expect(["info", "warning", "error"].contains(finding["severity"] as? String))
    }
  }

  @Test func theTableNamesTheLawTheRunsAndEveryParameter() throws {
    let outcome = try place.windtunnel("fit", "runs.csv", "--bootstrap", "50")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for word in ["chinchilla", "60 runs of runs.csv", "alpha", "beta", "90 % interval", "compute-optimal size"] {
      #expect(outcome.text.contains(word), "\(word)")
    }
  }

  @Test(
    arguments: [
      "huber:1e-3", "l2", "l1", "cauchy:0.01", "soft-l1:0.01", "asymmetric-mae:10", "huber-likelihood",
    ])
  func everyObjectiveFindsTheLaw(_ objective: String) throws {
    let json = try place.windtunnel(
      "fit", "runs.csv", "--objective", objective, "--bootstrap", "0", "--no-sensitivity", "--format", "json"
    ).json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    let alpha = try #require(parameters["alpha"]?["value"] as? Double)
    // Charging predictions above ten times as much bends the curve under the runs.
    #expect(abs(alpha - Runs.truth.alpha) < (objective.hasPrefix("asymmetric") ? 0.05 : 0.02))
    let record = try #require(json["objective"] as? [String: Any])
    #expect(record["kind"] as? String == objective.split(separator: ":").first.map(String.init))
  }

  @Test func residualsMayBeOfTheLossItself() throws {
    let json = try place.windtunnel(
      "fit", "runs.csv", "--residual", "linear", "--bootstrap", "0", "--no-sensitivity", "--format", "json"
    ).json()
    #expect((json["objective"] as? [String: Any])?["residual"] as? String == "linear")
  }

  @Test func runsThatAreLeftOutAreCountedAndNamed() throws {
    let json = try place.windtunnel(
      "fit", "runs.csv", "--where", "params > 5e7", "--drop-highest-loss", "3", "--bootstrap", "0", "--no-sensitivity",
      "--format", "json"
    ).json()
    let runs = try #require(json["runs"] as? [String: Any])
    #expect(runs["used"] as? Int == 47)
    #expect(runs["excluded"] as? Int == 13)
    let exclusions = try #require(runs["exclusions"] as? [[String: Any]])
    #expect(exclusions.compactMap { ($0["lines"] as? [Int])?.count } == [10, 3])
    #expect((exclusions.first?["lines"] as? [Int])?.first == 2)
  }

  @Test func aRunOfWeightTwoCountsAsTwoRuns() throws {
    let rows = Runs.csv(Runs.grid()).split(separator: "\n").dropFirst().map(String.init)
    let weighted = rows.enumerated().map { "\($0.element),\($0.offset % 7 == 0 ? 2 : 1)\n" }
    let repeated = rows.enumerated().map { $0.offset % 7 == 0 ? "\($0.element)\n\($0.element)\n" : "\($0.element)\n" }
    try place.write("params,tokens,flops,loss,copies\n" + weighted.joined(), to: "weighted.csv")
    try place.write("params,tokens,flops,loss\n" + repeated.joined(), to: "repeated.csv")
    func alpha(_ arguments: String...) throws -> Double {
      let json = try place.shell(
        "$W fit \(arguments.joined(separator: " ")) --bootstrap 0 --no-sensitivity --format json"
      ).json()
      return try #require((json["parameters"] as? [String: [String: Any]])?["alpha"]?["value"] as? Double)
    }
    let first = try alpha("weighted.csv", "--weights", "copies")
    #expect(abs(first / (try alpha("repeated.csv")) - 1) < 1e-9)
    #expect(abs(first / (try alpha("weighted.csv")) - 1) > 1e-6)
  }

  @Test(arguments: ["grid", "global", "16"]) func startsAreChosen(_ starts: String) throws {
    let json = try place.windtunnel(
      "fit", "runs.csv", "--starts", starts, "--bootstrap", "0", "--no-sensitivity", "--format", "json"
    ).json()
    let tried = try #require((json["starts"] as? [String: Any])?["tried"] as? Int)
    #expect(tried == ["grid": 4500, "global": 32, "16": 16][starts])
  }

  @Test func theLevelOfIntervalsIsObeyed() throws {
    func width(_ level: String) throws -> Double {
      let json = try place.windtunnel(
        "fit", "runs.csv", "--interval", level, "--bootstrap", "400", "--no-sensitivity", "--format", "json"
      ).json()
      let parameters = try #require(json["parameters"] as? [String: [String: Any]])
      let interval = try #require(parameters["alpha"]?["interval"] as? [Double])
      return interval[1] - interval[0]
    }
    let (narrow, wide) = (try width("0.5"), try width("0.95"))
    // The quantiles of a normal distribution: 1.96 / 0.674 = 2.9.
    #expect(wide / narrow > 2 && wide / narrow < 4.5)
  }

  @Test func approachTwoFindsTheExponentOfIsoFLOPRuns() throws {
    let json = try place.windtunnel(
      "fit", "isoflops.csv", "--approach", "2", "--bootstrap", "50", "--format", "json"
    ).json()
    #expect(json["schema"] as? String == "windtunnel.fit/2")
    #expect(json["approach"] as? Int == 2)
    let size = try #require((json["exponents"] as? [String: Any])?["size"] as? Double)
    #expect(abs(size - Runs.truth.beta / (Runs.truth.alpha + Runs.truth.beta)) < 0.02)
    let table = try place.windtunnel("fit", "isoflops.csv", "--approach", "2", "--bootstrap", "50")
    #expect(table.status == 0 && table.text.contains("size ∝ C^a"), "\(table.errors)")
  }

  @Test func approachOneFollowsTheEnvelopeOfCurves() throws {
    let rows = (0..<8).flatMap { k in
      (0..<40).map { step -> String in
        let params = 1e7 * pow(10, 0.3 * Double(k))
        let tokens = params * pow(10, -0.3 + 0.07 * Double(step))
        return "run\(k),\(params),\(tokens),\(6 * params * tokens),\(Runs.loss(params, tokens))\n"
      }
    }
    try place.write("run,params,tokens,flops,loss\n" + rows.joined(), to: "curves.csv")
    let json = try place.windtunnel(
      "fit", "curves.csv", "--approach", "1", "--bootstrap", "20", "--format", "json"
    ).json()
    #expect(json["approach"] as? Int == 1)
    let size = try #require((json["exponents"] as? [String: Any])?["size"] as? Double)
    #expect(abs(size - Runs.truth.beta / (Runs.truth.alpha + Runs.truth.beta)) < 0.06)
  }
}

/// Parameters that a user gives.
@Suite struct FixedParameterTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid(noise: 0)), to: "runs.csv")
  }

  @Test func aFixedParameterIsKeptAndTheOthersAreFound() throws {
    let outcome = try place.shell(
      "$W fit runs.csv --fix E=1.8 --fix beta=0.366 --bootstrap 0 --no-sensitivity --output fit.json --format json")
    let json = try outcome.json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    #expect(Set(parameters.keys) == ["A", "B", "alpha"])
    #expect((json["law"] as? [String: Any])?["fixed"] as? [String: Double] == ["E": 1.8, "beta": 0.366])
    #expect(abs((parameters["alpha"]?["value"] as? Double ?? 0) - Runs.truth.alpha) < 1e-9)
    let loss = try place.shell("$W predict fit.json --params 1e9 --tokens 2e10 --format json").json()["loss"]
    let value = try #require((loss as? [String: Any])?["value"] as? Double)
    #expect(abs(value / Runs.loss(1e9, 2e10) - 1) < 1e-9)
    let plan = try place.shell("$W plan --fit fit.json --budget '1e21 FLOP' --format json").json()
    #expect(plan["params"] != nil)
  }

  @Test(arguments: [
    ("--fix e=1", "no parameter 'e'"), ("--fix E", "name=number"), ("--fix E=x", "name=number"),
    ("--fix E=-1", "outside its bounds"), ("--fix E=1 --fix E=2", "twice"),
    ("--fix E=1 --fix A=1 --fix B=1 --fix alpha=1 --fix beta=1", "leave one"),
  ])
  func aParameterThatCannotBeFixedIsAUsageError(_ options: String, _ words: String) throws {
    let outcome = try place.shell("$W fit runs.csv \(options)")
    #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
  }
}

/// What a fit says of how far it can be trusted.
@Suite struct TrustContractTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
  }

  @Test func aFitHasProfilesAChecklistAndOptimaAtTheTarget() throws {
    let json = try place.windtunnel(
      "fit", "runs.csv", "--bootstrap", "50", "--target-budget", "1e22 FLOP", "--format", "json"
    ).json()
    let identifiability = try #require(json["identifiability"] as? [String: Any])
    #expect((identifiability["eigenvalues"] as? [Double])?.count == 5)
    let profiles = try #require(identifiability["profiles"] as? [String: [Double?]])
    let alpha = try #require(profiles["alpha"])
    #expect(alpha.count == 2 && (alpha[0] ?? 9) < Runs.truth.alpha && (alpha[1] ?? 0) > Runs.truth.alpha)
    let checklist = try #require(json["checklist"] as? [String: String])
    let entries = [
      "form", "variables", "setup", "data", "counting", "objective", "optimizer", "starts", "filtering", "validation",
      "intervals",
    ]
    #expect(entries.allSatisfy { !(checklist[$0] ?? "").isEmpty })
    let rows = try #require(json["sensitivity"] as? [[String: Any]])
    // The best size of the true law at 1e22 FLOP is 9.9B.
    #expect(rows.allSatisfy { abs(log(($0["optimal_size"] as? Double ?? 0) / 9.9e9)) < 0.3 }, "\(rows)")
  }

  @Test func coverageIsFoundBySimulation() throws {
    let json = try place.windtunnel(
      "calibrate", "chinchilla", "--design", "runs.csv", "--simulations", "20", "--bootstrap", "50", "--format", "json"
    ).json()
    #expect(json["schema"] as? String == "windtunnel.calibration/1")
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(Set(rows.compactMap { $0["kind"] as? String }) == ["percentile", "bca", "residuals", "covariance"])
    #expect(rows.allSatisfy { (0...1).contains($0["coverage"] as? Double ?? -1) })
    try place.write(
      "params,tokens\n1e8,1e9\n1e8,1e10\n1e9,1e10\n1e9,1e11\n3e9,1e11\n3e9,3e10\n2e8,1e10\n", to: "plan.csv")
    let planned = try place.shell(
      "$W calibrate besiroglu2024 --design plan.csv --noise 0.01 --simulations 20 --bootstrap 50")
    #expect(planned.status == 0 && planned.text.contains("size exponent"), "\(planned.errors)")
    let outcome = try place.shell("$W calibrate chinchilla --design plan.csv")
    #expect(outcome.status == 64 && outcome.errors.contains("name a preset and --noise"), "\(outcome.errors)")
    let part = try place.shell(
      "$W calibrate chinchilla --design runs.csv --where 'tokens > 0' --drop-highest-loss 3 --simulations 20 --bootstrap 50"
    )
    #expect(part.status == 0 && part.text.contains("left out of the design: 3 runs"), "\(part.errors)")
    let none = try place.shell("$W calibrate chinchilla --design runs.csv --where 'tokens < 0'")
    #expect(none.status == 65, "\(none.errors)")
    #expect(try place.shell("$W calibrate chinchila --design runs.csv").errors.contains("did you mean 'chinchilla'?"))
  }

  @Test func aStackPlans() throws {
    let outcome = try place.shell(
      "$W compare runs.csv --laws chinchilla,kaplan-nd --stack stack.json --bootstrap 20 --plot back-test.svg --format json"
    )
    let laws = try #require(try outcome.json()["laws"] as? [[String: Any]])
    #expect(laws.first?["law"] as? String == "chinchilla")
    let weights = laws.compactMap { $0["stacking_weight"] as? Double }
    #expect(weights.count == 2 && abs(weights.reduce(0, +) - 1) < 1e-9)
    let plan = try place.shell("$W plan --fit stack.json --budget '1e22 FLOP' --format json").json()
    let size = try #require((plan["params"] as? [String: Any])?["value"] as? Double)
    #expect(abs(log(size / 9.9e9)) < 0.4)
  }
}
