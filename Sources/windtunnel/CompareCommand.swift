import ArgumentParser
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
      "Compare laws on the same runs: criteria, cross-validation, and extrapolation from cheap runs to dear ones.",
    discussion: """
      Examples:
        windtunnel compare runs.csv --laws chinchilla,kaplan-nd
        windtunnel compare runs.csv --formula "E + A/N^a + B/D^a" --holdout 0.4
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions

  @Option(help: ArgumentHelp("Laws by name or YAML file, separated by commas.", valueName: "names"))
  var laws = "chinchilla,kaplan-nd"

  @Option(
    parsing: .singleValue, help: ArgumentHelp("A formula to compare as well; may be given again.", valueName: "text"))
  var formula: [String] = []

  @Option(help: ArgumentHelp("The objective to fit by; each law's own unless given.", valueName: "kind"))
  var objective: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of runs, those of most compute, that the extrapolation is scored on.", valueName: "share"))
  var holdout = 0.25

  @Option(parsing: .unconditional, help: ArgumentHelp("Folds of the cross-validation.", valueName: "K"))
  var folds = 10

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if !(holdout > 0 && holdout < 1) { throw ValidationError("--holdout must be between 0 and 1, not \(holdout)") }
    if !(2...1000).contains(folds) { throw ValidationError("--folds must be from 2 to 1000, not \(folds)") }
  }

  func run() throws {
    try output.prepare()
    let loaded = try runs.load()
    var seen: Set<String> = []
    let names = laws.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && seen.insert($0).inserted }
    let chosen =
      try names.map { try LawOptions.law(named: $0, over: loaded.runs) }
      + formula.map { try Law.custom(Formula($0), over: loaded.runs) }
    guard !chosen.isEmpty else { throw UsageError("--laws names no law; 'windtunnel laws' lists them") }
    let objective = try objective.map { Objective(try Objective.Kind(parsing: $0), residual: .log) }
    let comparison = try LawComparison(
      chosen, on: loaded.runs, objective: objective, folds: folds, holdout: holdout, seed: computing.seed,
      threads: computing.threadCount)
    try output.emit(json: try encodedJSON(comparison)) { view(comparison) }
  }

  private func view(_ comparison: LawComparison) -> String {
    let terminal = Terminal.standardOutput
    let least = comparison.laws.map(\.aic).min() ?? 0
    let leastBIC = comparison.laws.map(\.bic).min() ?? 0
    var table = TextTable(
      [
        .init("law"), .init("parameters", .right), .init("ΔAIC", .decimal), .init("ΔBIC", .decimal),
        .init("cross-validation", .decimal), .init("extrapolation", .decimal), .init("bias", .decimal),
      ], terminal: terminal)
    func percent(_ value: Double?) -> String { value.map { "\(format($0 * 100, significant: 3)) %" } ?? "–" }
    func decimal(_ value: Double) -> String { String(format: "%.1f", value) }
    for law in comparison.laws {
      table.add([
        law.law, String(law.parameters), decimal(law.aic - least),
        decimal(law.bic - leastBIC), percent(law.crossValidationError), percent(law.extrapolationError),
        percent(law.extrapolationBias),
      ])
    }
    let factor = comparison.extrapolationFactor.map { ", up to \(format($0, significant: 3)) times the compute" } ?? ""
    let share = format(comparison.holdout * 100, significant: 3)
    let words = [
      "sorted by extrapolation, from the other runs to the \(share) % dearest of \(comparison.runs)\(factor)",
      "errors are means of |log prediction − log observation|; a positive bias foretells too high a loss",
      "cross-validation is \(comparison.folds)-fold; AIC and BIC are of least squares on log residuals",
    ]
    return table.render(width: max(terminal.columns, 100)) + words.map { terminal.styled($0, .dim) + "\n" }.joined()
  }
}
