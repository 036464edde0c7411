import Foundation
import Launch
import RunStore
import Testing

@testable import Search
@testable import Studies

@Suite struct ProposalTests {
  private let space: SearchSpace

  init() throws {
    space = try SearchSpace([
      Parameter("lr", .float(1e-4...1e-1, log: true)), Parameter("layers", .int(1...8, log: false)),
      Parameter("kind", .categorical([.text("adam"), .text("sgd")])),
      Parameter("momentum", .float(0...1, log: false), when: .init(parameter: "kind", values: [.text("sgd")])),
    ])
  }

  private func dialogue(_ study: Study) -> ProposalDialogue {
    ProposalDialogue(study, goals: [Goal("loss", .minimize)], constraints: ["layers <= 6"], task: "a small network")
  }

  @Test("a reply is one JSON object, alone or fenced, with a value for every parameter that is there")
  func replies() throws {
    let dialogue = dialogue(Study(space, RandomSearch(), seed: 0))
    let good = #"{"lr": 0.01, "layers": 3, "kind": "adam"}"#
    #expect(try space.values(of: dialogue.point(good, in: space)).map(\.name) == ["lr", "layers", "kind"])
    #expect(try dialogue.point("```json\n\(good)\n```", in: space) == dialogue.point(good, in: space))
    func fault(_ reply: String) -> String {
      do {
        _ = try dialogue.point(reply, in: space)
        return ""
      } catch { return error.description }
    }
    #expect(fault("I suggest \(good)").contains("not one JSON object"))
    #expect(fault(#"{"lr": [0.01], "layers": 3, "kind": "adam"}"#).contains("not one JSON object"))
    #expect(fault(#"{"lr": 1, "layers": 3, "kind": "adam"}"#).contains("'lr' cannot be 1"))
    #expect(fault(#"{"lr": 0.01, "layer": 3, "kind": "adam"}"#).contains("did you mean 'layers'?"))
    #expect(fault(#"{"lr": 0.01, "layers": 3, "kind": "sgd"}"#).contains("no value to momentum"))
  }

  @Test("the model is told the task, the space, the constraints, what came out and what runs")
  func telling() throws {
    var study = Study(space, RandomSearch(), seed: 0)
    var text = dialogue(study).messages[1].content
    for part in [
      "a small network", "minimize loss", "lr: a number from 0.0001 to 0.1, on a logarithmic scale",
      "layers: a whole number from 1 to 8", "kind: one of adam, sgd", "only where kind is sgd", "layers <= 6",
    ] {
      #expect(text.contains(part), "\(text)")
    }
    for loss in [0.5, 0.25, .nan] {
      let asked = study.ask()
      try study.tell(try #require(asked).number, loss: loss)
    }
    _ = study.ask()
    text = dialogue(study).messages[1].content
    let places = ["loss 0.25", "loss 0.5", "a failure", "In progress"].map { text.range(of: $0)?.lowerBound }
    #expect(!places.contains(nil) && places.compactMap(\.self) == places.compactMap(\.self).sorted())
  }

  @Test("shares of turns are kept exactly", arguments: [1.0, 0.5, 0.3])
  func turns(_ share: Double) {
    let proposer = Proposer(
      model: ChatModel(service: .command("true"), timeout: 1), task: nil, share: share, constraints: [])
    let count = (0..<1000).count { proposer.proposes($0) }
    #expect(count == Int((1000 * share).rounded()))
  }

  /// A command that proposes once what is no JSON, then layers that rise from 1 on, and in the end only repeats.
  @Test("what a command proposes is tried, what cannot be is rejected and counted, and a stored study goes on")
  func command() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let small = try SearchSpace([Parameter("layers", .int(1...100, log: false))])
    let command = """
      cd '\(folder.path)'; cat > request; echo >> count; n=$(wc -l < count);
      if [ $n = 1 ]; then echo hello; elif [ $n -lt 6 ]; then echo "{\\"layers\\": $((n - 1))}"; else echo '{"layers": 1}'; fi
      """
    let proposer = Proposer(
      model: ChatModel(service: .command(command), timeout: 60), task: nil, share: 1, constraints: [])
    func runner(_ store: StudyStore?, trials: Int) throws -> StudyRunner {
      StudyRunner(
        Study(small, RandomSearch(), seed: 4), seed: 4, goals: [Goal("loss", .minimize)],
        limits: .init(budget: .init(trials: trials)), store: store, proposer: proposer)
    }
    let evaluate: Evaluation = { job, _ in TrialResult(.finished(values: [Double(job.number)]), TrialRecord(seconds: 0))
    }
    let store = try StudyStore.create(in: "\(folder.path)/study", fingerprint: "", description: "")
    let first = try runner(store, trials: 3)
    try await first.run(workers: 1, evaluate)
    let begun = await first.study
    #expect(begun.trials.map(\.point) == [[0], [1], [2]] && begun.rejectedCount == 1)
    let second = try runner(store, trials: 6)
    try await second.replay(try store.events())
    try await second.run(workers: 1, evaluate)
    // One more of its own, then two that the algorithm chose after three repeats each.
    let study = await second.study
    #expect(study.trials.prefix(4).map(\.point) == [[0], [1], [2], [3]])
    #expect(study.trials.count == 6 && study.rejectedCount == 7)
    let again = try runner(nil, trials: 6)
    try await again.replay(try store.events())
    let replayed = await again.study
    #expect(replayed.trials == study.trials)
  }

  @Test func aCommandThatFailsEndsTheSearch() async throws {
    for (command, timeout, words) in [("exit 3", 30.0, "ended with"), ("sleep 30", 0.3, "took longer")] {
      let model = ChatModel(service: .command(command), timeout: timeout)
      let error = await #expect(throws: StudyError.self) { try await model.reply(to: []) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }
}
