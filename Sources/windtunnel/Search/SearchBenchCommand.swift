import ArgumentParser
import Documents
import Foundation
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
    try output.emit(json: try encodedJSON(comparison)) { view(comparison) }
  }

  private func view(_ comparison: SearchComparison) -> String {
    let terminal = Terminal.standardOutput
    var table = TextTable(
      [
        .init("algorithm"), .init("mean regret", .decimal), .init("s.e.", .decimal), .init("median", .decimal),
        .init("optimum found", .right), .init("better than random", .right), .init("p", .right),
      ], terminal: terminal)
    for row in comparison.algorithms.sorted(by: { $0.meanRegret < $1.meanRegret }) {
      table.add([
        row.algorithm, NumberText.rounded(row.meanRegret, 4), NumberText.rounded(row.standardError, 2),
        NumberText.rounded(row.medianRegret, 4), NumberText.percent(row.optimumFound),
        row.probabilityOfSuperiority.map { NumberText.percent($0) } ?? "–",
        row.pValue.map { NumberText.rounded($0, 2) } ?? "–",
      ])
    }
    let best =
      comparison.optimum.map { "the best feasible value is \(NumberText.rounded($0, 8))" }
      ?? "regret is the share of the best hypervolume that is missing"
    return
      "\(comparison.name): \(comparison.goals.text), \(NumberText.rounded(comparison.budget, 6)) "
      + "\(comparison.unitName), \(comparison.seeds) seeds from \(comparison.firstSeed); \(best)\n\n" + table.render()
      + (comparison.rankAgreement.isEmpty ? "" : "\n" + agreement(comparison))
  }

  private func agreement(_ comparison: SearchComparison) -> String {
    var table = TextTable(
      [.init(comparison.fidelity ?? "", .right), .init("configurations", .right), .init("Kendall's tau", .decimal)],
      title: "How short trainings rank configurations, beside full ones", terminal: .standardOutput)
    for row in comparison.rankAgreement {
      table.add([
        NumberText.rounded(row.fidelity, 12), "\(row.configurations)", NumberText.rounded(row.kendallTau, 2),
      ])
    }
    return table.render()
  }

}

extension SearchComparison {
  /// The unit of its budget.
  var unitName: String {
    switch unit {
    case .trials: fidelity == nil ? "trials" : "full trainings"
    case .cost: "of cost"
    }
  }
}
