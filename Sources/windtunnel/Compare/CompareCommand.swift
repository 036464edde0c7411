import ArgumentParser
import Documents
import Fitting
import Formulas
import Foundation
import Report
import ScalingLaws
import Tables

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Compare laws on the same runs: criteria, cross-validation, and predictions of expensive runs from cheap ones.",
    discussion: """
      Examples:
        windtunnel compare runs.csv --laws chinchilla,kaplan-nd
        windtunnel compare runs.csv --formula "E + A/N^a + B/D^a" --holdout 0.4
        windtunnel compare runs.csv --plot back-test.svg
        windtunnel compare curves.csv --law multi-power,bnsl --fold-by schedule
        windtunnel compare runs.csv --laws chinchilla,kaplan-nd --stack stack.json
        windtunnel plan --fit stack.json --budget "1e23 FLOP"
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions
  @OptionGroup(title: "Runs") var schedule: MidScheduleOptions

  @Option(
    name: [.customLong("laws"), .customLong("law")], parsing: .singleValue,
    help: ArgumentHelp(
      "Laws by name or YAML file, separated by commas or repeated; default: chinchilla,kaplan-nd.", valueName: "names"))
  var laws: [String] = []

  @Option(
    parsing: .singleValue, help: ArgumentHelp("A formula to compare as well; may be repeated.", valueName: "text"))
  var formula: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "For multi-power: the steps of a linear warm-up of the learning rate before each curve's first row.",
      valueName: "steps"))
  var warmup = 0.0

  @Option(help: ArgumentHelp("The objective of the fits; default: each law's own.", valueName: "kind"))
  var objective: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of runs, those of most compute, that the extrapolation is scored on.", valueName: "share"))
  var holdout = 0.25

  @Option(parsing: .unconditional, help: ArgumentHelp("Folds of the cross-validation.", valueName: "K"))
  var folds = 10

  @Option(
    help: ArgumentHelp(
      "In the cross-validation, leave out together rows with the same value of this column: run, schedule.",
      valueName: "column"))
  var foldBy: String?

  @Option(
    help: ArgumentHelp(
      "Write the laws' weighted mean, by the back-test's weights, as a fit document for predictions and plans.",
      valueName: "file"))
  var stack: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples of each law in the stack.", valueName: "N"))
  var bootstrap = 1000

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    if !(warmup >= 0 && warmup.isFinite) { throw ValidationError("--warmup must be 0 or more steps, not \(warmup)") }
    if !(holdout > 0 && holdout < 1) { throw ValidationError("--holdout must be between 0 and 1, not \(holdout)") }
    if bootstrap != 0, !(2...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 2 to 1000000, not \(bootstrap)")
    }
    if !(2...1000).contains(folds) { throw ValidationError("--folds must be from 2 to 1000, not \(folds)") }
  }

  func run() throws {
    try output.prepare()
    try plot.prepare()
    if let stack { try checkWritable(stack) }
    var loaded = try runs.load()
    var seen: Set<String> = []
    let listed =
      laws.isEmpty ? ["chinchilla", "kaplan-nd"] : laws.flatMap { $0.split(separator: ",").map(String.init) }
    let names = listed.map { $0.trimmingCharacters(in: .whitespaces) }.filter {
      !$0.isEmpty && seen.insert($0).inserted
    }
    loaded.runs = try loaded.runs.prepared(for: names, warmup: warmup)
    let chosen =
      try names.map { try LawOptions.law(named: $0, over: loaded.runs) }
      + formula.map { try Law.custom(Formula($0), over: loaded.runs) }
    guard !chosen.isEmpty else { throw UsageError("--laws does not name a law; 'windtunnel laws' lists them") }
    let objective = try objective.map { Objective(try Objective.Kind(parsing: $0), residual: .log) }
    try schedule.apply(to: &loaded, for: chosen)
    var comparison = try LawComparison(
      chosen, on: loaded.runs, objective: objective, folds: folds, foldBy: foldBy, holdout: holdout,
      seed: computing.seed,
      threads: computing.threadCount)
    comparison.exclusions = loaded.exclusions.isEmpty ? nil : loaded.exclusions
    comparison.notes = loaded.notes.isEmpty ? nil : loaded.notes
    if let stack { try write(stack, chosen, comparison, loaded, objective) }
    if let path = plot.plot { try comparison.picture.write(to: path) }
    try output.emit(comparison)
  }

  private func write(
    _ path: String, _ laws: [Law], _ comparison: LawComparison, _ loaded: SubsetOptions.Loaded, _ objective: Objective?
  ) throws {
    let weights = Dictionary(
      comparison.laws.map { ($0.law, $0.stackingWeight ?? 0) }, uniquingKeysWith: { first, _ in first })
    guard weights.values.contains(where: { $0 > 0 }) else {
      throw TableError(
        .badData, file: loaded.runs.table.name,
        message: "these runs cannot be divided by compute for a back-test, so the laws cannot be weighted")
    }
    var settings = FitProtocol(threads: computing.threadCount)
    settings.objective = objective
    settings.resamples = bootstrap
    settings.seed = computing.seed
    let fits = try laws.map { law in
      (fit: try LawFit(law, to: loaded.runs, settings), weight: weights[LawComparison.name(of: law)] ?? 0)
    }
    let document = try FitDocument(stacking: fits, exclusions: loaded.exclusions, notes: loaded.notes)
    try DocumentFile.write(document.json(), to: path)
  }
}
