import ArgumentParser
import Foundation
import Tables
import TrainingCost

/// A table of measured training steps, with defaults for missing values.
struct MeasuredOptions: ParsableArguments {
  @Argument(help: "A table with one row for each measured layout: CSV with a header, or JSON lines.")
  var steps: String

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp(
      "Keep only rows for which this is true: \"gpu == 'A100-80GB-SXM' && pp == 1\".", valueName: "expression"))
  var filters: [String] = []

  @Option(help: "The assignment of layers to stages: even, or balanced with the output projection.")
  var stageSplit: Layout.StageSplit = .even

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The ZeRO stage of rows that do not state it: 0, 1, 2 or 3.", valueName: "stage"))
  var zero = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bytes of a gradient as it is summed over replicas.", valueName: "bytes"))
  var gradientBytes = 4.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes of a logit in the loss: 10 with a copy in 32 bits, 4 if the loss is one fused kernel.",
      valueName: "bytes"))
  var logitBytes = 10.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The bandwidth of one accelerator between nodes, \"25 GB/s\"; default: the usual one.",
      valueName: "rate"))
  var network: String?

  @OptionGroup var hardware: HardwareFileOption

  struct Loaded {
    var table: Table
    var steps: [MeasuredStep]
    var notes: [String]
  }

  func load() throws -> Loaded {
    var runs = try RunTable(Table.read(steps))
    for filter in filters { runs = try runs.filtered(where: filter).table }
    var defaults = MeasuredDefaults()
    defaults.stageSplit = stageSplit
    defaults.sharding = try .stated(zero)
    defaults.gradientBytes = gradientBytes
    defaults.logitBytes = logitBytes
    defaults.networkBytesPerSecond = try network.map { try parseByteRate($0) }
    let (found, skipped) = try MeasuredStep.read(runs.table, hardware: hardware.catalog(), defaults: defaults)
    var notes: [String] = []
    if let first = skipped.first {
      notes.append(
        "\(skipped.count) of \(runs.rowCount) rows cannot be used: line \(first.line): \(first.reason)"
          + (skipped.count > 1 ? ", …" : ""))
    }
    guard !found.isEmpty else {
      throw TableError(.badData, file: steps, message: notes.first ?? "no row can be used")
    }
    return Loaded(table: runs.table, steps: found, notes: notes)
  }
}

extension Layout.StageSplit: ExpressibleByArgument {}
