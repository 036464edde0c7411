import ArgumentParser
import RunStore

struct JobsRetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Begin jobs again that failed or were cancelled, from their last checkpoints.",
    discussion: """
      They are submitted by whoever follows the launch; where nobody does, launch their file again.

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
