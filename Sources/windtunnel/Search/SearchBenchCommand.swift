import ArgumentParser
import Report
import Search
import Studies

struct SearchBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Compare algorithms with random search at equal cost over many seeds.",
    discussion: """
      The regret of a search is the difference of its best value from the best feasible one of the table. 'Better than \
      random' is the chance that a seed of an algorithm ends better than one of random search; p is the p-value of the \
      Mann-Whitney test. With a fidelity, Kendall's tau compares the rankings by short and by full trainings: 1 for the same \
      order, 0 for no relation.

      Examples:
        windtunnel search bench Experiments/search-pilot.yaml --seeds 20
        windtunnel search bench Experiments/search-pilot.yaml --algorithm evolution
        windtunnel search bench Experiments/search-pilot.yaml --plot regret.svg
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many seeds each algorithm gets.", valueName: "N"))
  var seeds = 20

  @Option(
    name: .customLong("algorithm"), parsing: .singleValue,
    help: ArgumentHelp(
      "An algorithm to compare; may be given again; all unless given. (values: \(AlgorithmOption.names))",
      valueName: "name"),
    completion: .list(AlgorithmRegistry.builtIn.names), transform: AlgorithmOption.entry)
  var algorithms: [AlgorithmEntry] = []

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var plot: PlotOption

  func validate() throws {
    if !(2...100_000).contains(seeds) { throw ValidationError("--seeds must be from 2 to 100000, not \(seeds)") }
  }

  func run() throws {
    try output.prepare()
    try plot.prepare()
    let read = try Experiment(path: experiment.experiment)
    // Without an algorithm that would be the same as another.
    let isAutoAnother = read.fidelity != nil && read.stopping == nil
    let doubles = (isAutoAnother ? [AlgorithmEntry.auto] : []) + (read.hasCost ? [] : [.costAwareGP])
    let all = AlgorithmRegistry.builtIn.entries.filter { entry in
      !doubles.contains { $0.name == entry.name }
        && entry.serves(objectives: read.goals.count, hasFidelity: read.fidelity != nil)
    }
    let chosen = algorithms.isEmpty ? all : algorithms
    var budget = read.budget
    budget.trials = experiment.trials ?? budget.trials
    let hasRandom = chosen.contains { $0.name == AlgorithmEntry.random.name }
    let progress = ProgressBar("searches", total: (chosen.count + (hasRandom ? 0 : 1)) * seeds)
    let comparison = try SearchComparison(
      read, algorithms: chosen, budget: budget, seeds: seeds, firstSeed: computing.seed, threads: computing.threadCount
    ) { progress.advance() }
    progress.finish()
    if let path = plot.plot { try RegretFigure(comparison).plot.write(to: path) }
    try output.emit(comparison)
  }
}
