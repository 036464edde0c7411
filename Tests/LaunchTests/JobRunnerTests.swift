import Foundation
import RunStore
import Testing

@testable import Launch

/// Jobs of shell commands on this machine, through the store and the engine as a launch has them.
@Suite struct JobRunnerTests {
  private final class Place {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func record(_ name: String, _ command: String, after: [String] = [], retries: Int = 0) throws -> JobRecord {
      let directory = "\(path)/jobs/\(name)"
      try JobScript(shell: command, environment: ["COLOUR": "red; 'x'"], workingDirectory: path).write(to: directory)
      return JobRecord(
        name: name, description: command, directory: directory, resources: JobSpec.Resources().description,
        after: after, retries: retries)
    }

    func store() throws -> JobStore { try JobStore.make(in: path, description: "", engine: "") }

    func text(_ name: String) -> String { (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? "" }
  }

  private func run(_ place: Place, _ records: [JobRecord], slots: Int = 4) async throws -> [String: JobRecord] {
    let store = try place.store()
    try store.add(records)
    try await JobRunner(store, engine: LocalEngine(slots: slots, devices: []), directory: place.path).run()
    return Dictionary(try store.jobs().map { ($0.name, $0) }) { $1 }
  }

  @Test("jobs succeed, fail with their reason, wait for others, and are tried again")
  func ends() async throws {
    let place = try Place()
    let jobs = try await run(
      place,
      [
        place.record("good", "echo \"$COLOUR\" $WINDTUNNEL_ATTEMPT; echo hello > good"),
        place.record("bad", "echo the reason >&2; exit 3"),
        place.record("after", "cat good", after: ["good"]),
        place.record("never", "touch never", after: ["bad"]),
        place.record("later", "touch later", after: ["never"]),
        place.record("twice", "[ $WINDTUNNEL_ATTEMPT = 2 ]", retries: 3),
        place.record("metrics", "echo '{\"loss\": 1}' > \"$WINDTUNNEL_METRICS\""),
      ])
    #expect(
      jobs.mapValues(\.state) == [
        "good": .succeeded, "bad": .failed, "after": .succeeded, "never": .failed, "later": .failed,
        "twice": .succeeded,
        "metrics": .succeeded,
      ])
    #expect(jobs["bad"]?.reason?.hasPrefix("it ended with code 3: the reason; see ") == true)
    #expect(jobs["never"]?.reason == "it comes after bad, which failed")
    #expect(jobs["twice"]?.attempt == 2)
    #expect(place.text("jobs/good/attempts/1/out") == "red; 'x' 1\n")
    #expect(place.text("jobs/after/attempts/1/out") == "hello\n")
    #expect(place.text("jobs/metrics/attempts/1/metrics.jsonl") == "{\"loss\": 1}\n")
    #expect(place.text("never").isEmpty && !FileManager.default.fileExists(atPath: "\(place.path)/never"))
  }

  @Test("an attempt that is started twice is run once")
  func twice() async throws {
    let place = try Place()
    let record = try place.record("one", "echo run >> runs; until [ -e go ]; do sleep 0.05; done")
    let engine = LocalEngine(slots: 2, devices: [])
    let job = EngineJob(name: "one", attempt: 1, directory: record.directory, resources: .init())
    let handles = try await engine.submit([job], batch: "a", in: place.path)
    while place.text("runs").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    let others = try await engine.submit([job], batch: "b", in: place.path)
    #expect(try await engine.find(batch: "b", of: [job], places: [0], in: place.path) == handles)
    #expect(try await engine.look(at: [job], handles: handles) == [.running])
    try Data().write(to: URL(fileURLWithPath: "\(place.path)/go"))
    while place.text("jobs/one/attempts/1/exit").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    #expect(others != handles)
    #expect(place.text("runs") == "run\n" && place.text("jobs/one/attempts/1/exit") == "0\n")
  }

  @Test("a job whose process is killed has failed, and one that is cancelled leaves no process behind")
  func killed() async throws {
    let place = try Place()
    let store = try place.store()
    try store.add([place.record("long", "sleep 100 & echo $! > child; wait"), place.record("other", "sleep 100")])
    let runner = JobRunner(store, engine: LocalEngine(slots: 2, devices: []), directory: place.path)
    let running = Task { try await runner.run() }
    while try store.jobs().contains(where: { $0.state != .running }) { try await Task.sleep(for: .milliseconds(20)) }
    while place.text("child").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    let jobs = try store.jobs()
    let owner = place.text("jobs/other/attempts/1/owner").split(separator: " ")
    kill(-(try #require(pid_t(owner[1]))), SIGKILL)
    let long = jobs[0]
    try await LocalEngine(slots: 1, devices: []).cancel(
      [EngineJob(name: "long", attempt: 1, directory: long.directory, resources: .init())], handles: [long.handle ?? ""]
    )
    try store.update(["long"]) { job in
      var job = job
      job.state = .cancelled
      return job
    }
    try await running.value
    let ends = try store.jobs()
    #expect(ends.map(\.state) == [.cancelled, .failed])
    #expect(ends[1].reason?.contains("killed") == true)
    let child = try #require(Int32(place.text("child").trimmingCharacters(in: .whitespacesAndNewlines)))
    let status = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ") Z "
    #expect(status.contains(") Z "))
  }

  /// Answers as it is told to, and says how often it was asked.
  private actor Moods {
    var isSilent = false
    func set(_ isSilent: Bool) { self.isSilent = isSilent }
  }

  private struct MoodyEngine: Engine {
    let kind = "moody"
    let outstanding: Int? = 2
    let largestBatch = 2
    let polling: ClosedRange<Duration> = .milliseconds(10)...(.milliseconds(20))
    let moods: Moods
    let inner = LocalEngine(slots: 2, devices: [])
    /// Whether a hand-in gets through and its answer is lost.
    let losesAnswers: Bool

    func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) -> Rehearsal { Rehearsal() }

    func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String] {
      let handles = try await inner.submit(jobs, batch: batch, in: directory)
      if losesAnswers {
        try? await Task.sleep(for: .milliseconds(100))
        throw LaunchError("no answer", isUnreachable: true)
      }
      return handles
    }

    func find(
      batch: String, of jobs: [EngineJob], places: [Int], in directory: String
    ) async throws(LaunchError) -> [String]? {
      try await inner.find(batch: batch, of: jobs, places: places, in: directory)
    }

    func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
      if await moods.isSilent { throw LaunchError("no answer", isUnreachable: true) }
      return try await inner.look(at: jobs, handles: handles)
    }

