import ArgumentParser
import Foundation
import Report
import ScalingLaws
import Tables

struct ObserveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe",
    abstract:
      "Find the few capabilities behind public models' benchmark scores, their growth with compute, and predict a "
      + "task.",
    discussion: """
      The table has one row for each model: scores between 0 and 1 on two or more benchmarks, its family, and its \
      training compute in flops. Missing scores are filled in (Ruan, Maddison and Hashimoto 2024).

      Examples:
        windtunnel observe models.csv
        windtunnel observe models.csv --benchmarks MMLU,ARC-C,HellaSwag
        windtunnel observe models.csv --task GSM8K --cutoff "8.4e22 FLOP"
        windtunnel observe models.csv --where "family != 'Phi'" --format json
        windtunnel observe models.csv --rename series=family --derive
      """)

  @OptionGroup(title: "Models") var runs: RunOptions

  @Option(
    help: ArgumentHelp(
      "The columns of scores; default: all columns of shares without another meaning.", valueName: "column,…"))
  var benchmarks: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The number of components that count as capabilities; default: 3, or the number of benchmarks if less.",
      valueName: "K")
  )
  var components: Int?

  @Option(help: ArgumentHelp("A column of scores to predict from the others.", valueName: "column"))
  var task: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --task: fit models up to this compute, and predict those above: \"8.4e22 FLOP\".", valueName: "compute"))
  var cutoff: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples of the models; 0 for none.", valueName: "N"))
  var bootstrap = 200

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if let components, components < 1 { throw ValidationError("--components must be 1 or more, not \(components)") }
    if bootstrap != 0, !(2...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 2 to 1000000, not \(bootstrap)")
    }
    try checkInterval(interval)
    if (task == nil) != (cutoff == nil) {
      throw ValidationError("--task and --cutoff must be given together: --task GSM8K --cutoff \"8.4e22 FLOP\"")
    }
  }

  func run() throws {
    try output.prepare()
    let request = try cutoff.map { try parseFLOPs($0) }
    var loaded = try runs.load()
    let scores = try scores(loaded.runs)
    // Fails with the remedy if the table has no compute for the cutoff.
    if task != nil { _ = try loaded.runs.values(for: .flops) }
    if !scores.droppedLines.isEmpty {
      loaded.exclusions.append(.init(reason: "no score on any benchmark", lines: scores.droppedLines))
    }
    var settings = Observation.Settings()
    settings.components =
      components ?? min(settings.components, scores.benchmarks.count { $0 != task })
    settings.resamples = bootstrap
    settings.level = interval
    settings.seed = computing.seed
    settings.threads = computing.threadCount
    let bar = ProgressBar("bootstrap", total: bootstrap)
    let observation = try Observation(scores, task: task.flatMap { name in request.map { (name, $0) } }, settings) {
      bar.advance(by: $0)
    }
    bar.finish()
    let record = FitDocument.Runs(loaded.runs, exclusions: loaded.exclusions, notes: loaded.notes)
    var document = ObservationDocument(observation, runs: record)
    document.capabilities = settings.components
    try output.emit(document)
  }

  /// The scores of the benchmarks and of the task.
  private func scores(_ table: RunTable) throws -> ModelScores {
    let names = try benchmarks.map { try columnNames($0, of: "--benchmarks") }
    guard let task else { return try ModelScores(table, benchmarks: names) }
    let known = try names ?? ModelScores(table).benchmarks
    return try ModelScores(table, benchmarks: known.contains(task) ? known : known + [task])
  }
}
