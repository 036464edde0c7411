import Fitting
import Formulas
import Foundation
import Planning
import ScalingLaws
import Testing

@Suite struct DesignTests {
  private func request(_ budget: Double, _ target: Double, _ goal: DesignGoal = .loss) -> DesignRequest {
    var request = DesignRequest(pilotBudget: budget, target: target)
    request.noise = 0.01
    request.goal = goal
    return request
  }

  private func run(_ params: Double, _ tokens: Double, _ repeats: Int = 1) -> DesignRun {
    DesignRun(params: params, tokens: tokens, flops: 6 * params * tokens, repeats: repeats)
  }

  private var handful: [DesignRun] {
    [
      run(2e7, 1e9, 2), run(2e7, 2e10), run(1e8, 5e9, 3), run(3e8, 2e9), run(3e8, 3e10), run(1e8, 8e10),
      run(6e8, 1e10, 2),
    ]
  }

  /// Standard errors from the closed-form derivatives of the Chinchilla law and its optimum, by numpy.
  @Test(arguments: [(1e22, 0.0336356771984, 0.502526024586), (1e24, 0.0569113997289, 0.794450294744)])
  func expectedErrorsAreThoseOfTheClosedForms(_ target: Double, _ loss: Double, _ size: Double) throws {
    for law in [try published("besiroglu2024"), try chinchillaByFormula(try published("besiroglu2024").parameters)] {
      let forecast = try #require(try judgeRuns(law, handful, request(handful.flops, target)).after.forecast)
      #expect(isClose(forecast.lossError, loss, within: 1e-6))
      #expect(isClose(forecast.sizeError, size, within: 1e-5))
    }
  }

