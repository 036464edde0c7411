import ArgumentParser
import Foundation
import RunStore
import Workflows

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
    let document = try JobsDocument(of: try await JobStore.measured(in: launch.directory))
    try output.emit(document)
    let isLeft = document.jobs.contains { !(JobRecord.State(rawValue: $0.state)?.isEnded ?? true) }
    if isLeft, !JobStore.isRun(in: launch.directory) {
      note("note: nobody follows these jobs: launch their file again to go on")
    }
  }
}
