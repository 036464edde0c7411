import ArgumentParser
import Documents
import Launch
import Report
import RunStore
import Tables
import Workflows

struct JobsCollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "What jobs measured, as a run table to fit laws to.",
    discussion: """
      A row is a run that succeeded: sizes, tokens, FLOPs (6 N D), held-out loss in nats per token, or the training loss \
      where none was measured, and wall time. With --curves a row is a point of a run, of those in progress too; with --metrics, \
      any number that was measured, with its unit.

      Examples:
        windtunnel jobs collect runs/pilot --output runs.csv
        windtunnel jobs collect runs/pilot --curves
        windtunnel jobs collect runs/pilot --metrics --output metrics.csv
      """)

  @OptionGroup var launch: LaunchDirectory

  @Flag(help: "Loss curves instead of one row a run.")
  var curves = false

  @Flag(help: "Every measurement instead: run, step, metric, value and unit.")
  var metrics = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the table to this file, all at once.", valueName: "file"))
  var output: String?

  func run() async throws {
    if let output { try checkWritable(output) }
    let store = try await JobStore.measured(in: launch.directory)
    let jobs = try store.jobs().filter { $0.state != .waiting || $0.attempt > 1 }
    for (job, intake) in try store.intakes().sorted(by: { $0.key < $1.key }) {
      for problem in intake.problems { note("warning: job '\(job)': \(problem)") }
    }
    if metrics { return try DocumentFile.write(try table(of: jobs, in: store), to: output ?? "-") }
    let runs = try jobs.map { try CollectedRun($0, in: store) }
    for run in runs where run.state == .succeeded && run.loss == nil {
      note("warning: job '\(run.spec.name)' wrote no loss")
    }
    try DocumentFile.write(curves ? runs.curveTable : runs.runTable, to: output ?? "-")
  }

  private func table(of jobs: [JobRecord], in store: JobStore) throws -> String {
    let units = try store.units()
    var lines = ["run,step,metric,value,unit"]
    for job in jobs {
      for one in try store.measurements(of: job.name) {
        let cells = [job.name, "\(one.step)", one.metric, "\(one.value)", units[one.metric] ?? ""]
        lines.append(cells.map(csvField).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  func validate() throws {
    if curves, metrics { throw ValidationError("give --curves or --metrics, not both") }
  }
}
