import ArgumentParser
import ScalingLaws

@main
struct Entry {
  static func main() async {
    do {
      try Windtunnel.checkCommand(CommandLine.arguments.dropFirst().first)
      var command = try Windtunnel.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Failure.exit(with: error)
    }
  }
}

struct Windtunnel: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fit scaling laws to training runs, and plan how to spend a training budget.",
    discussion: """
      Examples:
        windtunnel fit runs.csv --output fit.json
        windtunnel plan --fit fit.json --budget "1e23 FLOP"
        windtunnel plan --preset besiroglu2024 --budget "2M USD"
        windtunnel fit runs.csv --formula "E + A/N^alpha + B/D^beta"
      """,
    version: windtunnelVersion,
    subcommands: [
      FitCommand.self, PredictCommand.self, PlanCommand.self, CompareCommand.self, CalibrateCommand.self,
      DesignCommand.self, SelectCommand.self, BatchCommand.self, MixCommand.self, RLPlanCommand.self,
      SplitCommand.self, ObserveCommand.self, DensityCommand.self, ShapeCommand.self, HardwareCommand.self,
      CostCommand.self, LayoutCommand.self, SearchCommand.self, LaunchCommand.self, JobsCommand.self, LoopCommand.self,
      LawsCommand.self, ShowCommand.self, SchemaCommand.self,
    ])

  /// A misspelled command name, which the argument parser would call an unexpected argument.
  static func checkCommand(_ word: String?) throws(UsageError) {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, !word.hasPrefix("-"), word != "help", !names.contains(word) else { return }
    throw UsageError("there is no command '\(word)'; \(hint(for: word, among: names))")
  }
}
