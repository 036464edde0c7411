import ArgumentParser
import Launch
import Report
import RunStore

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
