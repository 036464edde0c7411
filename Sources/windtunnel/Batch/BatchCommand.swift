import ArgumentParser
import Foundation
import Report
import ScalingLaws
import Tables

struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "The critical batch size, from steps to a target loss or from gradient norms.",
    discussion: """
      A table of steps has one row for each run: its batch size (batch_sequences or batch_tokens), its steps to the \
      target loss, and columns that identify the model (model, params). A log of gradient norms has one row for each \
      step: the squared norm of the gradient over a small and a large batch (small_squared_norm, large_squared_norm) \
      and the sizes of those (small_batch, large_batch). The columns decide which of the two it is.

      There are several definitions of the critical batch size, and each is named: E_min/S_min, where steps and \
      examples are both twice their minimum; overhead, where steps are 1.2 times those of ideal scaling from a base \
      batch; and the simple noise scale.

      JSON, windtunnel.batch/1: groups (critical: definition, batch with value, standard_error and interval, tokens; \
      min_steps, min_examples or gradient; frontier), left, scaling (over, laws by definition) and diagnostics.

      Examples:
        windtunnel batch steps.csv
        windtunnel batch steps.csv --overhead 0.1 --base-batch 512 --plot batch.svg
        windtunnel batch steps.csv --group model --over tokens --format json
        windtunnel batch norms.csv --small-batch 32 --large-batch 1024
        windtunnel batch norms.csv --from gradients --where "step > 1000"
      """)

  enum Source: String, ExpressibleByArgument, CaseIterable {
    case steps, gradients
  }

  @OptionGroup(title: "Runs") var runs: RunOptions

  @Option(help: "The contents of the table, steps or gradients; default: decided by its columns.")
  var from: Source?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A column that distinguishes models or target losses; may be repeated; default: found by name.",
      valueName: "column"))
  var group: [String] = []

  @Option(
    help: ArgumentHelp(
      "The size of groups that the critical batch is a power law of; default: params or tokens.",
      valueName: "column"))
  var over: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The relative excess of steps over ideal scaling; default: 0.2.", valueName: "share"))
  var overhead: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The batch where ideal scaling begins, in the unit of the table; default: 256 sequences or 131072 tokens.",
      valueName: "batch"))
  var baseBatch: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens in a sequence, if there is no column seq_len.", valueName: "tokens"))
  var seqLen: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The small batch of all gradient norms, if no column has it.", valueName: "batch"))
  var smallBatch: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The large batch of all gradient norms, if no column has it.", valueName: "batch"))
  var largeBatch: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples; 0 for none.", valueName: "N"))
  var bootstrap = 1000

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    let numbers = [
      ("--overhead", overhead),
      ("--base-batch", baseBatch), ("--seq-len", seqLen), ("--small-batch", smallBatch), ("--large-batch", largeBatch),
    ]
    for (name, value) in numbers {
      if let value, !(value > 0 && value.isFinite) {
        throw ValidationError("\(name) must be a number above 0, not \(value)")
      }
    }
    if bootstrap != 0, !(20...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 20 to 1000000, not \(bootstrap)")
    }
    try checkInterval(interval)
  }

  func run() throws {
    try output.prepare()
    try plot.prepare()
    let loaded = try runs.load()
    let document = try document(of: loaded)
    if let path = plot.plot { try BatchFigure(document).grid.write(to: path) }
    try output.emit(document)
  }

  private func document(of loaded: SubsetOptions.Loaded) throws -> BatchDocument {
    let source = try source(loaded.runs)
    var loaded = loaded
    if runs.dropInvalid, source == .steps {
      try loaded.dropInvalid(for: [try BatchDocument.batchRole(of: loaded.runs), .steps])
    }
    let idle =
      source == .steps
      ? [("--small-batch", smallBatch != nil), ("--large-batch", largeBatch != nil)]
      : [("--overhead", overhead != nil), ("--base-batch", baseBatch != nil)]
    if let first = idle.first(where: \.1) {
      throw UsageError(
        "\(first.0) has no effect here: the table is read as "
          + "\(source == .steps ? "steps to a target loss" : "gradient norms"), as with --from \(source.rawValue)")
    }
    var options = BatchOptions(threads: computing.threadCount)
    options.overhead = overhead ?? options.overhead
    options.baseBatch = baseBatch
    options.groups = group
    options.over = over
    options.sequenceLength = seqLen
    options.smallBatch = smallBatch
    options.largeBatch = largeBatch
    options.resamples = bootstrap
    options.level = interval
    options.seed = computing.seed
    let record = FitDocument.Runs(loaded.runs, exclusions: loaded.exclusions, notes: loaded.notes)
    switch source {
    case .steps: return try BatchDocument(stepsToTarget: loaded.runs, options, record: record)
    case .gradients: return try BatchDocument(gradientNorms: loaded.runs, options, record: record)
    }
  }

  /// The kind of table, by its columns.
  private func source(_ runs: RunTable) throws -> Source {
    if let from { return from }
    if GradientLog.isLikely(runs) { return .gradients }
    for role in [Role.batchSequences, .batchTokens, .steps] where try runs.column(for: role) != nil { return .steps }
    let names = runs.table.columns.map { "'\($0.name)'" }.joined(separator: ", ")
    throw TableError(
      .badData, file: runs.table.name,
      message: "this is neither a table of steps, with columns 'batch_sequences' (or 'batch_tokens') and "
        + "'steps_to_target', nor a log of gradient norms, with 'small_squared_norm' and 'large_squared_norm'; its "
        + "columns are \(names); rename them with --rename, and choose with --from steps or --from gradients")
  }
}
