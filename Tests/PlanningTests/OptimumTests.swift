import Formulas
import Foundation
import Planning
import ScalingLaws
import Testing

/// A published law, as a fit without draws.
func published(_ name: String) throws -> FittedLaw {
  let found = try LawCatalog().preset(name)
  return try FittedLaw(law: found.law, parameters: found.preset.values, provenance: found.preset.note)
}

func isClose(_ a: Double?, _ b: Double, within relative: Double = 1e-12) -> Bool {
  guard let a else { return false }
  return abs(a - b) <= relative * abs(b)
}

/// The Chinchilla law without its closed form.
func chinchillaByFormula(_ parameters: [Double]) throws -> FittedLaw {
  try customLaw("E + A/N^alpha + B/D^beta", parameters)
}

@Suite struct OptimumTests {
  /// Independent 40-digit optima of the published parameters.
  @Test(arguments: [
    ("hoffmann2022", 5.76e23, 40360938387.2362, 2378537363996.45, 1.91841204599685),
    ("hoffmann2022", 1e23, 18147160715.6513, 918417317607.833, 1.98849500625389),
    ("hoffmann2022", 1e21, 2216954892.61693, 75178194748.893, 2.29549104008491),
    ("besiroglu2024", 5.76e23, 72248702500.3822, 1328743585388.15, 1.97444110839741),
    ("besiroglu2024", 1e23, 29446133734.8849, 566005262922.569, 2.03205187731793),
    ("besiroglu2024", 1e21, 2778459463.06763, 59985279210.3198, 2.30552857126146),
  ])
  func closedFormAgreesWithTheOracle(
    _ preset: String, _ flops: Double, _ params: Double, _ tokens: Double, _ loss: Double
  ) throws {
    let plan = try planOptimum(try published(preset), for: .flops(flops))
    #expect(isClose(plan.params?.value, params))
    #expect(isClose(plan.tokens?.value, tokens))
    #expect(isClose(plan.loss.value, loss))
    #expect(isClose(plan.tokensPerParam?.value, tokens / params))
    #expect(isClose(plan.flops.value, flops))
  }

  @Test(arguments: [1e18, 1e21, 5.76e23, 1e30])
  func searchAgreesWithTheClosedForm(_ flops: Double) throws {
    for preset in ["hoffmann2022", "besiroglu2024"] {
      let closed = try planOptimum(try published(preset), for: .flops(flops))
      let searched = try planOptimum(
        try chinchillaByFormula(try published(preset).parameters), for: .flops(flops))
      let params = try #require(closed.params).value
      #expect(isClose(searched.params?.value, params, within: 1e-10))
      #expect(isClose(searched.loss.value, closed.loss.value))
      let exponent = try #require(closed.exponents).params.value
      #expect(isClose(searched.exponents?.params.value, exponent, within: 1e-8))
    }
  }

  @Test func exponentsAreThoseOfTheOracle() throws {
    let hoffmann = try #require(try planOptimum(try published("hoffmann2022"), for: .flops(1e22)).exponents)
    #expect(isClose(hoffmann.params.value, 0.4565259143255453))
    let besiroglu = try #require(try planOptimum(try published("besiroglu2024"), for: .flops(1e22)).exponents)
    #expect(isClose(besiroglu.params.value, 0.5126121076233184))
    #expect(isClose(besiroglu.tokens.value, 1 - 0.5126121076233184))
  }

  /// Setting the derivative of (N_c/N)^r + 6 N D_c/C by N to zero, r = alpha_N/alpha_D, gives
  /// N^(1+r) = r N_c^r C/(6 D_c).
  @Test func kaplanOptimumIsThatOfItsOwnDerivation() throws {
    let (r, flops) = (0.076 / 0.103, 1e22)
    let params = pow(r * pow(6.4e13, r) * flops / (6 * 1.8e13), 1 / (1 + r))
    let tokens = flops / 6 / params
    let loss = pow(pow(6.4e13 / params, r) + 1.8e13 / tokens, 0.103)
    let plan = try planOptimum(try published("kaplan-nd/kaplan2020"), for: .flops(flops))
    #expect(isClose(plan.params?.value, params, within: 1e-11))
    #expect(isClose(plan.tokens?.value, tokens, within: 1e-11))
    #expect(isClose(plan.loss.value, loss, within: 1e-11))
    #expect(plan.warnings.contains { $0.contains("no irreducible loss") })
    #expect(plan.warnings.contains { $0.contains("does not count embeddings") })
  }

