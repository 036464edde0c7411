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
    if let path = plot.plot { try picture(comparison).write(to: path) }
    try output.emit(comparison) { view(comparison) }
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

  /// The error of each law against the extrapolation factor of its prediction.
  private func picture(_ comparison: LawComparison) -> Plot {
    let lines = comparison.laws.enumerated().compactMap { index, law -> Plot.Layer? in
      guard let points = law.backTest?.byFactor, points.count > 1 else { return nil }
      return .line(
        .init(
          x: points.map(\.factor), y: points.map { $0.error * 100 }, ink: .index(index), width: 2, label: law.law))
    }
    return Plot(
      title: "Error over extrapolation", subtitle: "fitted below a compute, scored on the runs above it",
      x: .init("\(comparison.dearBy.noun) of the run over the most that was fitted", .log10),
      y: .init("mean error of the loss (%)"),
      layers: lines)
  }

  private func view(_ comparison: LawComparison) -> String {
    let terminal = Terminal.standardOutput
    let least = comparison.laws.map(\.aic).min() ?? 0
    let leastBIC = comparison.laws.map(\.bic).min() ?? 0
    var table = TextTable(
      [
        .init("law"), .init("parameters", .right), .init("ΔAIC", .decimal), .init("ΔBIC", .decimal),
        .init("cross-validation", .decimal), .init("extrapolation", .decimal), .init("bias", .decimal),
        .init("back-test", .decimal), .init("weight", .decimal),
      ], terminal: terminal)
    func percent(_ value: Double?) -> String { value.map { NumberText.percent($0) } ?? "–" }
    func decimal(_ value: Double) -> String { NumberText.fixed(value, 1) }
    for law in comparison.laws {
      table.add([
        law.law, String(law.parameters), decimal(law.aic - least),
        decimal(law.bic - leastBIC), percent(law.crossValidationError), percent(law.extrapolationError),
        percent(law.extrapolationBias), percent(law.backTestError),
        law.stackingWeight.map { NumberText.fixed($0, 2) } ?? "–",
      ])
    }
    let factor =
      comparison.extrapolationFactor.map { ", up to \(NumberText.rounded($0)) times the \(comparison.dearBy.noun)" }
      ?? ""
    let share = NumberText.rounded(comparison.holdout * 100)
    let cuts = comparison.laws.lazy.compactMap { $0.backTest?.cuts }.first ?? []
    let farthest = cuts.flatMap(\.misses).map(\.factor).max() ?? 1
    let left = (comparison.exclusions ?? []).map { "\($0.lines.count) left out: \($0.reason)" }
    let words =
      left + (comparison.notes ?? []) + [
        cuts.isEmpty
          ? "the runs cannot be divided by \(comparison.dearBy.noun) for a back-test"
          : "sorted by the back-test: fitted below each of \(cuts.count) "
            + "\(comparison.dearBy == .flops ? "computes" : "steps") "
            + "and scored on all runs above, up to \(NumberText.rounded(farthest)) times the "
            + "\(comparison.dearBy.noun); the weights form the stack that predicts best"
            + (comparison.stackError.map { " (\(percent($0)) on the same cutoffs)" } ?? ""),
        "extrapolation is from the other runs to the most expensive \(share) % of \(comparison.runs)\(factor)",
        "errors are means of |log prediction − log observation|; a positive bias means that the predicted loss is too "
          + "high",
        "cross-validation is \(comparison.folds)-fold\(comparison.foldedBy.map { " by \($0)" } ?? ""); AIC and BIC use "
          + "least squares on log residuals",
      ]
    let flattery =
      comparison.dearBy == .steps && comparison.foldedBy == nil
      ? [
        "the points of a curve are close together: cross-validation among them favors every law; --fold-by leaves out "
          + "whole curves"
      ] : []
    let drawn = picture(comparison)
    let plot =
      drawn.layers.isEmpty
      ? "" : drawn.terminal(width: min(terminal.columns, 76), height: 12, color: terminal.usesColor) + "\n"
    return table.render(width: max(terminal.columns, 110)) + plot
      + (words + flattery).map { terminal.styled($0, .dim) + "\n" }.joined()
  }
}
