import ArgumentParser
import Fitting
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

struct MixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mix",
    abstract: "Find the training mixture of lowest loss from small runs of different mixtures.",
    discussion: """
      The table has a column of proportions for each domain, named mix_…, which sum to 1, and columns of losses, named \
      loss_…; each loss is fitted by a data-mixing law (Ye et al. 2024), and their weighted mean is minimized.

      Examples:
        windtunnel mix mixtures.csv
        windtunnel mix mixtures.csv --losses loss_pile_cc --within-tried
        windtunnel mix mixtures.csv --weight loss_github=3 --max mix_github=0.2
        windtunnel mix mixtures.csv --validate held-out.csv --format json
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions

  @Option(help: ArgumentHelp("The losses to minimize; default: all columns loss_….", valueName: "column,…"))
  var losses: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("The weight of a loss in the mean; default: 1.", valueName: "column=weight"))
  var weight: [String] = []

  @Option(
    name: .customLong("min"), parsing: .singleValue,
    help: ArgumentHelp("The smallest proportion of a domain: --min mix_wiki=0.05.", valueName: "column=share"))
  var least: [String] = []

  @Option(
    name: .customLong("max"), parsing: .singleValue,
    help: ArgumentHelp("The largest proportion of a domain.", valueName: "column=share"))
  var most: [String] = []

  @Flag(help: "Consider only blends of the tried mixtures.")
  var withinTried = false

  @Option(
    name: .customLong("validate"),
    help: ArgumentHelp("A table of other mixtures, on which the predictions are scored.", valueName: "file"))
  var heldOut: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples; 0 for none.", valueName: "N"))
  var bootstrap = 200

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if bootstrap != 0, !(2...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 2 to 1000000, not \(bootstrap)")
    }
    try checkInterval(interval)
  }

  func run() throws {
    try output.prepare()
    let loaded = try runs.load()
    var settings = FitProtocol(threads: computing.threadCount)
    settings.resamples = bootstrap
    settings.level = interval
    settings.seed = computing.seed
    let names = losses.map { list in list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    let count = names?.count ?? MixtureFit.losses(of: loaded.runs).count
    let bar = ProgressBar("bootstrap", total: bootstrap * count)
    let fit = try MixtureFit(loaded.runs, losses: names, settings) { bar.advance(by: $0) }
    bar.finish()
    var constraints = DataMixtureConstraints()
    constraints.weights = try assignments(weight, of: "--weight")
    constraints.least = try assignments(least, of: "--min")
    constraints.most = try assignments(most, of: "--max")
    constraints.withinTried = withinTried
    let plan = try planDataMixture(fit, constraints: constraints, level: interval)
    let validation = try heldOut.map { path in
      let table = try RunTable(try Table.read(path))
      _ = try table.mixtureColumns()
      return MixtureDocument.Validation(
        file: path, runs: table.rowCount, losses: try fit.accuracies(on: table).map(MixtureDocument.Accuracy.init))
    }
    var document = MixtureDocument(plan, fit, accuracies: try fit.accuracies(on: fit.runs))
    document.validation = validation
    document.seed = computing.seed
    document.level = interval
    document.notes = loaded.notes
    try output.emit(document)
  }

  private func assignments(_ texts: [String], of option: String) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
        throw UsageError("\(option) must be column=number, as in \(option) mix_github=0.1, not '\(text)'")
      }
      guard values.updateValue(value, forKey: parts[0]) == nil else {
        throw UsageError("\(option) is given twice for '\(parts[0])'; keep one of them")
      }
    }
    return values
  }
}
