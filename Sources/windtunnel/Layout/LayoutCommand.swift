import ArgumentParser
import Foundation
import Report
import Tables
import TrainingCost

struct LayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout",
    abstract: "Search all parallel layouts of a model on a cluster: the fastest that fit, and the reasons.",
    discussion: """
      Given degrees are kept; all others are searched: tensor parallelism within a node's fast links, context \
      parallelism from 16,384 tokens on, micro-batches of up to 64 sequences. Different accelerators, joined by +, \
      share a step's batch.

      Examples:
        windtunnel layout --model llama-3-8b --cluster 64xH100
        windtunnel layout --model gpt-3-175b --cluster 1024xA100 --batch 3.2M
        windtunnel layout --params 30B --cluster 128xH100 --tp 8 --tokens 1T
        windtunnel layout --params 7B --cluster 64xH100 --tokens 1T --front 8:512
        windtunnel layout --model llama-3-8b --cluster 32xH100+32xA100
      """)

  @OptionGroup(title: "Model") var trained: WorkloadOptions
  @OptionGroup(title: "Cluster") var cluster: ClusterOptions
  @OptionGroup(title: "Layout") var layout: LayoutOptions
  @OptionGroup(title: "Layout") var calibrated: CalibrationOption
  @OptionGroup(title: "Failures") var reliability: GoodputOptions

  @Option(help: "The goal: time, or headroom (free memory, within a tenth of the fastest).")
  var objective = LayoutSearch.Objective.time

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of layouts to print.", valueName: "N"))
  var top = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Also estimate training on this many tokens: 1T.", valueName: "tokens"))
  var tokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Also search other numbers of accelerators, doubling: time against money.", valueName: "low:high"))
  var front: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    if !(1...10_000).contains(top) { throw ValidationError("--top must be from 1 to 10000, not \(top)") }
    if plot.plot != nil, front == nil { throw ValidationError("--plot draws the front: give --front 8:512 as well") }
    if front != nil, tokens == nil { throw ValidationError("--front compares time and money, so it needs --tokens") }
  }

  func run() throws {
    try output.prepare()
    try plot.prepare()
    let (workload, name, notes) = try trained.workload()
    if try cluster.groups().count > 1 { return try shareStep(workload, name, notes) }
    let cluster = try cluster.value()
    let calibration = try calibrated.document(for: cluster.accelerator)
    var options = try layout.options()
    options.objective = objective
    options.keep = top
    let model = try StepModel(workload, on: cluster, efficiency: calibration?.calibration.efficiency)
    let search = LayoutSearch(model, options)
    guard !search.best.isEmpty else { throw UsageError(refusal(search, model, options)) }
    var document = LayoutsDocument(search, model, name: name, reasons: search.reasons(model, options), notes: notes)
    document.assumptions += assumptions(of: model, calibration)
    let training = try tokens.map { try parseCount($0, of: .tokens) }
    if let training, let best = search.best.first {
      document.run = try RunCost(
        tokens: training, stepSeconds: best.time.total, workload: workload, cluster: cluster,
        goodput: reliability.goodput(devices: cluster.count))
    }
    if let front, let training {
      document.front = try frontier(front, tokens: training, workload, cluster, calibration, options)
    }
    if let path = plot.plot { try LayoutFigure(document).grid.write(to: path) }
    try output.emit(document)
  }

  /// A step shared by different accelerators.
  private func shareStep(_ workload: TrainingWorkload, _ name: String, _ notes: [String]) throws {
    let idle: [(String, Bool)] = [
      ("--front", front != nil), ("--tokens", tokens != nil), ("--calibration", calibrated.calibration != nil),
      ("--objective", objective != .time),
    ]
    if let (option, _) = idle.first(where: { $0.1 }) {
      throw UsageError("\(option) does not apply to groups of different accelerators; leave it out")
    }
    var options = try layout.options()
    options.keep = 1
    let mixed = try MixedLayout(workload, on: cluster.groups(), options)
    let document = try MixedLayoutDocument(mixed, workload, name: name, notes: notes)
    try output.emit(document)
  }

  /// The best layout on each of a doubling number of accelerators.
  private func frontier(
    _ range: String, tokens: Double, _ workload: TrainingWorkload, _ cluster: Cluster,
    _ calibration: CalibrationDocument?, _ options: LayoutSearch.Options
  ) throws -> [LayoutsDocument.FrontPoint] {
    let ends = range.split(separator: ":").map { Int($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 1, high >= low, high <= 1_000_000 else {
      throw UsageError("--front must be two numbers of accelerators, as in 8:512, not '\(range)'")
    }
    if let most = try self.cluster.hardware.catalog().available(in: self.cluster.cluster), high > most {
      throw UsageError("--front goes up to \(high) accelerators, but '\(self.cluster.cluster)' has \(most)")
    }
    var options = options
    options.keep = 1
    options.data = nil
    var points: [LayoutsDocument.FrontPoint] = []
    var count = low
    while count <= high {
      var sized = cluster
      sized.count = count
      let model = try StepModel(workload, on: sized, efficiency: calibration?.calibration.efficiency)
      if let best = LayoutSearch(model, options).best.first {
        let cost = try RunCost(
          tokens: tokens, stepSeconds: best.time.total, workload: workload, cluster: sized,
          goodput: reliability.goodput(devices: count))
        points.append(.init(devices: count, layout: .init(best, model), run: cost))
      }
      count *= 2
    }
    return LayoutsDocument.markedPareto(points)
  }

  private func refusal(_ search: LayoutSearch, _ model: StepModel, _ options: LayoutSearch.Options) -> String {
    guard let smallest = search.smallest else {
      return "no layout is valid: \(layoutRefusal(model, options))"
    }
    let (needed, there) = (smallest.memory.total, model.cluster.accelerator.usableMemoryBytes)
    return "no layout fits: the smallest of \(search.considered) takes \(formatBytes(needed)) of the "
      + "\(formatBytes(there)) that a device has (\(smallest.layout.summary)); use more accelerators, "
      + "a smaller model or fewer given degrees"
  }
}

/// The reason why no layout is valid: the problem with the given degrees.
func layoutRefusal(_ model: StepModel, _ options: LayoutSearch.Options) -> String {
  let given = [options.tensor, options.pipeline, options.context].reduce(1) { $0 * Double($1 ?? 1) }
  let layout = Layout(
    data: options.data ?? max(1, Int(Double(model.cluster.count) / given)), tensor: options.tensor ?? 1,
    pipeline: options.pipeline ?? 1, context: options.context ?? 1, expert: options.expert ?? 1,
    virtualStages: options.virtualStages ?? 1, microBatch: options.microBatch ?? 1,
    sharding: options.sharding ?? .none, recomputation: options.recomputation ?? .none)
  do {
    try model.check(layout)
    return
      "\(model.workload.globalBatch) sequences of a step do not divide among \(model.cluster.count) devices; give "
      + "another --batch"
  } catch {
    return "\(error)"
  }
}

extension LayoutSearch.Objective: ExpressibleByArgument {}
