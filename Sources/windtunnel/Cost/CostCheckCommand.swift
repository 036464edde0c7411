import ArgumentParser
import Documents
import Report
import ScalingLaws
import Tables
import TrainingCost

struct CostCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Predict measured steps, and compare the times and the ranking of layouts.",
    discussion: """
      Rows that the calibration was fitted to are left out.

      Examples:
        windtunnel cost check steps.csv
        windtunnel cost check steps.csv --calibration calibration.json
        windtunnel cost check steps.csv --min-mfu 0.2 --format json
      """)

  @OptionGroup(title: "Steps") var measured: MeasuredOptions
  @OptionGroup(title: "Model") var calibrated: CalibrationOption

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Leave out rows with a lower model FLOPs utilization: 0.2.", valueName: "share"))
  var minMfu: Double?

  @Flag(help: "Also print every row.")
  var rows = false

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    try output.prepare()
    let loaded = try measured.load()
    for sentence in loaded.notes { note("note: \(sentence)") }
    let calibration = try calibrated.document()
    let known = Set(calibration?.rows ?? [])
    let isSameFile = calibration?.fingerprint == loaded.table.fingerprint
    var steps = loaded.steps.filter { !isSameFile || !known.contains($0.id) }
    // Rows that did not run have no utilization; they are kept for the prediction of their memory.
    if let minMfu { steps = steps.filter { $0.seconds == nil || ($0.utilization ?? 0) >= minMfu } }
    guard !steps.isEmpty else {
      throw TableError(.badData, file: measured.steps, message: "no row is left to check with")
    }
    let check = try CostCheck(steps, efficiency: calibration?.calibration.efficiency)
    let document = CostCheckDocument(check, file: measured.steps, leftOut: loaded.steps.count - steps.count)
    try output.emit(document) { CostCheckView(document, showsRows: rows).text }
  }
}

/// A calibration for predictions.
struct CalibrationOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Constants fitted by 'cost calibrate'; default: those of the accelerator.", valueName: "file"))
  var calibration: String?

  /// The calibration, with a note if it was made on another accelerator.
  func document(for accelerator: Accelerator) throws -> CalibrationDocument? {
    let found = try document()
    if let found, found.accelerator != accelerator.name {
      note(
        "note: \(calibration ?? "") was fitted to steps on \(found.accelerator); its constants and their errors are "
          + "assumed for \(accelerator.name)")
    }
    return found
  }

  func document() throws -> CalibrationDocument? {
    try calibration.map { try CalibrationDocument.read($0).value }
  }
}
