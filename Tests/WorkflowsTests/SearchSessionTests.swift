import Foundation
import RunStore
import Studies
import Testing
import Workflows

@Suite struct SearchSessionTests {
  /// Every run of the command that comes to its end leaves its trial's number in `ran`; the bottom is at 20 and 9.
  private func experiment(in folder: TestFolder, trials: Int = 20, pause: String = "0.02") throws -> Experiment {
    try Experiment(
      path: "\(folder.path)/x.yaml",
      text: #"""
        schema: windtunnel.search/1
        space: {width: {int: [1, 40]}, depth: {int: [1, 40]}}
        objective:
          command: >-
            sleep \#(pause); echo "{\"loss\": $(( ({width}-20)*({width}-20) + ({depth}-9)*({depth}-9) ))}" >> "$WINDTUNNEL_METRICS";
            echo {trial} >> \#(folder.path)/ran
          metric: loss
          direction: minimize
        algorithm: evolution
        budget: {trials: \#(trials)}
        directory: \#(folder.path)/study
        """#)
  }

  /// Reads a session to its end, and what each trial came to.
  private func finish(_ session: SearchSession) async throws -> (outcome: SearchOutcome, ended: [Int]) {
    var (ended, outcome): ([Int], SearchOutcome?) = ([], nil)
    for try await event in session.events() {
      switch event {
      case .trialEnded(let trial): ended.append(trial.trial.number)
      case .finished(let result): outcome = result
      case .earlierTrials, .engineTrouble: break
      }
    }
    return (try #require(outcome), ended)
  }

  @Test("a search that is cancelled goes on where it was, and comes to what it would have come to")
  func resumed() async throws {
    let (folder, other) = (try TestFolder(), try TestFolder())
    let whole = try await finish(try SearchSession(try experiment(in: other), .init(seed: 5)))
    #expect(whole.ended == Array(0..<20))

    let experiment = try experiment(in: folder)
    let seen = Gathered<Int>()
    let running = Task {
      for try await event in try SearchSession(experiment, .init(seed: 5)).events() {
        guard case .trialEnded(let ended) = event else { continue }
        seen.add(ended.trial.number)
        if seen.values.count == 5 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await running.value }
    #expect(!StudyStore.isWritten(in: experiment.directory))
    let again = #expect(throws: StoreError.self) {
      try StudyStore.create(in: experiment.directory, fingerprint: "", description: "")
    }
    #expect(again?.code == .studyExists && again?.description.contains("--") == false)

    let rest = try await finish(try SearchSession(experiment, .init(seed: 5, resume: true)))
    #expect(seen.values + rest.ended == Array(0..<20))
    #expect(rest.outcome.study.best == whole.outcome.study.best)
    #expect(rest.outcome.study.trials.map(\.point) == whole.outcome.study.trials.map(\.point))
    // One trial may have ended unrecorded when the search was cancelled; that one ran again.
    #expect(Set(folder.lines("ran")).count == 20 && folder.lines("ran").count <= 21)
  }

  @Test("a search whose events nobody reads any more stops")
  func dropped() async throws {
    let folder = try TestFolder()
    let experiment = try experiment(in: folder, trials: 10_000)
    for try await event in try SearchSession(experiment, .init(workers: 2)).events() {
      if case .trialEnded = event { break }
    }
    let end = ContinuousClock.now + .seconds(30)
    while StudyStore.isWritten(in: experiment.directory), ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(!StudyStore.isWritten(in: experiment.directory))
    let count = folder.lines("ran").count
    try await Task.sleep(for: .milliseconds(200))
    #expect(folder.lines("ran").count == count)
  }

  @Test("trials run as jobs of an engine that the settings name, and a second session finds them")
  func engine() async throws {
    let folder = try TestFolder()
    let experiment = try experiment(in: folder, trials: 4)
    let whole = try await finish(try SearchSession(experiment, .init(workers: 2, engine: .local)))
    #expect(whole.ended.sorted() == Array(0..<4))
    let jobs = try JobStore.open(in: experiment.directory, toWrite: false).jobs()
    #expect(jobs.count == 4 && jobs.allSatisfy { $0.state == .succeeded })
    let again = try await finish(try SearchSession(experiment, .init(resume: true, engine: .local)))
    #expect(again.ended.isEmpty && again.outcome.study.best == whole.outcome.study.best)
  }

  @Test("trials that fail one after another end the search with an error that names no command")
  func failures() async throws {
    let folder = try TestFolder()
    let broken = try Experiment(
      path: "x.yaml", text: try experiment(in: folder).text.replacing("sleep 0.02;", with: "exit 3;"))
    let error = await #expect(throws: StudyError.self) { try await finish(try SearchSession(broken)) }
    #expect(error?.code == .failuresInARow && error?.description.contains("--") == false)
    #expect(throws: WorkflowError.self) { try SearchSession(broken, .init(workers: 0)) }
  }
}
