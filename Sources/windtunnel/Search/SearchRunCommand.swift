import ArgumentParser
import Foundation
import Search
import Studies
import Workflows

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
    guard read.table == nil || !running.areGiven else {
      throw UsageError("a table is searched at once; --resume, --workers and --directory are for commands")
    }
    var budget = read.budget
    budget.trials = experiment.trials ?? budget.trials
    let session = try SearchSession(
      read,
      .init(
        algorithm: algorithm, seed: seed, budget: budget, workers: running.workers, directory: running.directory,
        resume: running.resume))
    let document = try await document(of: session)
    try output.emit(document)
  }

  private func document(of session: SearchSession) async throws -> StudyDocument {
    let progress = SearchProgress(session.experiment, session.budget)
    @Sendable func document(_ event: SearchEvent) -> StudyDocument? {
      switch event {
      case .earlierTrials(let trials): note(trials.summary)
      case .trialEnded(let ended): progress.tell(ended)
      case .engineTrouble(let trouble): note(trouble: trouble)
      case .finished(let outcome): return outcome.document
      }
      return nil
    }
    guard session.experiment.table == nil else {
      // Nothing of it is kept, so there is nothing to wind down.
      for try await event in session.events() { if let found = document(event) { return found } }
      throw CancellationError()
    }
    do {
      return try await reading(
        session.events(), stopping: "stopping; once more to kill at once", atOnce: session.killTrials, document)
    } catch is CancellationError {
      throw UsageError.interrupted("the search was interrupted; go on with --resume")
    }
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
