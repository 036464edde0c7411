import ArgumentParser
import Documents
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

/// The argument that names a launch.
struct LaunchDirectory: ParsableArguments {
  @Argument(help: ArgumentHelp("The directory of the launch.", valueName: "directory"))
  var directory: String
}

/// The jobs of some names, or all.
func jobs(of store: JobStore, named names: [String], in directory: String) throws -> [JobRecord] {
  let all = try store.jobs()
  guard !names.isEmpty else { return all }
  return try names.map { name in
    guard let job = all.first(where: { $0.name == name }) else {
      throw DocumentError(
        "\(directory): there is no job '\(name)'; \(hint(for: name, among: all.map(\.name)))", code: .missing)
    }
    return job
  }
}
