import ArgumentParser
import Foundation
import Launch
import Report
import RunStore
import Tables

struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "Look at the jobs of a launch and their logs, cancel or retry them, and collect what they measured.",
    discussion: """
      Examples:
        windtunnel jobs runs/pilot
        windtunnel jobs logs runs/pilot long --lines 50
        windtunnel jobs cancel runs/pilot long
        windtunnel jobs retry runs/pilot
        windtunnel jobs collect runs/pilot --output runs.csv
      """,
    subcommands: [
      JobsListCommand.self, JobsLogsCommand.self, JobsCancelCommand.self, JobsRetryCommand.self,
      JobsCollectCommand.self,
    ],
    defaultSubcommand: JobsListCommand.self)
}

/// Which launch is meant.
struct LaunchDirectory: ParsableArguments {
  @Argument(help: ArgumentHelp("The directory of the launch.", valueName: "directory"))
  var directory: String
}

struct JobsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All jobs of a launch and how they stand.",
    discussion: """
      Examples:
        windtunnel jobs list runs/pilot
        windtunnel jobs list runs/pilot --format json
      """)

  @OptionGroup var launch: LaunchDirectory
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    try output.prepare()
    let document = JobsDocument(try JobStore.open(in: launch.directory, toWrite: false).jobs())
    try output.emit(json: try encodedJSON(document)) { document.text }
    let isLeft = document.jobs.contains { !(JobRecord.State(rawValue: $0.state)?.isEnded ?? true) }
    if isLeft, !JobStore.isRun(in: launch.directory) {
      note("note: nobody follows these jobs: launch their file again to go on")
    }
  }
}

struct JobsLogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "The last lines of what a job wrote.",
    discussion: """
      Examples:
        windtunnel jobs logs runs/pilot long
        windtunnel jobs logs runs/pilot long --errors --lines 100
        windtunnel jobs logs runs/pilot long --attempt 1
      """)

  @OptionGroup var launch: LaunchDirectory

  @Argument(help: ArgumentHelp("The job.", valueName: "name"))
  var name: String

  @Flag(help: "What it wrote to standard error instead of standard output.")
  var errors = false

  @Option(parsing: .unconditional, help: ArgumentHelp("How many lines.", valueName: "N"))
  var lines = 20

  @Option(parsing: .unconditional, help: ArgumentHelp("Of which attempt; the last unless given.", valueName: "N"))
  var attempt: Int?

  func validate() throws {
    if lines < 1 { throw ValidationError("--lines must be at least 1, not \(lines)") }
  }

  func run() async throws {
    let store = try JobStore.open(in: launch.directory, toWrite: false)
    let job = try jobs(of: store, named: [name], in: launch.directory)[0]
    let path = "\(job.directory)/attempts/\(attempt ?? job.attempt)/\(errors ? "err" : "out")"
    guard let text = try? String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) else {
      throw FileError("\(path): there is no such log; the job has not begun, or not this attempt", isMissing: true)
    }
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    let kept = all.last == "" ? all.dropLast() : all
    for line in kept.suffix(lines) { print(line) }
  }
}

struct JobsCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End jobs that have not ended.",
    discussion: """
      Examples:
        windtunnel jobs cancel runs/pilot
        windtunnel jobs cancel runs/pilot long short
      """)

  @OptionGroup var launch: LaunchDirectory

  @Argument(help: ArgumentHelp("The jobs; all unless given.", valueName: "name"))
  var names: [String] = []

  func run() async throws {
    let store = try JobStore.open(in: launch.directory, toWrite: true)
    let wanted = try jobs(of: store, named: names, in: launch.directory)
    var handles: [String: String] = [:]
    let cancelled = try store.update(wanted.map(\.name)) { job in
      guard !job.state.isEnded else { return nil }
      var job = job
      if job.state == .queued || job.state == .running { handles[job.name] = job.handle }
      (job.state, job.reason, job.ended) = (.cancelled, nil, Date().timeIntervalSince1970)
      return job
    }
    let active = cancelled.filter { handles[$0.name] != nil }
    if !active.isEmpty {
      let choice = try JSONDecoder().decode(EngineChoice.self, from: Data(store.engine().utf8))
      try await choice.engine().cancel(
        active.map {
          EngineJob(name: $0.name, attempt: $0.attempt, directory: $0.directory, resources: .init($0.resources))
        }, handles: active.map { handles[$0.name] ?? "" })
    }
    for job in cancelled { note(job.progress) }
    if cancelled.isEmpty { note("nothing to cancel: all have ended") }
  }
}

struct JobsRetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Begin jobs again that failed or were cancelled, from their last checkpoints.",
    discussion: """
      They are handed in by whoever follows the launch; where nobody does, launch their file again.

      Examples:
        windtunnel jobs retry runs/pilot
        windtunnel jobs retry runs/pilot long
      """)

  @OptionGroup var launch: LaunchDirectory

  @Argument(help: ArgumentHelp("The jobs; all that failed or were cancelled unless given.", valueName: "name"))
  var names: [String] = []

  func run() async throws {
    let store = try JobStore.open(in: launch.directory, toWrite: true)
    let wanted = try jobs(of: store, named: names, in: launch.directory)
    let again = try store.update(wanted.map(\.name)) { job in
      guard job.state == .failed || job.state == .cancelled else { return nil }
      var job = job
      (job.state, job.batch, job.handle, job.reason, job.ended) = (.waiting, nil, nil, nil, nil)
      job.attempt += 1
      return job
    }
    for job in again { note(job.progress) }
    if again.isEmpty { note("nothing to retry: none failed or was cancelled") }
    if !again.isEmpty, !JobStore.isRun(in: launch.directory) { note("launch their file again to hand them in") }
  }
}

struct JobsCollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "What jobs measured, as a run table to fit laws to.",
    discussion: """
      A row is a run that succeeded: sizes, tokens, FLOPs (6 N D), held-out loss in nats per token, or the training loss \
      where none was measured, and wall time. With --curves a row is a point of a run, of those in progress too.

      Examples:
        windtunnel jobs collect runs/pilot --output runs.csv
        windtunnel jobs collect runs/pilot --curves
      """)

  @OptionGroup var launch: LaunchDirectory

  @Flag(help: "Loss curves instead of one row a run.")
  var curves = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the table to this file, all at once.", valueName: "file"))
  var output: String?

  func run() async throws {
    if let output { try checkWritable(output) }
    let store = try JobStore.open(in: launch.directory, toWrite: false)
    let runs = try store.jobs().filter { $0.state != .waiting }.map { try CollectedRun($0) }
    for run in runs {
      for problem in run.problems { note("warning: job '\(run.spec.name)': \(problem)") }
      if run.state == .succeeded, run.loss == nil { note("warning: job '\(run.spec.name)' wrote no loss") }
    }
    try writeAtomically(curves ? runs.curveTable : runs.runTable, to: output ?? "-")
  }
}

/// The jobs of some names, or all.
private func jobs(of store: JobStore, named names: [String], in directory: String) throws -> [JobRecord] {
  let all = try store.jobs()
  guard !names.isEmpty else { return all }
  return try names.map { name in
    guard let job = all.first(where: { $0.name == name }) else {
      throw FileError(
        "\(directory): there is no job '\(name)'; \(hint(for: name, among: all.map(\.name)))", isMissing: true)
    }
    return job
  }
}
