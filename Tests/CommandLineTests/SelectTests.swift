import Foundation
import Testing

/// `select`: which model to fine-tune.
@Suite struct SelectTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Self.table(), to: "tuned.csv")
  }

  /// Three models on two tasks, with their losses on all examples; `early` is good at once and learns little.
  private static func table(without left: (String, Double) -> Bool = { _, _ in false }) -> String {
    var text = "task,model,model_params,train_examples,test_loss\n"
    for (task, factor) in [("summaries", 1.0), ("translation", 1.4)] {
      for (model, params, scale, beta) in [
        ("early", 3e9, 2.0, 0.03), ("middle", 1e9, 3.5, 0.1), ("late", 2e8, 7, 0.17),
      ] {
        for size in [0] + (0..<14).map({ 200 * pow(2, Double($0)) }) where !left(model, size) {
          let loss = size == 0 ? 2 * scale : scale * factor * pow(size, -beta) * (1 + 0.004 * sin(size))
          text += "\(task),\(model),\(params),\(Int(size)),\(loss)\n"
        }
      }
    }
    return text
  }

  private func select(_ arguments: String) throws -> Outcome { try place.shell("$W select tuned.csv \(arguments)") }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("select tuned.csv --target 1638400 --by task --top 2", "windtunnel.selection/1")
  }

  @Test func theJSONHasWhatTheContractNames() throws {
    let json = try select("--target 1638400 --ratio 1/64,1/512 --by task --evaluate --bootstrap 20 --format json")
      .json()
    #expect(json["schema"] as? String == "windtunnel.selection/1")
    #expect(json["by"] as? [String] == ["task"])
    #expect((json["accept_then_stop"] as? [String: Any])?["k"] as? Int == 3)
    let selections = try #require(json["selections"] as? [[String: Any]])
    #expect(
      selections.compactMap { ($0["group"] as? [String: String])?["task"] }
        == ["summaries", "summaries", "translation", "translation"])
    #expect(selections.compactMap { $0["observed_up_to"] as? Double } == [25_600, 3200, 25_600, 3200])
    for selection in selections {
      #expect(selection["method"] as? String == "accept-then-stop")
      let chosen = try #require(selection["chosen"] as? [String: Any])
      #expect(chosen["model"] as? String == "late")
      let (value, truth) = (try #require(chosen["value"] as? Double), try #require(chosen["true_loss"] as? Double))
      #expect(abs(value / truth - 1) < 0.1)
      let interval = try #require(chosen["interval"] as? [Double])
      #expect(interval.count == 2 && interval[0] < value && value < interval[1])
      let methods = try #require(selection["methods"] as? [[String: Any]])
      #expect(
        methods.compactMap { $0["method"] as? String } == [
          "accept-then-stop", "rectified", "finetuning-power", "sub-tuning", "zero-shot", "model-size",
        ])
      for method in methods {
        #expect((method["ranking"] as? [[String: Any]])?.count == 3)
        let score = try #require(method["score"] as? [String: Any])
        let accuracy = try #require(score["relative_accuracy"] as? Double)
        #expect(accuracy >= 0 && accuracy <= 100)
        if method["chosen"] as? String == "late" { #expect(accuracy == 100) }
        if method["method"] as? String == "model-size" { #expect(method["chosen"] as? String == "early") }
      }
    }
    let spent = try #require(selections[1]["spent"] as? [String: Any])
    #expect(spent["examples"] as? Double == 3 * 6200 && spent["runs"] as? Int == 15)
  }

  @Test func oneChoiceIsPrintedWithItsRanking() throws {
    let outcome = try select("--target 1638400 --observed-up-to 12800 --where \"task == 'summaries'\"")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for word in ["fine-tune late", "90 % interval", "rank", "zero-shot", "of fine-tuning every model", "on 0 examples"]
    {
      #expect(outcome.text.contains(word), "\(word) in \(outcome.text)")
    }
    #expect(!outcome.text.contains("RelAcc"))
  }

  @Test func scoresOfManyBudgetsAreTwoTables() throws {
    let outcome = try select("--target 1638400 --ratio 1/8,1/16 --by task --evaluate --bootstrap 0")
    for word in ["PearCorr", "RelAcc", "1/16", "translation"] { #expect(outcome.text.contains(word), "\(word)") }
  }

  @Test func theSameBytesForAnyNumberOfThreads() throws {
    func bytes(_ threads: Int) throws -> Data {
      try select("--target 1638400 --ratio 1/64 --by task --seed 5 --bootstrap 50 --format json --threads \(threads)")
        .output
    }
    let one = try bytes(1)
    #expect(try one == bytes(3) && !one.isEmpty)
  }

  @Test func withoutABudgetAllBelowTheTargetIsLookedAt() throws {
    let json = try select("--target 1638400 --by task --bootstrap 0 --format json").json()
    let selections = try #require(json["selections"] as? [[String: Any]])
    #expect(selections.compactMap { $0["observed_up_to"] as? Double } == [819_200, 819_200])
  }

  @Test func requestsThatCannotBeMetSayWhy() throws {
    let all = "--target 1638400 --by task"
    expectFailure(try select("--target 1638400 --ratio 1/8"), 65, "ran twice on 0 examples", "--by")
    expectFailure(try select("\(all) --ratio 1/16384"), 64, "below the smallest size of the runs, 200")
    expectFailure(try select("\(all) --ratio 8"), 64, "between 0 and 1")
    expectFailure(try select("\(all) --ratio 1/8 --observed-up-to 200"), 64, "give one of them")
    expectFailure(try select("\(all) --observed-up-to 2M"), 64, "not below the target")
    expectFailure(try select("\(all) --observed-up-to 800"), 65, "'early' has 3 sizes up to 800 examples", "4 or more")
    expectFailure(try select("\(all) --method ats"), 64, "no method 'ats'")
    expectFailure(try select("\(all) --method zeroshot"), 64, "did you mean 'zero-shot'?")
    expectFailure(try select("--target 100 --by task"), 64, "nothing to predict")
    expectFailure(try select("\(all) --k 2"), 64, "--k")
    expectFailure(try select("--by task"), 64, "--target")
    expectFailure(try select("\(all) --by tsak"), 65, "did you mean 'task'?")
  }

  @Test func tablesThatGiveNoChoiceSayWhy() throws {
    let all = "--target 1638400 --by task"
    try place.write(Self.table { model, size in model == "late" && size == 1_638_400 }, to: "tuned.csv")
    #expect(try select("\(all) --ratio 1/8 --bootstrap 0").status == 0)
    expectFailure(try select("\(all) --ratio 1/8 --evaluate"), 65, "'late' has no run on 1638400 examples")
    try place.write(Self.table { _, size in size == 0 }, to: "tuned.csv")
    expectFailure(try select("\(all) --method zero-shot"), 65, "it has no run on 0 examples")
    let outcome = try select("\(all) --ratio 1/64 --bootstrap 0")
    #expect(outcome.text.contains("zero-shot cannot rank 3 models"), "\(outcome.text)")
    try place.write(Self.table().replacingOccurrences(of: ",test_loss", with: ",tset_loss"), to: "tuned.csv")
    expectFailure(try select(all), 65, "'tset_loss' is meant")
    try place.write(Self.table() + "summaries,early,3e9,77,-1\n", to: "tuned.csv")
    expectFailure(try select(all), 65, "'test_loss'", "above zero")
  }
}
