import ArgumentParser
import Foundation
import Launch
import RunStore

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
    let cancelled = try store.cancel(wanted.map(\.name))
    let choice = try EngineRegistry.builtIn.choice(stored: store.engine())
    do { _ = try await store.endCancelled(on: await choice.engine()) } catch let error as LaunchError
      where error.isUnreachable
    {
      throw LaunchError(
        "\(error); the jobs are cancelled when it answers whoever follows the launch, or this is run again")
    }
    let now = try store.jobs(wanted.map(\.name))
    for job in now where job.state == .cancelling || cancelled.contains(where: { $0.name == job.name }) {
      note(
        job.progress
          + (job.state == .cancelling
            ? "; it was being submitted, and ends when whoever follows the launch knows whether it came through: launch "
              + "its file again where nobody does" : ""))
    }
    if cancelled.isEmpty, now.allSatisfy(\.state.isEnded) { note("nothing to cancel: all have ended") }
  }
}
