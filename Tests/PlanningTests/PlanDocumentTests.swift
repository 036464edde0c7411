import Documents
import Foundation
import Planning
import ScalingLaws
import Tables
import Testing
import TrainingCost

@Suite struct PlanDocumentTests {
  private func document() throws -> PlanDocument {
    let fitted = try lawWithDraws(residuals: [-0.01, 0.02])
    let compute = try trainingFLOPs(for: .usd(2e6))
    let plan = try planOptimum(
      fitted, for: .flops(compute.flops), constraints: PlanConstraints(inferenceTokens: 1e12))
    return PlanDocument(
      plan, budget: "2M USD", assumptions: compute.sentences,
      cost: try computeCost(ofFLOPs: plan.flops.value, accelerators: 512),
      sweep: try sweepBudgets(fitted, budgets: [1e21, 1e22]))
  }

  @Test func survivesARoundTrip() throws {
    let document = try document()
    let json = try document.json()
    let read = try PlanDocument.read(text: json, from: "plan.json").value
    #expect(try read == document && read.json() == json)
  }

  @Test func hasTheKeysOfTheContract() throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(try document().json().utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "windtunnel.plan/2")
    #expect(object["budget"] as? String == "2M USD")
    for key in ["params", "tokens", "flops", "tokens_per_param", "loss"] {
      let quantity = try #require(object[key] as? [String: Any], "\(key)")
      #expect(quantity["value"] is Double)
      #expect((quantity["interval"] as? [Double])?.count == 2)
    }
    #expect(((object["loss"] as? [String: Any])?["prediction_interval"] as? [Double])?.count == 2)
    let cost = try #require(object["cost"] as? [String: Any])
    for key in ["gpu_hours", "usd", "days"] { #expect(cost[key] is Double) }
    for key in ["reasons", "warnings", "assumptions"] { #expect(object[key] is [String]) }
    let exponents = try #require(object["exponents"] as? [String: Any])
    #expect(Set(exponents.keys) == ["size", "tokens"])
    #expect((object["sweep"] as? [Any])?.count == 2)
    #expect(((object["valley"] as? [String: Any])?["rows"] as? [Any])?.count == 4)
    #expect((object["lifetime"] as? [String: Any])?["saving"] is Double)
  }

  @Test func withoutDrawsAnIntervalIsNull() throws {
    let json = try PlanDocument(try planOptimum(try published("besiroglu2024"), for: .flops(1e22))).json()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["params"] as? [String: Any])?["interval"] is NSNull)
    #expect((object["loss"] as? [String: Any])?["prediction_interval"] is NSNull)
  }

  @Test(arguments: [
    (#"{"schema":"windtunnel.plan/3"}"#, "this version reads 'windtunnel.plan/2' and 'windtunnel.plan/1'"),
    (#"{"schema":"windtunnel.fit/1"}"#, "this version reads 'windtunnel.plan/2'"),
    (#"{"schema":"windtunnel.plan/2"}"#, "'law': it is missing"),
    (#"{"params":1}"#, "'schema' is missing"),
    ("", "it is empty"),
    ("[1", "not whole JSON"),
    ("[]", "no 'key: value' entries"),
  ])
  func whatIsNoPlanOfThisVersionIsRefused(_ text: String, _ part: String) throws {
    let error = try #require(throws: DocumentError.self) { try PlanDocument.read(text: text, from: "plan.json") }
    #expect(error.description.contains(part), "\(error)")
  }

  @Test func aNumberThatIsNotFiniteIsNeverWritten() throws {
    var document = try document()
    document.intervalLevel = .nan
    #expect(throws: EncodingError.self) { try document.json() }
  }

  @Test func everyEntryIsInTheSchema() throws {
    guard case .object(let properties) = JSONSchema(of: PlanDocument.self) else {
      Issue.record("the form of a plan is not known")
      return
    }
    let names = Set(properties.map(\.name))
    for entry in try document().node().entries ?? [] { #expect(names.contains(entry.name), "\(entry.name)") }
    #expect(names.contains("cluster"))
  }
}