  @Test func aLawOfComputeAloneGivesALoss() throws {
    let plan = try planOptimum(try published("kaplan-c/kaplan2020"), for: .flops(8.64e19))
    // (3.1e8 PF-days / 1 PF-day)^0.05
    #expect(isClose(plan.loss.value, pow(3.1e8, 0.05)))
    #expect(plan.params == nil && plan.tokens == nil && plan.exponents == nil && plan.valley == nil)
    let cheapest = try planOptimum(try published("kaplan-c/kaplan2020"), for: .loss(pow(3.1e6, 0.05)))
    #expect(isClose(cheapest.flops.value, 8.64e21, within: 1e-9))
  }

  @Test(arguments: ["kaplan-n", "kaplan-d", "kaplan-ns"])
  func aLawOfSizeOrTokensAloneCannotPlan(_ law: String) throws {
    let fitted = try published("\(law)/kaplan2020")
    let constraints = PlanConstraints(fixed: law == "kaplan-ns" ? ["S": 1e5] : [:])
    let error = try #require(throws: PlanError.self) {
      try planOptimum(fitted, for: .flops(1e22), constraints: constraints)
    }
    #expect(error.description.contains("chinchilla"))
  }

  @Test func sizeAndComputeMakeALawThatPlans() throws {
    // Chinchilla with D written as C/(6 N).
    let law = Law(
      name: "size-compute", title: "", formula: try Formula("E + A/N^alpha + B/(C/(6*N))^beta"),
      variables: [.init("N", column: "params"), .init("C", column: "flops")],
      parameters: ["E", "A", "B", "alpha", "beta"].map { .positive($0, 0.1...10) }, citation: "")
    let fitted = try FittedLaw(
      law: law, parameters: try published("besiroglu2024").parameters, provenance: "a test")
    let plan = try planOptimum(fitted, for: .flops(1e23))
    #expect(isClose(plan.params?.value, 29446133734.8849, within: 1e-10))
    #expect(isClose(plan.tokens?.value, 566005262922.569, within: 1e-10))
  }

  @Test func furtherVariablesMustBeFixed() throws {
    let law = Law(
      name: "batched", title: "", formula: try Formula("E + A/N^alpha + B/D^beta + bs/1e9"),
      variables: [.init("N", column: "params"), .init("D", column: "tokens"), .init("bs", column: "batch_tokens")],
      parameters: ["E", "A", "B", "alpha", "beta"].map { .positive($0, 0.1...10) }, citation: "")
    let fitted = try FittedLaw(
      law: law, parameters: try published("besiroglu2024").parameters, provenance: "a test")
    #expect(throws: PlanError("the law 'batched' also depends on batch_tokens (bs); fix its value to plan with it")) {
      try planOptimum(fitted, for: .flops(1e23))
    }
    #expect(
      throws: PlanError("the law 'batched' has no further variable 'batch_token' to fix; did you mean 'batch_tokens'?")
    ) {
      try planOptimum(fitted, for: .flops(1e23), constraints: PlanConstraints(fixed: ["batch_token": 1]))
    }
    let plan = try planOptimum(
      fitted, for: .flops(1e23), constraints: PlanConstraints(fixed: ["batch_tokens": 1e6]))
    #expect(isClose(plan.loss.value, 2.03205187731793 + 1e-3, within: 1e-11))
  }

  @Test func aLawThatGainsOnlyFromTokensSaysItsOptimumIsAtTheBoundary() throws {
    let fitted = try chinchillaByFormula([1.8, 1e-9, 2000, 0.3, 0.3])
    let plan = try planOptimum(fitted, for: .flops(1e15))
    #expect(plan.params?.value == 1)
    #expect(plan.exponents == nil && plan.valley == nil)
    #expect(plan.warnings.contains { $0.contains("boundary") })
  }
}
