import Documents
import Foundation
import Tables

/// Jobs through Slurm's sbatch, in arrays of jobs with the same resources.
///
/// A job that comes after others waits for them in Slurm's queue, by its dependencies. One call of squeue reports all jobs,
/// whether or not Slurm keeps accounts; sacct is asked about jobs that left the queue without writing how they ended. Before
/// its time limit, and when it is preempted, a job gets a signal and goes back to the queue.
public struct SlurmEngine: Engine {
  public struct Options: EngineOptions {
    public static let kind = "slurm"
    public static let documentExample = "{kind: slurm, partition: gpu}"
    public static let defaults = Options()

    public var partition: String?
    public var account: String?
    public var qos: String?
    public var constraint: String?
    /// Other options of sbatch, as `--reservation=x`.
    public var options: [String]
    /// Lines of shell that run before each job, as `module load cuda`.
    public var setup: [String]
    /// The time between the signal and a job's time limit.
    public var notice: WrittenDuration
    public var outstanding: Int
    public var largestArray: Int
    /// The longest wait before Slurm is asked again.
    public var poll: WrittenDuration

    public init(
      partition: String? = nil, account: String? = nil, qos: String? = nil, constraint: String? = nil,
      options: [String] = [], setup: [String] = [], notice: WrittenDuration = .init(120), outstanding: Int = 200,
      largestArray: Int = 1000, poll: WrittenDuration = .init(30)
    ) {
      (self.partition, self.account, self.qos, self.constraint) = (partition, account, qos, constraint)
      (self.options, self.setup, self.notice) = (options, setup, notice)
      (self.outstanding, self.largestArray, self.poll) = (outstanding, largestArray, poll)
    }

    public func engine() async -> any Engine { SlurmEngine(self) }
  }

  public let kind = Options.kind
  public var outstanding: Int? { options.outstanding }
  public var largestBatch: Int { min(options.largestArray, options.outstanding) }
  public var polling: ClosedRange<Duration> { options.poll.polling(least: 2) }
  public let ordersJobs = true
  private let options: Options

  public init(_ options: Options = Options()) { self.options = options }

  public func rehearse(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) throws(LaunchError) -> Rehearsal {
    let words = ["sbatch"] + arguments(jobs, batch: batch, in: directory)
    return Rehearsal(
      files: [.init(script(batch, in: directory), scriptText(jobs))],
      commands: [words.map(CommandTemplate.quoted).joined(separator: " ")])
  }

  public func submit(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    let path = script(batch, in: directory)
    do {
      try FileManager.default.createDirectory(atPath: "\(directory)/slurm", withIntermediateDirectories: true)
      try Data(scriptText(jobs).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw LaunchError("\(path): cannot be written: \(error.localizedDescription)")
    }
    let output = try await slurm("sbatch", arguments(jobs, batch: batch, in: directory))
    guard let number = output.split(whereSeparator: { $0.isWhitespace || $0 == ";" }).first, Int(number) != nil else {
      throw LaunchError("sbatch answered '\(output.prefix(200))', which is not a job's number", isUnreachable: true)
    }
    return handles(String(number), Array(jobs.indices))
  }

  public func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    let lines = try await slurm(
      "squeue", ["--noheader", "--states=all", "--user=\(getuid())", "--name=\(batch)", "--format=%F"])
    if let number = lines.split(whereSeparator: \.isWhitespace).first {
      return handles(String(number), places)
    }
    // A job that started has written its owner to a file that outlasts the queue.
    let owners = jobs.compactMap { job -> String? in
      let text = try? String(contentsOfFile: "\(job.attemptDirectory)/owner", encoding: .utf8)
      guard let words = text?.split(whereSeparator: \.isWhitespace), words.first == "slurm", words.count > 1,
        let number = words[1].split(separator: "_").first
      else { return nil }
      return String(number)
    }
    if let number = owners.first { return handles(number, places) }
    let accounts = await accounts(["--name=\(batch)", "--format=JobID"])
    return accounts.first?.first.map { handles(String($0.prefix { $0 != "_" }), places) }
  }