  /// Noise that falls as a power of compute, once as a fit tells it and once as a user does.
  @Test func theTrendOfTheFittedRunsIsReckonedWith() throws {
    let law = try published("besiroglu2024")
    var stated = request(handful.flops, 1e23)
    (stated.noise, stated.noiseOfCheapest) = (0.004, 0.02)
    let ends = [handful.map(\.flops).min() ?? 0, stated.pilotBudget * stated.largestShare]
    let noise = RunNoise(
      deviation: (0.004 * 0.02).squareRoot(), exponent: log(0.004 / 0.02) / log(ends[1] / ends[0]),
      middle: (ends[0] * ends[1]).squareRoot(), span: ends)
    let fitted = try FittedLaw(law: law.law, parameters: law.parameters, noise: noise, provenance: "a test")
    var silent = stated
    (silent.noise, silent.noiseOfCheapest) = (nil, nil)
    let (one, other) = (try judgeRuns(fitted, handful, silent), try judgeRuns(law, handful, stated))
    let (found, known) = (try #require(one.after.forecast), try #require(other.after.forecast))
    #expect(isClose(found.lossError, known.lossError, within: 1e-9))
    #expect(one.reasons.contains { $0.contains("varying with compute as among the fitted runs") })
    // What the user says goes before what the fit does.
    #expect(try judgeRuns(fitted, handful, stated).after.forecast == known)
  }

  @Test func aDesignKeepsItsLimitsAndIsTheSameEveryTime() throws {
    var asked = request(1e20, 1e23)
    (asked.maxRuns, asked.maxRepeats, asked.largestShare, asked.maxParams, asked.minTokens) = (12, 2, 0.2, 3e8, 1e9)
    let design = try designRuns(try published("besiroglu2024"), asked)
    #expect(design.runs.flops <= 1e20 * (1 + 1e-9) && design.runs.runCount <= 12)
    for run in design.runs {
      #expect(run.repeats <= 2 && run.flops <= 2e19 && run.params <= 3e8 && run.tokens >= 0.99e9)
    }
    #expect(try designRuns(try published("besiroglu2024"), asked).runs == design.runs)
  }

  @Test(arguments: [(1e19, 1e21), (1e19, 1e23), (1e21, 1e23), (1e21, 1e25)])
  func halfTheComputeDoesWhatAnIsoFLOPGridDoes(_ budget: Double, _ target: Double) throws {
    let law = try published("besiroglu2024")
    for (goal, error) in [(DesignGoal.loss, \DesignForecast.lossError), (.optimum, \.sizeError)] {
      let half = try designRuns(law, request(budget / 2, target, goal))
      let whole = try designRuns(law, request(budget, target, goal))
      let grid = whole.customary[0]
      #expect(half.runs.flops <= budget / 2 * (1 + 1e-9) && grid.runs.flops > 0.9 * budget)
      #expect(half.after.runs.runCount <= grid.runs.runCount)
      #expect(try #require(half.after.forecast)[keyPath: error] < (try #require(grid.forecast))[keyPath: error])
      let factor = goal == .loss ? half.gridFactorForLoss : half.gridFactorForSize
      #expect(factor ?? .infinity >= 2, "\(goal) \(String(describing: factor))")
    }
  }

  @Test func bothGoalsAreACompromise() throws {
    let law = try published("besiroglu2024")
    let (loss, size, both) = (
      try designRuns(law, request(1e20, 1e23)), try designRuns(law, request(1e20, 1e23, .optimum)),
      try designRuns(law, request(1e20, 1e23, .both))
    )
    let errors = try [loss, size, both].map { try #require($0.after.forecast) }
    #expect(errors[0].lossError < errors[2].lossError && errors[2].lossError < errors[1].lossError)
    #expect(errors[1].sizeError < errors[2].sizeError && errors[2].sizeError < errors[0].sizeError)
  }

  @Test func runsAlongARayAreWarnedOf() throws {
    let ray = (0..<10).map { step in run(1e7 * pow(2, Double(step)), 2e8 * pow(2, Double(step))) }
    let design = try judgeRuns(try published("besiroglu2024"), ray, request(ray.flops, 1e22))
    #expect(design.after.isIllConditioned && design.warnings.contains { $0.contains("move together") })
    #expect(design.customary[1].isIllConditioned && !design.customary[0].isIllConditioned)
  }

  @Test func farTargetsAreWarnedOf() throws {
    let law = try published("besiroglu2024")
    func says(_ target: Double, _ words: String) throws -> Bool {
      try judgeRuns(law, handful, request(handful.flops, target)).warnings.contains { $0.contains(words) }
    }
    #expect(try says(1e25, "1,000-fold"))
    #expect(try says(1e22, "law's own error") && !says(1e22, "1,000-fold"))
    #expect(try !says(1e21, "law's own error"))
  }

  /// What the fit knows already shrinks what new runs can teach, and the before is the fit's own spread.
  @Test func theRunsBehindAFitCount() throws {
    let preset = try published("besiroglu2024")
    let random = Random(seed: 3)
    let draws = (0..<400).map { _ in
      zip(preset.parameters, [0.01, 0.05, 0.05, 0.005, 0.005]).map { $0 * exp($1 * random.normal()) }
    }
    let fitted = try FittedLaw(
      law: preset.law, parameters: preset.parameters, draws: draws,
      ranges: ["params": 1e7...1e9, "tokens": 1e8...1e11, "flops": 1e16...1e20], provenance: "a test")
    let bare = try judgeRuns(preset, handful, request(handful.flops, 1e22))
    let informed = try judgeRuns(fitted, handful, request(handful.flops, 1e22))
    let before = try #require(informed.before)
    let after = try #require(informed.after.forecast)
    #expect(bare.before == nil)
    #expect(after.lossError < before.lossError)
    #expect(after.lossError < (try #require(bare.after.forecast)).lossError)
    // Independent draws: the variances add up, each times the square of the log loss's derivative.
    let plan = try planOptimum(preset, for: .flops(1e22))
    let (n, d, l) = (try #require(plan.params).value, try #require(plan.tokens).value, plan.loss.value)
    let p = preset.parameters
    let (a, b) = (p[1] * pow(n, -p[3]), p[2] * pow(d, -p[4]))
    let parts = [
      0.01 * p[0] / l, 0.05 * a / l, 0.05 * b / l, 0.005 * p[3] * a * log(n) / l, 0.005 * p[4] * b * log(d) / l,
    ]
    let expected = parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(before.lossError / expected - 1) < 0.15, "\(before.lossError) \(expected)")
  }

  /// A further variable of the law stays where it is fixed, and must be.
  @Test func furtherVariablesAreFixed() throws {
    let published = try published("besiroglu2024")
    let law = Law(
      name: "custom", title: "", formula: try Formula("E + A/N^alpha + B*x/D^beta"),
      variables: [.init("N", column: "params"), .init("x", column: "x"), .init("D", column: "tokens")],
      parameters: published.law.parameters, citation: "")
    var halved = published.parameters
    halved[2] /= 2
    let fitted = try FittedLaw(law: law, parameters: halved, provenance: "a test")
    var asked = request(handful.flops, 1e22)
    asked.fixed = ["x": 2]
    let forecast = try #require(try judgeRuns(fitted, handful, asked).after.forecast)
    #expect(isClose(forecast.lossError, 0.0336356771984, within: 1e-6))
    asked.fixed = [:]
    #expect(throws: PlanError.self) { try judgeRuns(fitted, handful, asked) }
  }

  /// Noisier small runs are worth less, and a design buys fewer of the cheapest.
  @Test func noiseOfCheapRunsCounts() throws {
    let law = try published("besiroglu2024")
    var noisy = request(1e20, 1e22)
    noisy.noiseOfCheapest = 0.1
    let (plain, wary) = (try designRuns(law, request(1e20, 1e22)), try designRuns(law, noisy))
    let cheapest = try #require(plain.runs.first).flops
    func bought(_ design: RunDesign) -> Int { design.runs.filter { $0.flops < 3 * cheapest }.runCount }
    #expect(bought(wary) < bought(plain))
    let (before, after) = (try #require(plain.after.forecast), try #require(wary.after.forecast))
    #expect(before.lossError < after.lossError)
  }

  @Test func impossibleRequestsAreErrors() throws {
    let law = try published("besiroglu2024")
    func refuses(_ words: String, _ change: (inout DesignRequest) -> Void) throws {
      var asked = request(1e20, 1e23)
      change(&asked)
      let error = #expect(throws: PlanError.self) { try designRuns(law, asked) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
    try refuses("not above the pilot budget") { $0.target = 1e19 }
    try refuses("noise of a run") { $0.noise = nil }
    try refuses("one run may take") { ($0.minParams, $0.minTokens) = (1e9, 1e10) }
    try refuses("above the largest") { ($0.minParams, $0.maxParams) = (1e9, 1e8) }
    try refuses("meets the smallest") { $0.maxParams = 10 }
    try refuses("share") { $0.largestShare = 2 }
    for bad in [Double.nan, 0, -1, .infinity] {
      try refuses("above zero") { $0.pilotBudget = bad }
      try refuses("above zero") { $0.target = bad }
      try refuses("noise") { $0.noise = bad }
    }
    #expect(throws: PlanError.self) { try designRuns(try published("kaplan-c/kaplan2020"), request(1e20, 1e23)) }
    #expect(throws: PlanError.self) { try judgeRuns(law, [], request(1e20, 1e23)) }
  }
}
