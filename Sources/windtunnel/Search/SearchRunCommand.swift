import ArgumentParser
import Foundation
import Launch
import RunStore
import Search
import Studies

struct SearchRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Search an experiment's space within its budget, and print the best configuration.",
    discussion: """
      Configurations that break a constraint are never tried, and none is tried twice. Where the objective is a command, \
      every trial is on the disk before the next begins; a search that was interrupted continues with --resume.

      Examples:
        windtunnel search run Experiments/search-pilot.yaml
        windtunnel search run Experiments/search-pilot.yaml --seed 3 --format json
        windtunnel search run Experiments/search-trainer.yaml --workers 2
        windtunnel search run Experiments/search-trainer.yaml --resume --trials 60
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(
    help: ArgumentHelp(
      "The algorithm; the experiment's own, or auto, unless given. (values: \(AlgorithmOption.names))",
      valueName: "name"),
    completion: .list(AlgorithmRegistry.builtIn.names), transform: AlgorithmOption.entry)
  var algorithm: AlgorithmEntry?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of everything random; the experiment's own, or 0, unless given.", valueName: "number"))
  var seed: UInt64?

  @OptionGroup(title: "Running a command") var running: RunningOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    try output.prepare()
    let read = try Experiment(path: experiment.experiment)
    let algorithm = algorithm ?? read.algorithm
    let seed = seed ?? read.seed
    var budget = read.budget
    budget.trials = experiment.trials ?? budget.trials
    let chosen = try read.searchAlgorithm(algorithm)
    let earlier = running.resume ? [] : try read.earlierTrials()
    for trials in earlier { note(trials.summary) }
    let document: StudyDocument
    switch read.source {
    case .table(let table):
      guard !running.areGiven else {
        throw UsageError("a search of a table runs nothing; --resume, --workers and --directory are for commands")
      }
      let search = try TableSearch(
        table, chosen, start: read.start, earlier: earlier.flatMap(\.trials), budget: budget, seed: seed)
      document = StudyDocument(
        search.study, of: read, algorithm: algorithm, seed: seed, budget: budget, spent: search.spent,
        isExhausted: search.isExhausted)
    case .command(let command):
      let study = Study(
        read.space, chosen, seed: seed, fidelity: read.fidelity, start: read.start, isFeasible: read.isFeasible)
      document = try await CommandSearch(
        experiment.experiment, read, command, algorithm, seed: seed, budget: budget, running
      ).run(study, beginningWith: earlier.flatMap(\.trials))
    }
    try output.emit(json: try encodedJSON(document)) { StudyView(document).text }
  }
}

/// The options of running a command's trials.
struct RunningOptions: ParsableArguments {
  @Flag(help: "Continue the study in the directory.")
  var resume = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The number of trials that run at once; the experiment's own, or 1, unless given.", valueName: "N"))
  var workers: Int?

  @Option(
    help: ArgumentHelp("The directory of trials and their log; runs/NAME unless given.", valueName: "directory"))
  var directory: String?

  var areGiven: Bool { resume || workers != nil || directory != nil }

  func validate() throws {
    if let workers, !(1...10_000).contains(workers) {
      throw ValidationError("--workers must be from 1 to 10000, not \(workers)")
    }
  }
}

extension EarlierTrials {
  /// The numbers of usable and unusable rows.
  fileprivate var summary: String {
    var text = "earlier trials: \(trials.count) from \(name)"
    if outsideCount > 0 { text += "; \(outsideCount) are outside the space" }
    if unfinishedCount > 0 { text += "; \(unfinishedCount) have no result of a full training" }
    return text
  }
}

/// The values of `--algorithm`.
enum AlgorithmOption {
  /// One line per algorithm, with its summary.
  static let list = AlgorithmRegistry.builtIn.entries.map { entry in
    "  " + entry.name.padding(toLength: 24, withPad: " ", startingAt: 0) + entry.summary
  }.joined(separator: "\n")

  static let names = AlgorithmRegistry.builtIn.names.joined(separator: ", ")

  static func entry(_ name: String) throws -> AlgorithmEntry { try AlgorithmRegistry.builtIn.named(name) }
}
