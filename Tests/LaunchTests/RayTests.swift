import Documents
import Foundation
import LaunchConformance
import RunStore
import Tables
import Testing

@testable import Launch

@Suite struct RayRequestTests {
  private let engine = RayEngine(
    .init(address: .init(url: URL(string: "http://head:8265") ?? URL(fileURLWithPath: "/"))))

  @Test("a rehearsal shows the request, and what it is made of stays in its place")
  func rehearsal() throws {
    let job = EngineJob(
      name: "it's", attempt: 2, directory: "/runs/it's $(touch x)",
      resources: .init(gpusPerNode: 2, cpusPerNode: 8, memory: 1e9))
    let commands = try engine.rehearse([job], batch: "wt-a", in: "/runs").commands
    let command = try #require(commands.first)
    #expect(commands.count == 1 && command.hasPrefix("curl --request POST "))
    #expect(command.hasSuffix(" http://head:8265/api/jobs/"))
    // What the shell makes of it is one word, and what Ray's shell makes of the entry point another.
    let echoed = try Self.shell(
      "for word in \(command.dropFirst(5)); do last2=$last; last=$word; done; printf '%s' \"$last2\"")
    let body = try #require(try JSONSerialization.jsonObject(with: Data(echoed.utf8)) as? [String: Any])
    #expect(body["submission_id"] as? String == "wt-a-0")
    #expect(body["entrypoint_num_cpus"] as? Int == 8 && body["entrypoint_num_gpus"] as? Int == 2)
    #expect(body["entrypoint_memory"] as? Int == 1_000_000_000)
    let entry = try #require(body["entrypoint"] as? String)
    #expect(try Self.shell("sh() { echo \"$#:$1\"; }; \(entry)") == "1:/runs/it's $(touch x)/run.sh\n")
    let runtime = body["runtime_env"] as? [String: [String: String]]
    #expect(
      runtime == ["env_vars": ["WINDTUNNEL_ATTEMPT": "2", "WINDTUNNEL_OWNER": "ray wt-a-0"]])
  }

  private static func shell(_ command: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test("a job of several nodes is refused with what to do")
  func nodes() {
    let job = EngineJob(name: "wide", attempt: 1, directory: "/runs/wide", resources: .init(nodes: 2))
    let error = #expect(throws: LaunchError.self) { try engine.rehearse([job], batch: "a", in: "/runs") }
    #expect(error?.description.contains("'wide' takes 2 nodes") == true && error?.isUnreachable == false)
  }

  @Test("a head that does not answer is unreachable")
  func silent() async throws {
    let address = try RayEngine.Address(documentText: "http://127.0.0.1:9")
    let error = await #expect(throws: LaunchError.self) {
      try await RayEngine(.init(address: address)).look(
        at: [EngineJob(name: "a", attempt: 1, directory: "/a", resources: .init())], handles: ["a"])
    }
    #expect(error?.isUnreachable == true)
  }

  @Test("options are read, and wrong ones named")
  func options() throws {
    func read(_ text: String) throws -> RayEngine.Options {
      try RayEngine.Options.read(engineEntry("{kind: ray, \(text)}"), from: "job.yaml")
    }
    let options = try read("address: 'http://head:1', outstanding: 3, poll: 20 s, token_variable: TOKEN")
    #expect(options.address.documentText == "http://head:1" && options.outstanding == 3)
    #expect(options.poll.value == 20 && options.tokenVariable == "TOKEN")
    #expect(try read("outstanding: 2").address.documentText == "http://localhost:8265")
    for wrong in ["address: head", "adress: 'http://a'", "token_variable: 'a b'", "address: 'file:///etc'"] {
      #expect(throws: DocumentError.self) { try read(wrong) }
    }
  }
}

