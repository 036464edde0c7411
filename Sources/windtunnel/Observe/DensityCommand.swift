import ArgumentParser
import Documents
import Foundation
import Report
import ScalingLaws
import Tables

struct DensityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "density",
    abstract: "Compute the density of models: the size of a reference model with the same score, over their own.",
    discussion: """
      The reference is a fit of size and tokens, and with --then further laws. With dates the trend of the \
      densest models is fitted (Xiao et al. 2024).

      Examples:
        windtunnel density models.csv --fit bits.json --then accuracy.json
        windtunnel density models.csv --fit bits.json --score task_bpb
        windtunnel density models.csv --fit loss.json --tokens 2T --date released
      """)

  @OptionGroup(title: "Models") var runs: RunOptions
  @OptionGroup(title: "Reference") var source: SourceOptions

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A fit that predicts from the reference's loss, such as accuracy; may be repeated.", valueName: "file"))
  var then: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("The training tokens of reference models.", valueName: "count"))
  var tokens = "1T"

  @Option(
    help: ArgumentHelp("The column of scores; default: the target of the reference.", valueName: "column"))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "The column of release dates (2024-03-31) or days; default: 'date' if the table has it.", valueName: "column"))
  var date: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples of the models.", valueName: "N"))
  var bootstrap = 1000

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    try checkInterval(interval)
    if !(0...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be from 0 to 1000000, not \(bootstrap)")
    }
  }

  func run() throws {
    try output.prepare()
    var request = DensityDocument.Request()
    request.tokens = try parseCount(tokens, of: .tokens)
    let sources = try [source.source()] + then.map(SourceOptions.document)
    let chain = try FittedChain(sources.map(\.fitted))
    let loaded = try runs.load()
    request.score = score
    request.date = date ?? (loaded.runs.table.column("date") == nil ? nil : "date")
    request.resamples = bootstrap
    request.level = interval
    request.seed = computing.seed
    let record = FitDocument.Runs(loaded.runs, exclusions: loaded.exclusions, notes: loaded.notes)
    var document = try DensityDocument(loaded.runs, reference: chain, request, runs: record)
    document.warnings = sources.flatMap(\.caveats) + document.warnings
    try output.emit(document)
  }
}
