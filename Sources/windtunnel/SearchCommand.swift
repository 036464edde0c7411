import ArgumentParser
import Search

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the best configuration of a YAML experiment within limits on resources.",
    discussion: """
      An experiment names a space, an objective, constraints and a budget. The objective is a table of results: a row a \
      configuration, found by its key columns. Constraints are expressions over the table's columns, and no trial breaks one.

        schema: windtunnel.search/1
        space:
          operation: {categorical: [skip, conv1x1, conv3x3]}
          width: {ordinal: [16, 32, 64]}
          layers: {int: [1, 12]}
        objective:
          table: results.csv
          join: latency.csv on arch_index
          key: [operation, width, layers]
          metric: accuracy
          direction: maximize
        constraints: ["latency_ms <= 2.9"]
        algorithm: auto
        budget: {trials: 200}

      Parameters are {float: [1e-5, 0.1], log: true}, {float: [0, 1], step: 0.1}, {int: [1, 12]}, {ordinal: [16, 32]}, \
      {categorical: [a, b]}, bool and {constant: 3}; 'when: {optimizer: adam}' ties one to another's value. Without a \
      space every value of the key columns is in it, numbers in their order.

      Examples:
        windtunnel search run Experiments/search-pilot.yaml
        windtunnel search run Experiments/search-pilot.yaml --seed 3 --format json
        windtunnel search bench Experiments/search-pilot.yaml --seeds 20
      """,
    subcommands: [SearchRunCommand.self, SearchBenchCommand.self])
}

/// What both searches and comparisons take.
struct ExperimentOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The experiment in YAML.", valueName: "file"))
  var experiment: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most trials; the experiment's own, or 100, unless given.", valueName: "N"))
  var trials: Int?

  func validate() throws {
    if let trials, !(1...10_000_000).contains(trials) {
      throw ValidationError("--trials must be from 1 to 10000000, not \(trials)")
    }
  }
}
