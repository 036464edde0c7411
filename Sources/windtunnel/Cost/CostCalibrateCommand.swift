import ArgumentParser
import Documents
import Fitting
import Foundation
import Report
import Tables
import TrainingCost

struct CostCalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit the cost model's constants to a few measured steps, with intervals.",
    discussion: """
      A row needs gpu, n_gpus, seq, global_batch (in sequences), micro_batch, tp, pp, dp, zero_stage, recompute, the model \
      (a known one, or layers, hidden, heads, vocab, ffn_hidden, kv_heads) and step_time_s or tokens_per_s_per_gpu; \
      constants of memory follow from mem_gib. Rows may also have attention, fsdp, stage_split, network_gb_s, gradient_bytes \
      and logit_bytes.

      Examples:
        windtunnel cost calibrate steps.csv --output calibration.json
        windtunnel cost calibrate steps.csv --sample 60 --seed 1 -o c.json
        windtunnel cost calibrate steps.csv --where "n_gpus == 8" --format json
      """)

  @OptionGroup(title: "Steps") var measured: MeasuredOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Fit to this many rows, drawn at random, and leave the rest for a check.", valueName: "rows"))
  var sample: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Leave out rows with a lower model FLOPs utilization: 0.2.", valueName: "share"))
  var minMfu: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("The seed of the sample.", valueName: "number"))
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    try checkInterval(interval)
    if let sample, sample < 1 { throw ValidationError("--sample must be at least 1, not \(sample)") }
  }

  func run() throws {
    try output.prepare()
    let loaded = try measured.load()
    for sentence in loaded.notes { note("note: \(sentence)") }
    var steps = loaded.steps.filter { $0.seconds != nil || $0.memoryBytes != nil }
    if let minMfu { steps = steps.filter { $0.seconds == nil || ($0.utilization ?? 0) >= minMfu } }
    guard let first = steps.first, steps.contains(where: { $0.seconds != nil }) else {
      throw TableError(.badData, file: measured.steps, message: "no row with a time is left to calibrate with")
    }
    if let other = steps.first(where: { $0.cluster.accelerator != first.cluster.accelerator }) {
      throw UsageError(
        "the rows are of \(first.cluster.accelerator.name) and \(other.cluster.accelerator.name); "
          + "keep one of them with --where \"gpu == '…'\"")
    }
    if let sample, sample < steps.count {
      let random = Random(seed: seed)
      // A partial Fisher–Yates shuffle, put back into the order of the file.
      var order = Array(steps.indices)
      for index in 0..<sample { order.swapAt(index, index + random.integer(below: order.count - index)) }
      steps = order.prefix(sample).sorted().map { steps[$0] }
    }
    let calibration = try CostCalibration(fitting: steps)
    let document = CalibrationDocument(
      calibration, accelerator: first.cluster.accelerator.name, file: measured.steps,
      fingerprint: loaded.table.fingerprint, level: interval,
      check: try CostCheck(steps, efficiency: calibration.efficiency))
    try output.emit(document)
  }
}
