import Foundation
import Launch
import RunStore
import Testing
import TrainingCost
import Workflows

/// A trainer that a library user wrote: a line of shell from the job's settings, which writes a loss at two steps.
struct ShellTrainer: BackEnd {
  let name = "shell"

  func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let before = job.settings.first { $0.name == "before" }?.value ?? "true"
    let script = """
      \(before) || exit 9
      echo '{"step": 1, "loss": 3}' >> "$WINDTUNNEL_METRICS"
      echo '{"step": \(job.training.steps), "loss": \(2 + job.optimizer.learningRate)}' >> "$WINDTUNNEL_METRICS"
      """
    return TrainerCall(["sh", "-c", script], processes: .one, metrics: .jsonLines)
  }
}

/// An engine that a library user wrote: this machine's under another name.
private struct NamedEngine: Engine {
  let kind = "ours"
  let inner = LocalEngine(slots: 2, devices: [])
  var outstanding: Int? { inner.outstanding }
  var largestBatch: Int { inner.largestBatch }
  var polling: ClosedRange<Duration> { inner.polling }

  func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) throws(LaunchError) -> Rehearsal {
    try inner.rehearse(jobs, batch: batch, in: directory)
  }
  func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String] {
    try await inner.submit(jobs, batch: batch, in: directory)
  }
  func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    try await inner.find(batch: batch, of: jobs, places: places, in: directory)
  }
  func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    try await inner.look(at: jobs, handles: handles)
  }
  func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    try await inner.cancel(jobs, handles: handles)
  }
}

@Suite struct LaunchSessionTests {
  private let trainers = TrainerRegistry.builtIn.adding(ShellTrainer())

  private func job(_ name: String, rate: Double, _ before: String = "true", after: [String] = []) -> JobSpec {
    JobSpec(
      name: name, trainer: .init("shell"),
      model: TransformerShape(layers: 2, hidden: 64, feedForward: 256, heads: 1, vocabulary: 256),
      training: .init(tokens: 6400, sequence: 64, batch: 4), optimizer: .init(learningRate: rate),
      schedule: .init(warmupSteps: 0), after: after, settings: [.init("before", before)])
  }

  @Test("jobs of a caller's own trainer and engine are rehearsed, followed to their ends and measured")
  func ends() async throws {
    let folder = try TestFolder()
    let session = try LaunchSession(
      [job("first", rate: 0.5), job("second", rate: 0.25, after: ["first"]), job("bad", rate: 1, "exit 4")],
      directory: "\(folder.path)/launch", engine: EngineChoice(engine: NamedEngine()), trainers: trainers)
    let rehearsal = try await session.rehearsal()
    #expect(rehearsal.commands.count == 3 && rehearsal.files.contains { $0.name.hasSuffix("jobs/second/run.sh") })
    #expect(!FileManager.default.fileExists(atPath: session.launch.directory))

    var (changes, outcome): ([JobRecord], LaunchOutcome?) = ([], nil)
    for try await event in session.events() {
      switch event {
      case .jobChanged(let job): changes.append(job)
      case .finished(let result): outcome = result
      case .engineTrouble, .deviation: Issue.record("\(event)")
      }
    }
    let ends = changes.filter(\.state.isEnded)
    #expect(Set(ends.map(\.name)) == ["first", "second", "bad"] && ends.count == 3)
    let first = try #require(changes.firstIndex { $0.name == "first" && $0.state == .succeeded })
    let second = try #require(changes.firstIndex { $0.name == "second" })
    #expect(first < second)
    let runs = try #require(try outcome?.runs())
    #expect(runs.map(\.loss) == [2.5, 2.25, nil] && runs[0].points.map(\.step) == [1, 25])
    #expect(outcome?.failed.map(\.name) == ["bad"])
  }

  @Test("jobs go on when a session is cancelled, and another follows them without handing them in again")
  func resumed() async throws {
    let folder = try TestFolder()
    let wait = "echo run >> \(folder.path)/runs; until [ -e \(folder.path)/go ]; do sleep 0.05; done"
    let jobs = [job("long", rate: 0.5, wait)]
    let session = try LaunchSession(jobs, directory: "\(folder.path)/launch", trainers: trainers)
    let running = Task {
      for try await event in session.events() {
        if case .jobChanged(let job) = event, job.state == .running { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await running.value }
    #expect(!JobStore.isRun(in: session.launch.directory))
    #expect(FileManager.default.createFile(atPath: "\(folder.path)/go", contents: nil))
    var outcome: LaunchOutcome?
    for try await event in try LaunchSession(jobs, directory: "\(folder.path)/launch", trainers: trainers).events() {
      if case .finished(let result) = event { outcome = result }
    }
    #expect(outcome?.jobs.map(\.state) == [.succeeded] && outcome?.jobs[0].attempt == 1)
    #expect(folder.lines("runs") == ["run"])
  }

  @Test("a trainer that was not added is not known")
  func unknown() throws {
    #expect(throws: (any Error).self) { try LaunchSession([job("a", rate: 1)], directory: "launch") }
  }
}
