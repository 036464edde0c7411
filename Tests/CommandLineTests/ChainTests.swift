import Foundation
import Testing

/// Fits that follow one another: `predict FIT --then FIT`.
@Suite struct ChainTests {
  private let place: Workplace
  private let sizes = [2e7, 6e7, 2e8, 6e8, 2e9]

  /// Bits per byte and accuracy of runs of known laws.
  private func bits(_ params: Double, _ tokens: Double) -> Double {
    0.5 + 60 / pow(params, 0.3) + 90 / pow(tokens, 0.28)
  }
  private func accuracy(_ bits: Double) -> Double { -0.7 / (1 + exp(-6 * (bits - 0.9))) + 0.96 }

  init() throws {
    place = try Workplace()
    var noise = Runs.Noise()
    var rows = "params,tokens,task_bpb,task_accuracy\n"
    for params in sizes {
      for tokens in [1e9, 4e9, 1.6e10, 6.4e10] {
        let x = bits(params, tokens) * exp(0.003 * noise.normal())
        rows += "\(params),\(tokens),\(x),\(accuracy(x) + 0.002 * noise.normal())\n"
      }
    }
    try place.write(rows, to: "ladder.csv")
    for law in ["task-loss", "task-accuracy"] {
      let fit = try place.windtunnel(
        "fit", "ladder.csv", "--law", law, "--bootstrap", "200", "--no-sensitivity", "--output", "\(law).json")
      try #require(fit.status == 0, "\(fit.errors)")
    }
  }

  @Test func theChainComesNearTheLawsBehindTheRuns() throws {
    let json = try place.shell(
      "$W predict task-loss.json --then task-accuracy.json --params 7B --tokens 400B --format json"
    ).json()
    #expect(json["target"] as? String == "task_accuracy")
    let loss = try #require(json["loss"] as? [String: Any])
    let value = try #require(loss["value"] as? Double)
    let truth = accuracy(bits(7e9, 4e11))
    #expect(abs(value - truth) < 0.03, "\(value) for \(truth)")
    let mean = try #require(loss["interval"] as? [Double])
    let one = try #require(loss["prediction_interval"] as? [Double])
    #expect(mean[0] < value && value < mean[1] && mean[0] < truth && truth < mean[1])
    #expect(one[1] - one[0] > 0)
    let steps = try #require(json["steps"] as? [[String: Any]])
    #expect(steps.compactMap { $0["target"] as? String } == ["task_bpb", "task_accuracy"])
    // The first step is what the first fit predicts alone.
    let alone = try place.shell("$W predict task-loss.json --params 7B --tokens 400B --format json").json()
    let first = try #require(steps.first?["estimate"] as? [String: Any])
    #expect(first["value"] as? Double == (alone["loss"] as? [String: Any])?["value"] as? Double)
    #expect(first["interval"] as? [Double] == (alone["loss"] as? [String: Any])?["interval"] as? [Double])
    #expect(alone["steps"] == nil)
  }

  /// The second fit at the first's prediction has the spread of its own parameters alone.
  @Test func theErrorOfBothStepsIsInTheInterval() throws {
    let chain = try place.shell(
      "$W predict task-loss.json --then task-accuracy.json --params 7B --tokens 400B --format json"
    ).json()
    let steps = try #require(chain["steps"] as? [[String: Any]])
    let bits = try #require((steps.first?["estimate"] as? [String: Any])?["value"] as? Double)
    let second = try place.shell("$W predict task-accuracy.json --set x=\(bits) --format json").json()
    func width(_ json: [String: Any]) throws -> Double {
      let ends = try #require((json["loss"] as? [String: Any])?["interval"] as? [Double])
      return ends[1] - ends[0]
    }
    #expect(
      (second["loss"] as? [String: Any])?["value"] as? Double == (chain["loss"] as? [String: Any])?["value"] as? Double)
    #expect(try width(chain) > width(second))
  }

  @Test func theTableNamesEveryStep() throws {
    let outcome = try place.shell("$W predict task-loss.json --then task-accuracy.json --params 7B --tokens 400B")
    for word in ["task_accuracy at", "task_bpb predicted", "extrapolates"] {
      #expect(outcome.text.contains(word), "\(outcome.text)\(outcome.errors)")
    }
  }

  @Test func aChainThatDoesNotHangTogetherIsAUsageError() throws {
    let line = "--params 7B --tokens 400B"
    expectFailure(
      try place.shell("$W predict task-accuracy.json --then task-loss.json \(line)"), 64, "cannot follow",
      "task_accuracy")
    expectFailure(try place.shell("$W predict task-loss.json --then none.json \(line)"), 66, "none.json")
    expectFailure(
      try place.shell("$W predict task-loss.json --then task-accuracy.json --params 7B"), 64, "needs tokens", "--tokens"
    )
  }

  @Test func aPointThatIsKnownWithoutARunIsAdded() throws {
    let outcome = try place.shell(
      "$W fit ladder.csv --law task-accuracy --add-point 'task_bpb=0,task_accuracy=1' --bootstrap 0 --no-sensitivity "
        + "--format json")
    let runs = try #require(try outcome.json()["runs"] as? [String: Any])
    #expect(runs["used"] as? Int == 21)
    #expect((runs["notes"] as? [String])?.contains { $0.contains("task_bpb=0") } == true)
    for (point, code, words) in [
      ("task_bpb", Int32(64), "column=number"), ("task_bpb=x", 64, "column=number"),
      ("task_bpb=0,task_bpb=1", 64, "twice"),
      ("task_bpd=0", 65, "did you mean 'task_bpb'?"),
    ] {
      expectFailure(try place.shell("$W fit ladder.csv --law task-accuracy --add-point '\(point)'"), code, words)
    }
  }
}
