import ArgumentParser
import Foundation
import Launch
import Report
import RunStore
import Workflows

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Run jobs on a trainer and an engine, and follow them to their ends.",
    discussion: """
      A job file says what is trained, by which trainer, and where; a plan can say most of it, and a design which runs. Jobs \
      continue when this command is stopped: launch the same file again to follow them, or look with 'windtunnel jobs'. \
      No job is submitted twice, and a failed job starts again as often as its 'retries' say.

      A choice that a trainer cannot express stops the launch; --allow-unsupported leaves it out.

      Examples:
        windtunnel launch Experiments/launch.yaml --dry-run
        windtunnel launch Experiments/launch.yaml
        windtunnel launch job.yaml --plan plan.json --engine slurm
        windtunnel launch job.yaml --design design.json
        windtunnel launch job.yaml --plan plan.json --allow-unsupported --dry-run
      """)

  @Argument(help: ArgumentHelp("Jobs in YAML.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "A plan that says size, tokens, batch and layout; the file's own unless given.", valueName: "file"))
  var plan: String?

  @Option(
    help: ArgumentHelp(
      "A design whose runs are made, each a job; the file's own unless given.", valueName: "file"))
  var design: String?

  @Option(
    help: ArgumentHelp(
      "Where to run: local, slurm, ray, kubernetes or skypilot; the file's own unless given.", valueName: "name"))
  var engine: String?

  @Option(help: ArgumentHelp("Where jobs and their records are kept; runs/NAME unless given.", valueName: "directory"))
  var directory: String?

  @Flag(help: "Launch jobs without what their trainers cannot do, and say what is left out.")
  var allowUnsupported = false

  @Flag(help: "Show every file and command, and run nothing.")
  var dryRun = false

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    try output.prepare()
    let read = try JobFile(path: file, plan: plan, design: design, engine: engine)
    let session = try session(of: read)
    for job in session.launch.jobs {
      for text in job.call.notes { note("note: job '\(job.spec.name)': \(text)") }
    }
    guard !dryRun else {
      let rehearsal = RehearsalDocument(try await session.rehearsal(), engine: session.engine.kind)
      return try output.emit(rehearsal)
    }
    let place = session.launch.directory
    let outcome: LaunchOutcome
    do {
      outcome = try await reading(session.events(), stopping: "no longer following; the jobs go on") {
        $0.note(in: place)
      }
    } catch is CancellationError {
      throw UsageError.stoppedFollowing(place)
    }
    let document = try JobsDocument(of: outcome.store)
    try output.emit(document)
    let directory = directory ?? read.directory
    let failed = document.jobs.filter { $0.state != JobRecord.State.succeeded.rawValue }
    if let first = failed.first {
      var error = UsageError(
        "\(failed.count) of \(document.jobs.count) jobs did not succeed; see 'windtunnel jobs logs \(directory) \(first.name) "
          + "--errors', then 'windtunnel jobs retry \(directory)'")
      error.code = 1
      throw error
    }
  }
}

extension LaunchCommand {
  private func session(of file: JobFile) throws -> LaunchSession {
    do {
      return try LaunchSession(file, directory: directory, allowsUnsupported: allowUnsupported)
    } catch let refused as UnsupportedJobs {
      var error = UsageError("\(refused)\nchange the job, or leave these out by --allow-unsupported")
      error.code = EX_DATAERR
      throw error
    }
  }
}
