import Foundation
import Testing

/// Tables that tell no critical batch size: a sentence that says why, and the right exit code.
@Suite struct BatchBadInputTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(BatchContractTests.steps(), to: "steps.csv")
    try place.write(BatchContractTests.norms(), to: "norms.csv")
  }

  private func batch(_ table: String, _ options: String = "") throws -> Outcome {
    try place.write(table, to: "bad.csv")
    return try place.shell("$W batch bad.csv \(options)")
  }

  @Test func aTableOfNeitherKindSaysWhatEachNeeds() throws {
    expectFailure(try batch("x,y\n1,2\n"), 65, "steps_to_target", "small_squared_norm", "'x', 'y'")
  }

  @Test(arguments: [
    ("batch_size,stps_to_target\n64,1000\n", "", "'stps_to_target=steps'"),
    ("batch_siz,steps\n64,1000\n", "--from steps", "'batch_siz=batch_sequences'"),
    ("batch_size,steps\n64,1000\n0,500\n128,600\n", "", "bad.csv:3: column 'batch_size'"),
    ("batch_size,steps\n64,1000\n128,\n256,600\n", "", "bad.csv:3: column 'steps'"),
    ("batch_size,steps\n64,1000\n", "", "1 run cannot show"),
    ("batch_size,steps\n64,1000\n64,1001\n64,990\n", "", "one batch size"),
    ("batch_size,steps\n64,1000\n128,500\n256,250\n512,125\n", "", "fall in proportion"),
    ("batch_size,steps\n64,1000\n128,1001\n256,999\n512,1000\n", "", "do not fall"),
    ("batch_size,steps,model\n64,1000,a\n64,990,a\n", "--group modle", "did you mean 'model'?"),
    ("batch_size,steps,n\n64,1000,1\n128,600,2\n256,400,1\n", "--over n", "several values in the group"),
  ])
  func aTableOfStepsIsRefusedWithItsPlace(_ table: String, _ options: String, _ words: String) throws {
    expectFailure(try batch(table, options), 65, words)
  }

  @Test(arguments: [
    ("small_batch,large_batch,small_squared_norm\n8,64,2\n", "", "squared gradient norm at the large batch"),
    ("small_squared_norm,large_squared_norm\n2,1\n2,1\n", "", "--small-batch"),
    ("grad_sq_small,grad_sq_big\n2,1\n2,1\n", "--small-batch 8 --large-batch 8", "both batch sizes are 8"),
    ("small_batch,large_batch,g2_small,g2_big\n8,64,2,1\n0,64,2,1\n", "", "bad.csv:3: a batch size of 0"),
    ("small_batch,large_batch,g2_small,g2_big\n8,64,10,1\n8,64,10,1\n", "", "norms at a larger batch"),
    ("small_batch,large_batch,g2_small,g2_big\n8,64,1,2\n8,64,1,2\n", "", "do not fall"),
    ("small_batch,large_batch,g2_small,g2_big\n8,64,2,1\n", "", "single step"),
    ("g2_small,norm_sq_small,g2_big\n2,2,1\n", "", "could all be"),
    ("x\n1\n", "--from gradients", "squared gradient norm at the small batch"),
  ])
  func aLogOfNormsIsRefusedWithItsPlace(_ table: String, _ options: String, _ words: String) throws {
    expectFailure(try batch(table, options), 65, words)
  }

  @Test func aGroupThatTellsNothingIsLeftOutByName() throws {
    let table = BatchContractTests.steps() + "3.2e9,64,512,9000\n"
    let outcome = try batch(table, "--bootstrap 0 --format json")
    let json = try outcome.json()
    #expect((json["groups"] as? [[String: Any]])?.count == 3)
    let left = try #require((json["left"] as? [[String: Any]])?.first)
    #expect(left["group"] as? String == "3200000000" && (left["reason"] as? String)?.contains("1 run ") == true)
  }

  @Test func runsThatNeverReachedTheTargetMayBeLeftOut() throws {
    let table = "batch_size,steps\n16,\n32,5000\n64,3000\n128,2100\n256,1500\n512,1300\n"
    let json = try batch(table, "--drop-invalid --bootstrap 0 --format json").json()
    #expect((json["runs"] as? [String: Any])?["excluded"] as? Int == 1)
  }

  @Test(arguments: [
    ("--overhead 0", "above 0"), ("--base-batch -1", "above 0"), ("--seq-len 0", "above 0"),
    ("--small-batch nan", "above 0"), ("--bootstrap 5", "0, for none"), ("--interval 2", "0.9"),
    ("--from both", "steps"), ("--large-batch 8", "no effect"), ("--overhead nan", "above 0"),
    ("--plot x.gif", ".svg or .png"),
  ])
  func aBadOptionIsAUsageError(_ option: String, _ words: String) throws {
    expectFailure(try place.shell("$W batch steps.csv \(option)"), 64, words)
  }

  @Test func optionsOfStepsHaveNothingToDoWithNorms() throws {
    expectFailure(try place.windtunnel("batch", "norms.csv", "--base-batch", "256"), 64, "no effect", "gradients")
  }

  @Test func aMissingTableIsMissingInput() throws {
    expectFailure(try place.windtunnel("batch", "nowhere.csv"), 66, "nowhere.csv")
  }
}