    func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
      if await moods.isSilent { throw LaunchError("no answer", isUnreachable: true) }
      try await inner.cancel(jobs, handles: handles)
    }
  }

  @Test("an engine that falls silent is asked again, and nothing runs twice", arguments: [false, true])
  func silence(losesAnswers: Bool) async throws {
    let place = try Place()
    let store = try place.store()
    try store.add((0..<6).map { try place.record("j\($0)", "echo j\($0) >> runs; sleep 0.05") })
    let moods = Moods()
    await moods.set(true)
    let runner = JobRunner(store, engine: MoodyEngine(moods: moods, losesAnswers: losesAnswers), directory: place.path)
    let running = Task { try await runner.run() }
    try await Task.sleep(for: .milliseconds(200))
    await moods.set(false)
    try await running.value
    #expect(try store.jobs().allSatisfy { $0.state == .succeeded })
    #expect(place.text("runs").split(separator: "\n").sorted() == (0..<6).map { "j\($0)" })
  }

  @Test("a job that comes to its time limit is told to end, and has failed for that reason")
  func limit() async throws {
    let place = try Place()
    var job = try place.record("long", "trap 'echo saved > saved; exit 9' TERM; sleep 100 & wait")
    job.resources = JobSpec.Resources(time: 1).description
    let ends = try await run(place, [job])
    #expect(ends["long"]?.state == .failed && ends["long"]?.reason == JobEnd.timeLimit)
    #expect(place.text("saved") == "saved\n")
  }

  @Test("a job under a time limit is told when it is cancelled, and may save")
  func cancelledUnderLimit() async throws {
    let place = try Place()
    let store = try place.store()
    var job = try place.record("long", "trap 'echo saved > saved; exit 9' TERM; touch began; sleep 100 & wait")
    job.resources = JobSpec.Resources(time: 50).description
    try store.add([job])
    let runner = JobRunner(store, engine: LocalEngine(slots: 1, devices: []), directory: place.path)
    let running = Task { try await runner.run() }
    while !FileManager.default.fileExists(atPath: "\(place.path)/began") {
      try await Task.sleep(for: .milliseconds(20))
    }
    try await runner.cancel("long")
    try await running.value
    #expect(try store.jobs().map(\.state) == [.cancelled])
    #expect(place.text("saved") == "saved\n")
  }

  @Test("what is cancelled while the engine is silent ends when that answers")
  func silentCancel() async throws {
    let place = try Place()
    let store = try place.store()
    try store.add([place.record("long", "touch began; sleep 100"), place.record("next", "true", after: ["long"])])
    let moods = Moods()
    let runner = JobRunner(store, engine: MoodyEngine(moods: moods, losesAnswers: false), directory: place.path)
    let running = Task { try await runner.run() }
    while !FileManager.default.fileExists(atPath: "\(place.path)/began") {
      try await Task.sleep(for: .milliseconds(20))
    }
    await moods.set(true)
    try await runner.cancel("long", reason: "enough")
    try await Task.sleep(for: .milliseconds(200))
    #expect(try store.jobs().map(\.state) == [.cancelling, .waiting])
    let owner = place.text("jobs/long/attempts/1/owner").split(separator: " ")
    let process = try #require(pid_t(owner[1]))
    #expect(kill(process, 0) == 0)
    // Whoever followed it may have ended meanwhile.
    running.cancel()
    _ = await running.result
    await moods.set(false)
    try await JobRunner(store, engine: MoodyEngine(moods: moods, losesAnswers: false), directory: place.path).run()
    let ends = try store.jobs()
    #expect(ends.map(\.state) == [.cancelled, .failed] && ends[0].reason == "enough")
    let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ") Z "
    #expect(status.contains(") Z "))
  }

  @Test("one process follows a launch at a time")
  func lock() throws {
    let place = try Place()
    let store = try place.store()
    let error = #expect(throws: StoreError.self) { try place.store() }
    #expect(error?.code == .busy && JobStore.isRun(in: place.path))
    try store.add([place.record("a", "true")])
    #expect(try JobStore.open(in: place.path, toWrite: false).jobs().map(\.name) == ["a"])
  }
}