/// Jobs through a real head of Ray on this machine.
@Suite(.enabled(if: RayHead.isInstalled, "ray is not installed"), .serialized)
struct RayTests {
  private func until(_ seconds: Double = 240, _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
      try #require(ContinuousClock.now < end, "it took too long")
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  @Test("jobs end as they should, and go on where the head is killed and started again", .timeLimit(.minutes(15)))
  func head() async throws {
    let (folder, head) = (try TestFolder(), try RayHead())
    defer { head.end() }
    try await head.begin()
    let engine = RayEngine(.init(address: .init(url: head.address), poll: .init(0.2)))
    let store = try JobStore.make(in: folder.path, description: "", engine: "")
    func record(_ name: String, _ command: String, retries: Int = 0, time: Double? = nil) throws -> JobRecord {
      let needs = JobSpec.Resources(time: time)
      let job = try folder.job(name, "echo \(name) $WINDTUNNEL_ATTEMPT >> runs; \(command)", needs)
      return JobRecord(
        name: name, description: command, directory: job.directory, resources: needs.description, after: [],
        retries: retries)
    }
    try store.add([
      record("lost", "sleep 200"), record("again", "[ $WINDTUNNEL_ATTEMPT = 2 ] || sleep 200", retries: 1),
      record("stopped", "sleep 200"), record("good", "true"), record("bad", "echo the reason >&2; exit 3"),
      record("late", "sleep 200", time: 2),
    ])
    let troubles = Troubles()
    let runner = JobRunner(
      store, engine: engine, directory: folder.path, onTrouble: { trouble in Task { await troubles.add(trouble) } })
    let running = Task { try await runner.run() }
    func jobs() throws -> [String: JobRecord] { Dictionary(try store.jobs().map { ($0.name, $0) }) { $1 } }
    func states(_ names: [String]) throws -> [JobRecord.State?] { try names.map { try jobs()[$0]?.state } }

    try await until { try states(["good", "bad", "late"]) == [.succeeded, .failed, .failed] }
    #expect(try jobs()["late"]?.reason == JobEnd.timeLimit)
    #expect(try jobs()["bad"]?.reason?.contains("the reason") == true)
    let long = ["lost", "again", "stopped"]
    try await until { try states(long).allSatisfy { $0 == .running } && folder.lines("runs").count == 6 }

    // What is handed in again is there already, and runs once.
    let stopped = try #require(try jobs()["stopped"])
    let attempt = EngineJob(name: "stopped", attempt: 1, directory: stopped.directory, resources: .init())
    let batch = try #require(stopped.batch)
    let handle = try #require(stopped.handle)
    #expect(try await engine.submit([attempt], batch: batch, in: folder.path) == [handle])
    #expect(try await engine.find(batch: batch, of: [attempt], places: [0], in: folder.path) == [handle])
    try await engine.cancel([attempt], handles: [handle])
    try await until { try states(["stopped"]) == [.cancelled] }

    head.end()
    try await until { await troubles.hasTrouble }
    try await head.begin()
    try await running.value
    let ends = try jobs()
    #expect(ends["again"]?.state == .succeeded && ends["again"]?.attempt == 2)
    #expect(ends["lost"]?.state == .failed && ends["lost"]?.reason?.contains("Ray no longer knows it") == true)
    #expect(
      folder.lines("runs").sorted() == ["again 1", "again 2", "bad 1", "good 1", "late 1", "lost 1", "stopped 1"])
    // All at once, by one request; and of none that the new head does not know.
    let known = try await engine.look(
      at: Array(repeating: attempt, count: 4), handles: [try #require(ends["again"]?.handle), "a", "b", "c"])
    // Ray may not have noticed yet that it ended.
    #expect(
      [.running, .gone(nil)].contains(known[0]) && known.dropFirst().allSatisfy { $0 == known[1] && $0 != known[0] })
    try await engine.cancel([attempt], handles: ["a"])
  }

  @Test("the engine of Ray keeps its contract", .timeLimit(.minutes(10)))
  func contract() async throws {
    let (folder, head) = (try TestFolder(), try RayHead())
    defer { head.end() }
    try await head.begin()
    let engine = RayEngine(.init(address: .init(url: head.address), poll: .init(0.2)))
    let found = await engine.violations(in: folder.path)
    #expect(found.isEmpty, "\(found)")
  }

  private func until(_ condition: () async -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(240)
    while await !condition() {
      try #require(ContinuousClock.now < end, "it took too long")
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private actor Troubles {
    private(set) var hasTrouble = false
    func add(_ trouble: String?) { if trouble != nil { hasTrouble = true } }
  }
}

/// A head of Ray with its own ports and folder, of which every process bears a mark.
private final class RayHead: Sendable {
  /// The first of the ports; workers have those from 10002 to 19999.
  private let port = Int.random(in: 200...320) * 100
  private let folder: String

  /// With its dashboard, which is a part of its own.
  static let isInstalled = EngineParser.succeeds(["ray", "job", "list", "--help"])

  init() throws {
    // Short, as it holds sockets, whose paths may not be long.
    folder = "/tmp/wt-ray-\(getpid())-\(port)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var address: URL { URL(string: "http://127.0.0.1:\(port + 1)") ?? URL(fileURLWithPath: "/") }

  func begin() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ray", "start", "--head", "--block", "--node-ip-address=127.0.0.1", "--port=\(port)",
      "--dashboard-host=127.0.0.1", "--dashboard-port=\(port + 1)", "--dashboard-agent-listen-port=\(port + 2)",
      "--ray-client-server-port=\(port + 3)", "--disable-usage-stats", "--num-cpus=4", "--num-gpus=0",
      "--object-store-memory=100000000", "--temp-dir=\(folder)",
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["RAY_ADDRESS"] = nil
    environment[LocalProcess.mark] = folder + "/"
    process.environment = environment
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    for _ in 0..<600 {
      if let answer = try? await HTTPCall("GET", address.appendingPathComponent("api/jobs/"), timeout: 5).answer(),
        answer.status == 200
      {
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw LaunchError("Ray's head does not start")
  }

  /// All of its processes, those of its jobs too, as where its machine is switched off.
  func end() { ProcessMark.killAll(markedBy: folder + "/") }
}
