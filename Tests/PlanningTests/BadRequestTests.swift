import Formulas
import Planning
import ScalingLaws
import Testing

/// A law of size and tokens from a formula in N, D and E, A, B, alpha, beta.
func customLaw(_ formula: String, _ parameters: [Double]) throws -> FittedLaw {
  let law = Law(
    name: "custom", title: "", formula: try Formula(formula),
    variables: [.init("N", column: "params"), .init("D", column: "tokens")],
    parameters: ["E", "A", "B", "alpha", "beta"].map { .positive($0, 0.1...10) }, citation: "")
  return try FittedLaw(law: law, parameters: parameters, provenance: "a test")
}

@Suite struct BadRequestTests {
  /// A law without size and tokens is refused for that, whatever is fixed, and with a word on what answers instead.
  @Test(arguments: [
    ("rectified", "predicts loss from examples", "windtunnel select"),
    ("finetuning-power", "predicts loss from examples", "windtunnel predict"),
    ("kaplan-n", "predicts loss from params", "windtunnel predict"),
  ])
  func lawsThatSplitNoBudgetSayWhatAnswersInstead(_ name: String, _ what: String, _ command: String) throws {
    let law = try LawCatalog().law(name)
    let fitted = try FittedLaw(law: law, parameters: law.parameters.map(\.startRange.upperBound), provenance: "a test")
    for fixed in [[:], ["examples": 1e4]] {
      let error = #expect(throws: PlanError.self) {
        try planOptimum(fitted, for: .flops(1e22), constraints: PlanConstraints(fixed: fixed))
      }
      let words = error.map { "\($0)" } ?? ""
      for part in [name, what, command, "a law of params and tokens"] { #expect(words.contains(part), "\(words)") }
    }
  }

  @Test(arguments: [-1, 0, Double.nan, .infinity, -.infinity])
  func impossibleAmountsAreErrors(_ amount: Double) throws {
    let fitted = try published("besiroglu2024")
    let constraints = [
      PlanConstraints(maxTokens: amount), PlanConstraints(fixedParams: amount), PlanConstraints(fixedTokens: amount),
    ]
    for constraint in constraints {
      #expect(throws: PlanError.self) { try planOptimum(fitted, for: .flops(1e22), constraints: constraint) }
    }
    #expect(throws: PlanError.self) { try planOptimum(fitted, for: .flops(amount)) }
    #expect(throws: PlanError.self) { try planOptimum(fitted, for: .loss(amount)) }
    #expect(throws: PlanError.self) { try sweepBudgets(fitted, budgets: [1e20, amount]) }
    #expect(throws: PlanError.self) { try costOfMissing(fitted, flops: amount) }
    #expect(throws: PlanError.self) { try costOfMissing(fitted, flops: 1e22, factors: [amount]) }
    if amount != 0 {
      #expect(throws: PlanError.self) {
        try planOptimum(fitted, for: .flops(1e22), constraints: PlanConstraints(inferenceTokens: amount))
      }
    }
    for level in [amount, 1, 1.5] {
      #expect(throws: PlanError.self) {
        try planOptimum(fitted, for: .flops(1e22), options: PlanOptions(level: level))
      }
    }
  }

  @Test func contradictionsAreErrors() throws {
    let fitted = try published("besiroglu2024")
    let contradictions: [(PlanGoal, PlanConstraints)] = [
      (.flops(1e22), PlanConstraints(maxTokens: 1e9, fixedTokens: 1e10)),
      (.flops(1e22), PlanConstraints(fixedParams: 1e9, inferenceTokens: 1e10)),
      (.loss(2), PlanConstraints(fixedParams: 1e9, fixedTokens: 1e10)),
      (.flops(1), PlanConstraints()),
    ]
    for (goal, constraints) in contradictions {
      #expect(throws: PlanError.self) { try planOptimum(fitted, for: goal, constraints: constraints) }
    }
    #expect(throws: PlanError.self) {
      try planOptimum(
        try published("kaplan-c/kaplan2020"), for: .flops(1e22), constraints: PlanConstraints(maxTokens: 1e9))
    }
  }

  @Test(arguments: [6, 10, 1e3, 1e40, 1e120, Double.greatestFiniteMagnitude])
  func extremeBudgetsGiveAPlanOrAnError(_ flops: Double) throws {
    for fitted in [
      try published("besiroglu2024"), try published("kaplan-nd/kaplan2020"),
      try customLaw("E + A/N^alpha + B/D^beta", [1.8, 400, 400, 0.34, 0.28]), try lawWithDraws(),
    ] {
      for constraints in [
        PlanConstraints(), PlanConstraints(maxTokens: 1), PlanConstraints(maxTokens: 0.1),
        PlanConstraints(inferenceTokens: 1e12), PlanConstraints(fixedParams: 1e300),
      ] {
        // What cannot be planned says so.
        guard let plan = try? planOptimum(fitted, for: .flops(flops), constraints: constraints) else { continue }
        #expect(plan.loss.value.isFinite)
        #expect(try PlanDocument(plan).json().count > 100)
      }
    }
  }

  @Test func parametersOfTheWrongNumberAreErrors() throws {
    #expect(throws: PlanError.self) {
      try planOptimum(try customLaw("E + A/N^alpha + B/D^beta", [1, 2]), for: .flops(1e22))
    }
    #expect(throws: PlanError.self) {
      try planOptimum(try customLaw("E + A/N^alpha + B/D^beta", [1, 2, 3, .nan, 1]), for: .flops(1e22))
    }
  }

  @Test func aLawWithoutFiniteLossIsAnError() throws {
    let fitted = try customLaw("log(0 - N) + D*E*A*B*alpha*beta", [1, 1, 1, 1, 1])
    #expect(throws: PlanError.self) { try planOptimum(fitted, for: .flops(1e22)) }
    #expect(throws: PlanError.self) { try planOptimum(fitted, for: .loss(2)) }
  }

  @Test func drawsThatAreNotFiniteAreLeftOutAndSaid() throws {
    let found = try LawCatalog().preset("besiroglu2024")
    let broken = [1.8, 400, .nan, 0.3, 0.3]
    let fitted = try FittedLaw(
      law: found.law, parameters: found.preset.values, draws: [found.preset.values, broken], provenance: "a test")
    let plan = try planOptimum(fitted, for: .flops(1e22))
    #expect(plan.drawCount == 1)
    #expect(plan.warnings.contains { $0.contains("not finite") })
  }
}
