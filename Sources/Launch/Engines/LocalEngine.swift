import Documents
import Foundation
import Subprocess
import SystemPackage
import Tables

/// Jobs as processes of this machine, each in a session of its own, which go on when the process that launched them ends.
///
/// A job that needs accelerators gets free ones by `CUDA_VISIBLE_DEVICES`.
public struct LocalEngine: Engine {
  public let kind = Options.kind
  public let outstanding: Int?
  public let largestBatch = 1
  public let polling: ClosedRange<Duration> = .milliseconds(50)...(.milliseconds(500))
  /// The accelerators that jobs share.
  private let devices: [String]

  /// - Parameters:
  ///   - slots: how many jobs run at once; nil for one an accelerator, or one where there is none.
  ///   - devices: as `CUDA_VISIBLE_DEVICES` has them.
  public init(slots: Int?, devices: [String]) {
    outstanding = slots ?? max(1, devices.count)
    self.devices = devices
  }

  /// The accelerators that the driver lists; none where there is no driver.
  public static func devicesOfThisMachine() async -> [String] {
    if let given = ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"] {
      return given.split(separator: ",").map(String.init)
    }
    let result = try? await Program(name: "nvidia-smi", service: "the driver").run([
      "--query-gpu=index", "--format=csv,noheader",
    ])
    guard let result, result.code == 0 else { return [] }
    return result.output.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  public func rehearse(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) throws(LaunchError) -> Rehearsal {
    Rehearsal(
      commands: try jobs.map { job throws(LaunchError) in
        try check(job)
        return "setsid sh \(CommandTemplate.quoted("\(job.directory)/\(JobScript.fileName)"))"
      })
  }

  public func submit(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    var handles: [String] = []
    for job in jobs {
      try check(job)
      handles.append(try await start(job, devices: try free(job.resources.gpusPerNode, for: job)))
    }
    return handles
  }

  public func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    // A job that began says who runs it; one that did not never will, or ends at once beside a new one.
    let owners = jobs.compactMap { owner($0)?.description }
    return owners.count == jobs.count ? owners : nil
  }

  public func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    zip(jobs, handles).map { job, handle in
      let process = owner(job) ?? LocalOwner(handle)
      return process?.isAlive == true
        ? .running
        : .gone("its process was killed, or the machine was restarted")
    }
  }

  public func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    let processes = zip(jobs, handles).compactMap { owner($0) ?? LocalOwner($1) }
    // Under a time limit the group is that of whoever keeps it.
    for process in processes where process.isAlive {
      let group = getpgid(process.number)
      kill(group > 1 ? -group : -process.number, SIGTERM)
    }
    for _ in 0..<Self.looksAtTheDying where processes.contains(where: \.isAlive) {
      try? await Task.sleep(for: .milliseconds(100))
    }
    for job in jobs { ProcessMark.killAll(markedBy: job.attemptDirectory + "/") }
  }

  /// The number of looks, ten a second, at a process that was asked to end before it is killed.
  private static let looksAtTheDying = 50
  private static let devicesVariable = "WINDTUNNEL_DEVICES"

  private func start(_ job: EngineJob, devices: [String]) async throws(LaunchError) -> String {
    let script = CommandTemplate.quoted("\(job.directory)/\(JobScript.fileName)")
    let log = CommandTemplate.quoted("\(job.attemptDirectory)/engine.log")
    // In a session of its own, so that neither Ctrl-C nor a terminal that is closed reaches it.
    let command = """
      mkdir -p \(CommandTemplate.quoted(job.attemptDirectory)) || exit 73
      setsid \(job.limit)sh \(script) < /dev/null >> \(log) 2>&1 &
      echo "process $! $(cut -d' ' -f22 /proc/$!/stat)"
      """
    var environment: [Environment.Key: String?] = [
      "WINDTUNNEL_ATTEMPT": "\(job.attempt)", .init(stringLiteral: LocalProcess.mark): job.attemptDirectory + "/",
    ]
    if !devices.isEmpty {
      environment["CUDA_VISIBLE_DEVICES"] = devices.joined(separator: ",")
      environment[.init(stringLiteral: Self.devicesVariable)] = devices.joined(separator: ",")
    }
    do {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", command], environment: .inherit.updating(environment),
        output: .string(limit: 1000), error: .string(limit: 1000))
      let handle = result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
      guard case .exited(0) = result.terminationStatus, !handle.isEmpty else {
        throw LaunchError("job '\(job.name)' cannot be started: \(result.standardError)")
      }
      return handle
    } catch let error as LaunchError {
      throw error
    } catch {
      throw LaunchError("job '\(job.name)' cannot be started: \(error)")
    }
  }

  /// Accelerators that no process of any launch has.
  private func free(_ count: Int, for job: EngineJob) throws(LaunchError) -> [String] {
    guard count > 0 else { return [] }
    let taken = Set(ProcessMark.values(of: Self.devicesVariable).flatMap { $0.split(separator: ",").map(String.init) })
    let free = devices.filter { !taken.contains($0) }
    guard free.count >= count else {
      throw LaunchError(
        "job '\(job.name)' waits for \(count) accelerators; \(free.count) are free", isUnreachable: true)
    }
    return Array(free.prefix(count))
  }

  private func check(_ job: EngineJob) throws(LaunchError) {
    guard job.resources.nodes == 1 else {
      throw LaunchError(
        "job '\(job.name)' takes \(job.resources.nodes) nodes; this machine is one: use a cluster's engine")
    }
    guard job.resources.gpusPerNode <= devices.count else {
      throw LaunchError(
        "job '\(job.name)' takes \(job.resources.gpusPerNode) accelerators; this machine has \(devices.count) "
          + "(list others by 'engine: {kind: local, devices: [0, 1]}')")
    }
  }

  private func owner(_ job: EngineJob) -> LocalOwner? {
    (try? String(contentsOfFile: "\(job.attemptDirectory)/owner", encoding: .utf8)).flatMap { LocalOwner($0) }
  }
}

extension LocalEngine {
  /// The options for jobs on this machine.
  public struct Options: EngineOptions {
    public static let kind = "local"
    public static let documentExample = "{kind: local, slots: 4}"
    public static let defaults = Options()

    /// The number of jobs that run at once; nil for one per accelerator, or one without accelerators.
    public var slots: Int?
    /// The accelerators that jobs share, as `CUDA_VISIBLE_DEVICES` has them; nil for those that the driver lists.
    public var devices: [String]?

    public init(slots: Int? = nil, devices: [String]? = nil) { (self.slots, self.devices) = (slots, devices) }

    public func engine() async -> any Engine {
      let found = if let devices { devices } else { await LocalEngine.devicesOfThisMachine() }
      return LocalEngine(slots: slots, devices: found)
    }
  }
}

extension LocalEngine.Options: DocumentChecked {
  public func check() throws(DocumentFault) { try checkCounts(["slots": slots ?? 1]) }
}

/// The process that runs a job, told from later ones of its number by when it began.
private struct LocalOwner: CustomStringConvertible {
  let number: pid_t
  private let began: String

  /// `process 4711 123456`.
  init?(_ text: String) {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.first == "process", words.count > 1, let number = pid_t(words[1]) else { return nil }
    self.number = number
    began = words.count > 2 ? words[2] : ""
  }

  var description: String { "process \(number) \(began)" }

  var isAlive: Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return false }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    // What ended and was not waited for by its parent is no longer alive.
    return fields.count > 19 && fields[0] != "Z" && fields[19] == began
  }
}
