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
    for job in cancelled where job.state.isEnded { note(job.progress) }
    let choice = try JSONDecoder().decode(EngineChoice.self, from: Data(store.engine().utf8))
    let ended: [JobRecord]
    do { ended = try await store.endCancelled(on: await choice.engine()) } catch let error as LaunchError
      where error.isUnreachable
    {
      throw LaunchError(
        "\(error); the jobs are cancelled when it answers whoever follows the launch, or this is run again")
    }
    for job in ended { note(job.progress) }
    if cancelled.isEmpty, ended.isEmpty { note("nothing to cancel: all have ended") }
  }
}
