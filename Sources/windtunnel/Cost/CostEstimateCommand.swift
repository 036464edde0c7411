import ArgumentParser
import Documents
import Foundation
import Report
import ScalingLaws
import Tables
import TrainingCost

struct CostEstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Estimate the cost of training a model on a cluster: memory, step time, days, money, energy.",
    discussion: """
      Degrees of the layout that are not given are chosen as the fastest that fit. 'estimate' may be left out.

      Examples:
        windtunnel cost --model llama-3-8b --cluster 64xH100 --tokens 1T
        windtunnel cost --model gpt-3-175b --cluster 1024xA100 --tp 8 --pp 16
        windtunnel cost --params 7B --cluster 8xH100 --zero 3 --price 2.5
        windtunnel cost --params 30B --cluster 64xA100 --pp 8 --plot step.svg
        windtunnel cost --model llama-3-8b --cluster 64xH100 --calibration c.json
      """)

  @OptionGroup(title: "Model") var trained: WorkloadOptions
  @OptionGroup(title: "Cluster") var cluster: ClusterOptions
  @OptionGroup(title: "Layout") var layout: LayoutOptions
  @OptionGroup(title: "Layout") var calibrated: CalibrationOption
  @OptionGroup(title: "Failures") var reliability: GoodputOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("The training tokens: 1T.", valueName: "tokens"))
  var tokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Carbon intensity of the electricity, in grams of CO₂ per kWh.", valueName: "g/kWh"))
  var carbon: Double?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func run() throws {
    try output.prepare()
    try plot.prepare()
    let (workload, name, notes) = try trained.workload()
    let cluster = try cluster.value()
    let calibration = try calibrated.document(for: cluster.accelerator)
    var options = try layout.options()
    options.keep = 1
    let model = try StepModel(workload, on: cluster, efficiency: calibration?.calibration.efficiency)
    let search = LayoutSearch(model, options)
    guard let chosen = search.best.first ?? search.smallest else {
      throw UsageError("no layout is valid: \(layoutRefusal(model, options))")
    }
    var document = CostDocument(chosen, model, name: name, fits: !search.best.isEmpty)
    document.assumptions = notes + assumptions(of: model, calibration)
    if let calibration {
      let interval = try calibration.calibration.interval(of: chosen.layout, for: workload, on: cluster)
      document.stepInterval = [interval.lowerBound, interval.upperBound]
    }
    if let tokens {
      if let carbon, !(carbon >= 0 && carbon.isFinite) {
        throw UsageError("--carbon must be zero or more grams per kWh, not \(carbon)")
      }
      document.run = try RunCost(
        tokens: parseCount(tokens, of: .tokens), stepSeconds: chosen.time.total, workload: workload,
        cluster: cluster, goodput: reliability.goodput(devices: cluster.count),
        carbonIntensity: carbon.map { $0 / 1000 })
    }
    if let path = plot.plot { try CostFigure(document, chosen, model).grid.write(to: path) }
    try output.emit(document)
  }
}

/// The assumptions of a cost.
func assumptions(of model: StepModel, _ calibration: CalibrationDocument?) -> [String] {
  let cluster = model.cluster
  let constants =
    calibration.map { "The cost model's constants are those fitted to \($0.rows.count) measured steps of \($0.file)." }
    ?? "The cost model's constants are the defaults for \(cluster.accelerator.name); 'windtunnel cost calibrate' fits "
    + "them to your own steps."
  let groups =
    cluster.nodesPerGroup.flatMap { nodes in
      cluster.groupBytesPerSecond.map { ", groups of \(nodes) of them at \(formatBytes($0))/s" }
    } ?? ""
  return [
    constants,
    "Nodes of \(cluster.devicesPerNode) are joined at \(formatBytes(cluster.networkBytesPerSecond))/s for each "
      + "accelerator\(groups).",
    "Gradients of \(NumberText.rounded(model.workload.gradientBytes)) bytes, Adam with a master copy of the weights "
      + "(\(NumberText.rounded(model.workload.optimizerBytes)) bytes per parameter), "
      + "\(NumberText.rounded(model.workload.logitBytes)) bytes per logit.",
  ]
}

/// One layout's cost as a document, `windtunnel.cost/2`.
struct CostDocument: Document, DocumentChecked {
  static let schema = "windtunnel.cost/2"
  static let kind = "training cost"
  static let remedy = "write one by 'windtunnel cost --output'"

  var model: String
  var params: Double
  var workload: TrainingWorkload
  var accelerator: String
  var devices: Int
  var layout: LayoutsDocument.Entry
  var fits: Bool
  /// The usable memory of a device.
  var usableBytes: Double
  /// The 90 % interval of a step's seconds, with a calibration.
  var stepInterval: [Double]?
  var run: RunCost?
  var assumptions: [String] = []

  init(_ ranked: RankedLayout, _ model: StepModel, name: String, fits: Bool) {
    self.model = name
    params = Double(model.workload.shape.parameters.total)
    workload = model.workload
    accelerator = model.cluster.accelerator.name
    devices = model.cluster.count
    layout = LayoutsDocument.Entry(ranked, model)
    self.fits = fits
    usableBytes = model.cluster.accelerator.usableMemoryBytes
  }

  func check() throws(DocumentFault) {
    guard stepInterval?.count ?? 2 == 2 else {
      throw DocumentFault("step_interval", "it should be two numbers of seconds, as [2.1, 2.3]")
    }
  }
}

/// The table that `cost` prints.
struct CostView {
  private let document: CostDocument
  private let terminal: Terminal

  init(_ document: CostDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let entry = document.layout
    let title = terminal.styled("\(document.model) on \(document.devices) \(document.accelerator)", .bold)
    var lines = ["\(title): \(entry.summary)", "", StepView(entry, terminal: terminal).text, ""]
    let interval =
      document.stepInterval.map { " (90 % interval \(formatDuration($0[0])) … \(formatDuration($0[1])))" } ?? ""
    lines.append(
      "\(formatDuration(entry.stepSeconds)) per step\(interval), \(formatCount(entry.tokensPerSecond)) tokens/s, "
        + "MFU \(NumberText.percent(entry.mfu))")
    lines.append(
      document.fits
        ? "it fits: \(formatBytes(entry.memoryBytes)) of \(formatBytes(document.usableBytes)) that a device has"
        : terminal.styled("does not fit", .warning)
          + ": \(formatBytes(entry.memoryBytes)), and a device has \(formatBytes(document.usableBytes))")
    if let run = document.run { lines += [""] + run.sentences }
    lines.append("")
    lines += document.assumptions.map {
      wrapped($0, label: terminal.styled("assumed", .dim), labelWidth: 7, width: terminal.columns)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension CostDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { CostView(self, terminal: terminal).text }
}
