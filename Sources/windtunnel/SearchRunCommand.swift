import ArgumentParser
import Report
import Search

struct SearchRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Search an experiment's space within its budget, and print the best configuration.",
    discussion: """
      Configurations that break a constraint are never tried, and none is tried twice.

      Examples:
        windtunnel search run Experiments/search-pilot.yaml
        windtunnel search run Experiments/search-pilot.yaml --seed 3 --format json
        windtunnel search run Experiments/search-pilot.yaml --algorithm evolution
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(help: ArgumentHelp("How to search; the experiment's own, or auto, unless given.", valueName: "name"))
  var algorithm: AlgorithmName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of everything random; the experiment's own, or 0, unless given.", valueName: "number"))
  var seed: UInt64?

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    try output.prepare()
    let read = try Experiment(path: experiment.experiment)
    let name = algorithm ?? read.algorithm
    let seed = seed ?? read.seed
    let budget = SearchBudget(trials: experiment.trials ?? read.trials, cost: read.cost)
    let search = try TableSearch(read.objective, name.algorithm, budget: budget, seed: seed)
    let document = StudyDocument(search, of: read, algorithm: name, seed: seed, budget: budget)
    try output.emit(json: try encodedJSON(document)) { view(document) }
  }

  private func view(_ document: StudyDocument) -> String {
    let terminal = Terminal.standardOutput
    var text =
      "\(document.name): \(document.direction.rawValue) \(document.metric), \(document.algorithm), seed \(document.seed)\n"
    if let best = document.best {
      var table = TextTable(
        [.init("best of \(document.trials.complete) trials"), .init("", .left)], terminal: terminal)
      for (metric, value) in best.values { table.add([metric, format(value, significant: 8)]) }
      for name in document.parameters {
        if let value = best.parameters[name] { table.add([name, value.description]) }
      }
      table.add(["found at trial", "\(best.trial)"])
      text += "\n" + table.render() + "\n"
    } else {
      text += "\nNo trial was completed.\n\n"
    }
    let trials = document.trials
    var sentence = "\(document.budget.trialsUsed) trials: \(trials.complete) complete, \(trials.failed) failed"
    if let cost = document.budget.costUsed { sentence += ", cost \(format(cost, significant: 6))" }
    text += sentence + ".\n"
    if !document.constraints.isEmpty {
      text +=
        "\(document.configurations.feasible) of \(document.configurations.count) configurations satisfy "
        + document.constraints.joined(separator: " and ")
        + "; \(trials.infeasibleAvoided) proposals that do not were never tried.\n"
    }
    if document.budget.isExhausted { text += "Every feasible configuration was tried.\n" }
    return text
  }
}

extension AlgorithmName: ExpressibleByArgument {}