  public func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    let lines = try await slurm(
      "squeue", ["--noheader", "--array", "--states=all", "--user=\(getuid())", "--format=%i|%T|%r"])
    var states: [String: EngineState] = [:]
    for line in lines.split(separator: "\n") {
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      states[fields[0]] = Self.state(fields[1], reason: fields[2], isInQueue: true)
    }
    let missing = handles.filter { states[$0] == nil }
    if !missing.isEmpty {
      for chunk in missing.chunks(of: 200) {
        for fields in await accounts(["--jobs=\(chunk.joined(separator: ","))", "--format=JobID,State"])
        where fields.count == 2 {
          // The state may be followed by who cancelled it.
          states[fields[0]] = Self.state(String(fields[1].prefix { $0 != " " }), reason: "None", isInQueue: false)
        }
      }
    }
    return handles.map { states[$0] ?? .gone("it left Slurm's queue and did not write how it ended") }
  }

  public func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    for chunk in handles.chunks(of: 500) { _ = try await slurm("scancel", ["--quiet"] + chunk) }
  }

  // MARK: - Submission

  private func script(_ batch: String, in directory: String) -> String { "\(directory)/slurm/\(batch).sh" }

  private func handles(_ number: String, _ places: [Int]) -> [String] { places.map { "\(number)_\($0)" } }

  private func arguments(_ jobs: [EngineJob], batch: String, in directory: String) -> [String] {
    let resources = jobs.first?.resources ?? JobSpec.Resources()
    var words = [
      "--parsable", "--job-name=\(batch)", "--array=0-\(jobs.count - 1)", "--nodes=\(resources.nodes)",
      "--ntasks-per-node=1", "--cpus-per-task=\(resources.cpusPerNode)", "--requeue", "--open-mode=append",
      "--output=\(directory)/slurm/\(batch)-%a.log",
    ]
    if resources.gpusPerNode > 0 { words.append("--gres=gpu:\(resources.gpusPerNode)") }
    if let memory = resources.memory { words.append("--mem=\(Int((memory / 1_048_576).rounded(.up)))M") }
    if let time = resources.time {
      let seconds = Int(time.rounded(.up))
      words.append(
        "--time=\(seconds / 3600):\(String(format: "%02d:%02d", seconds / 60 % 60, seconds % 60))")
      words.append("--signal=B:USR1@\(min(Int(min(options.notice.value, 1e6)), seconds / 2))")
    }
    if let after = jobs.first?.after, !after.isEmpty {
      // Where one of them fails, the job stays in the queue until it is taken back to wait for the next attempt.
      words += ["--dependency=afterok:\(after.joined(separator: ":"))", "--kill-on-invalid-dep=no"]
    }
    let own = [
      ("partition", options.partition), ("account", options.account), ("qos", options.qos),
      ("constraint", options.constraint),
    ]
    words += own.compactMap { name, value in value.map { "--\(name)=\($0)" } } + options.options
    return words + [script(batch, in: directory)]
  }

  private func scriptText(_ jobs: [EngineJob]) -> String {
    let nodes = jobs.first?.resources.nodes ?? 1
    let cases = jobs.enumerated().map { index, job in
      "\(index)) attempt=\(job.attempt) job=\(CommandTemplate.quoted(job.directory)) ;;"
    }
    return """
      #!/bin/sh
      \((options.setup + ["case \"$SLURM_ARRAY_TASK_ID\" in"] + cases).joined(separator: "\n"))
      esac
      export WINDTUNNEL_ATTEMPT="$attempt" WINDTUNNEL_OWNER="slurm ${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
      export WINDTUNNEL_REQUEUE="scontrol requeue ${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
      export WINDTUNNEL_SPREAD="srun --nodes=\(nodes) --ntasks=\(nodes) --ntasks-per-node=1 --kill-on-bad-exit=1"
      WINDTUNNEL_MAIN_NODE=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
      WINDTUNNEL_MAIN_PORT=$((20000 + SLURM_JOB_ID % 20000))
      export WINDTUNNEL_MAIN_NODE WINDTUNNEL_MAIN_PORT
      exec sh "$job/\(JobScript.fileName)"

      """
  }

  // MARK: - States

  /// The output of one of Slurm's programs.
  ///
  /// - Throws: ``LaunchError``; unreachable where the controller does not answer, or takes no more jobs for now.
  private func slurm(_ name: String, _ arguments: [String]) async throws(LaunchError) -> String {
    let result = try await Program(name: name, service: "Slurm").run(arguments)
    guard result.code != 0 else { return result.output }
    let reason = result.errors.split(separator: "\n").last.map(String.init) ?? "code \(result.code)"
    let isTemporary = Self.temporary.contains { result.errors.contains($0) }
    throw LaunchError("\(name): \(reason.prefix(300))", isUnreachable: isTemporary)
  }

  private static let temporary = [
    "Unable to contact slurm controller", "Connection refused", "Socket timed out", "Zero Bytes were transmitted",
    "slurm_persist_conn_open", "Transport endpoint is not connected", "Resource temporarily unavailable",
    "MaxSubmitJob", "temporarily", "Address already in use", "backup controller", "Timed out",
    // Slurm has forgotten the job that this one comes after; that job's own files say how it ended.
    "Job dependency problem",
  ]

  /// Rows of sacct; none where Slurm keeps no accounts.
  private func accounts(_ arguments: [String]) async -> [[String]] {
    guard
      let result = try? await Program(name: "sacct", service: "Slurm").run(
        ["--noheader", "--parsable2", "--allocations"] + arguments), result.code == 0
    else { return [] }
    return result.output.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
  }

  /// - Parameter isInQueue: whether the controller still has the job: then it restarts one whose node failed.
  static func state(_ word: String, reason: String, isInQueue: Bool) -> EngineState {
    switch word {
    case "NODE_FAIL" where isInQueue: .queued("its node failed")
    case "PREEMPTED" where isInQueue: .queued("it was preempted")
    case "PENDING" where reason == "DependencyNeverSatisfied": .stranded
    case "PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD", "SUSPENDED":
      .queued(reason == "None" ? nil : reason)
    case "RUNNING", "CONFIGURING", "COMPLETING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED": .running
    case "CANCELLED": .cancelled
    case "TIMEOUT": .gone(JobEnd.timeLimit)
    case "NODE_FAIL": .gone("its node failed")
    case "OUT_OF_MEMORY": .gone("it took more memory than it was given; raise resources.memory")
    case "PREEMPTED": .gone("it was preempted")
    case "COMPLETED": .gone(nil)
    default: .gone("Slurm says \(word)\(reason == "None" ? "" : " (\(reason))")")
    }
  }
}

extension Array {
  func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: Swift.max(1, size)).map { self[$0..<Swift.min(count, $0 + size)] }
  }
}

extension SlurmEngine.Options: DocumentChecked {
  public func check() throws(DocumentFault) {
    try checkCounts(["outstanding": outstanding, "largest_array": largestArray])
    for option in options where !option.hasPrefix("-") {
      throw DocumentFault("options", "each should be an option of sbatch, as --reservation=x, not '\(excerpt(option))'")
    }
    for option in options where option.hasPrefix("--dependency") || option.hasPrefix("-d") {
      throw DocumentFault("options", "'\(excerpt(option))' would undo the order of jobs; say 'after' in the jobs")
    }
  }
}
