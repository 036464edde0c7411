import ArgumentParser
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a scaling law to a table of runs, with its uncertainty.",
    discussion: """
      Columns are recognized by name and alias: params (N), tokens (D), flops (C), loss (L) and more; every other \
      column can be named in --where and --formula.

      Examples:
        windtunnel fit runs.csv
        windtunnel fit runs.csv --drop-highest-loss 5 --output fit.json
        windtunnel fit runs.csv --objective l2 --residual linear --bootstrap 4000
        windtunnel fit runs.csv --where "loss < 5 && tokens > 1B" --plot fit.svg
        windtunnel fit runs.csv --formula "E + A/N^a + B/D^a" --parameter "a=0..2"
        windtunnel fit runs.csv --law my-law.yaml --rename val_ce=loss --derive
        windtunnel fit mixtures.csv --law data-mixing --target loss_github
        windtunnel fit curves.csv --law multi-power --warmup 2000
        windtunnel fit tuned.csv --law rectified --by task,model
        windtunnel fit isoflops.csv --approach 2
        windtunnel fit curves.csv --approach 1
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions
  @OptionGroup(title: "Runs") var schedule: MidScheduleOptions
  @OptionGroup(title: "Law") var law: LawOptions

  @Option(
    help: ArgumentHelp(
      "Fit each group of runs with the same values of these columns separately: task,model.", valueName: "columns"))
  var by: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Hoffmann's approach: 1 the envelope of training curves, 2 isoFLOP parabolas, 3 a parametric fit.",
      valueName: "1|2|3"))
  var approach = 3

  @Option(
    help: ArgumentHelp(
      """
      The objective to minimize, summed over runs: huber:DELTA, l2, l1, cauchy:SCALE, soft-l1:SCALE, \
      asymmetric-mae:WEIGHT or huber-likelihood; default: the law's own (huber:1e-3 for most).
      """, valueName: "kind"))
  var objective: String?

  @Option(
    help: ArgumentHelp(
      "Residuals of the logarithm of the loss (log) or of the loss itself (linear); default: the law's own (log).",
      valueName: "log|linear"))
  var residual: String?

  @Option(
    help: ArgumentHelp(
      "A column of weights: how often each run counts in the objective; default: 1 each.", valueName: "column")
  )
  var weights: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The starts of the searches: grid (published), global (32, or up to 128 until no further optimum is likely), or "
        + "a number; default: global, or fewer with --by.",
      valueName: "starts"))
  var starts: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples; 0 for none.", valueName: "N"))
  var bootstrap = 1000

  @Option(
    help: ArgumentHelp(
      "The units that are resampled: cases, residuals, or group:COLUMN; default: cases.", valueName: "what"))
  var resample: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @Option(
    help: ArgumentHelp(
      "The kind of interval from the bootstrap: percentile or bca; default: percentile.", valueName: "method"))
  var intervalMethod: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Refit under other choices and profile each parameter; on by default, off with --by.")
  var sensitivity: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The budget at which the fits are compared: \"1e23 FLOP\"; default: ten times the largest run's compute.",
      valueName: "budget"))
  var targetBudget: String?

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    if !(1...3).contains(approach) { throw ValidationError("--approach must be 1, 2 or 3, not \(approach)") }
    if bootstrap != 0, !(2...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 2 to 1000000, not \(bootstrap)")
    }
    try checkInterval(interval)
    if by != nil, plot.plot != nil { throw ValidationError("--plot draws one fit, but --by makes many; leave one out") }
    guard approach != 3 else { return }
    let idle = [
      ("--law", law.law != nil), ("--formula", law.formula != nil), ("--objective", objective != nil),
      ("--residual", residual != nil), ("--weights", weights != nil), ("--fix", !law.fix.isEmpty),
      ("--target-budget", targetBudget != nil),
      ("--starts", starts != nil),
      ("--resample", resample != nil), ("--interval-method", intervalMethod != nil),
      ("--sensitivity", sensitivity == true), ("--by", by != nil),
    ].filter(\.1).map(\.0)
    if !idle.isEmpty {
      throw ValidationError(
        "--approach \(approach) fits no formula, so these options have no effect: \(idle.joined(separator: ", "))"
      )
    }
  }

  func run() throws {
    try output.prepare()
    try plot.prepare()
    var loaded = try runs.load()
    guard approach == 3 else {
      // The envelope uses whole curves; parabolas use the runs' ends.
      if approach == 2 { try schedule.apply(to: &loaded, for: []) }
      return try runProfiles(loaded)
    }
    loaded.runs = try law.prepared(loaded.runs)
    let law = try law.law(over: loaded.runs)
    try schedule.apply(to: &loaded, for: [law])
    let settings = try settings(law)
    if let by { return try runGroups(loaded, law, by: try columnNames(by), settings) }
    let bar = ProgressBar("bootstrap", total: settings.resamples)
    let fit = try LawFit(law, to: loaded.runs, settings) { bar.advance(by: $0) }
    bar.finish()
    let isThorough = sensitivity ?? true
    let target = try targetBudget.map { try parseFLOPs($0) }
    let (rows, identifiability) = isThorough ? fit.examine(target: target) : ([], nil)
    var document = FitDocument(
      fit, sensitivity: rows, identifiability: identifiability, exclusions: loaded.exclusions, notes: loaded.notes)
    document.diagnostics += fit.sensitivityDiagnostics(rows)
    document.sensitivityBudget = rows.contains { $0.optimalSize != nil } ? target ?? fit.usualTarget : nil
    if let path = plot.plot { try figure(document).grid.write(to: path) }
    try output.emit(document)
  }

  private func figure(_ document: FitDocument) throws -> FitFigure {
    guard let figure = FitFigure(document) else {
      throw UsageError("the runs have values that are not finite and cannot be drawn; leave out --plot")
    }
    return figure
  }

  private func settings(_ law: Law) throws -> FitProtocol {
    var settings = FitProtocol(threads: computing.threadCount)
    var chosen = law.objective
    if let objective { chosen.kind = try Objective.Kind(parsing: objective) }
    if let residual {
      guard let kind = Objective.Residual(rawValue: residual) else {
        throw UsageError("--residual must be log or linear, not '\(residual)'")
      }
      chosen.residual = kind
    }
    if let intervalMethod {
      guard let method = FitProtocol.IntervalMethod(rawValue: intervalMethod) else {
        throw UsageError("--interval-method must be percentile or bca, not '\(intervalMethod)'")
      }
      settings.intervalMethod = method
    }
    settings.objective = chosen
    settings.weights = weights
    if let starts { settings.starts = try Starts(parsing: starts) }
    settings.resamples = bootstrap
    settings.level = interval
    settings.seed = computing.seed
    switch resample {
    case nil, "cases": settings.resampling = .cases
    case "residuals": settings.resampling = .residuals
    case let text? where text.hasPrefix("group:"): settings.resampling = .groups(column: String(text.dropFirst(6)))
    case let text?: throw UsageError("--resample must be cases, residuals or group:COLUMN, not '\(text)'")
    }
    return settings
  }
}
