import ArgumentParser
import Documents
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

struct RLPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rl-plan",
    abstract: "Trade environment steps for compute in value-based reinforcement learning.",
    discussion: """
      From fits of 'rl-data' (steps of the environment until a performance) and 'rl-batch' over the updates-to-data ratio, \
      finds the ratio of the lowest total cost of data and compute.

      Examples:
        windtunnel rl-plan --fit d.json --batch b.json --params 5M --step-price 1e9
        windtunnel rl-plan --fit d.json --batch b.json --params 5M --max-steps 1M
      """)

  @OptionGroup(title: "Law") var source: SourceOptions

  @Option(help: ArgumentHelp("A fit document of the law 'rl-batch'.", valueName: "file"))
  var batch: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Instead of a fit: the batch at one update per step.", valueName: "transitions"))
  var batchSize: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --batch-size: the power by which the batch falls with the ratio; default: 0.", valueName: "alpha"))
  var batchExponent: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Parameters of the network: 1M.", valueName: "count"))
  var params: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The price of a step of the environment, in compute: \"1e10 FLOP\".", valueName: "compute"))
  var stepPrice: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The most steps of the environment: 1M.", valueName: "count"))
  var maxSteps: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of the intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    try checkInterval(interval)
    if (batch == nil) == (batchSize == nil) {
      throw ValidationError("give the batch with either --batch FILE or --batch-size")
    }
    if batchExponent != nil, batchSize == nil { throw ValidationError("--batch-exponent requires --batch-size") }
    if let batchExponent, !batchExponent.isFinite {
      throw ValidationError("--batch-exponent must be a number, not \(batchExponent)")
    }
  }

  func run() throws {
    try output.prepare()
    let data = try source.source()
    let batch = try batchSource()
    let plan = try UpdatesToDataPlan(
      data: data.fitted, batch: batch.fitted, params: try parseCount(params, of: .params),
      price: try stepPrice.map { try parseFLOPs($0) } ?? 0, mostSteps: try maxSteps.map { try parseCount($0) },
      level: interval)
    let document = RLPlanDocument(
      level: interval, provenance: [data, batch].map(\.fitted.provenance), updatesToData: .init(plan.sigma),
      envSteps: .init(plan.steps),
      flops: .init(plan.flops), cost: .init(plan.cost), batchSize: .init(plan.batch),
      limitedBySteps: plan.isLimitedBySteps,
      frontier: plan.frontier.map {
        .init(updatesToData: $0.sigma, envSteps: $0.steps, flops: $0.flops, cost: $0.cost, batchSize: $0.batch)
      },
      warnings: data.caveats + batch.caveats + warnings(plan, data.fitted))
    try output.emit(document)
  }

  /// The fit of the batch, or the power law given for it.
  private func batchSource() throws -> SourceOptions.Source {
    if let batch { return try SourceOptions.document(batch) }
    let law = try LawCatalog().law("rl-batch")
    let size = try parseCount(batchSize ?? "")
    return SourceOptions.Source(
      fitted: try FittedLaw(
        law: law, parameters: [size, batchExponent ?? 0],
        provenance:
          "rl-batch as given: \(NumberText.count(size)) transitions times the ratio to the power -\(NumberText.rounded(batchExponent ?? 0, 6))"
      ))
  }

  private func warnings(_ plan: UpdatesToDataPlan, _ data: FittedLaw) -> [String] {
    guard let range = data.ranges["updates_to_data"] else {
      return data.draws.isEmpty ? ["these parameters come without draws, so the plan has no interval"] : []
    }
    guard plan.sigma.value > 1.5 * range.upperBound || plan.sigma.value < range.lowerBound / 1.5 else { return [] }
    return [
      "the ratio lies outside the \(NumberText.count(range.lowerBound)) to \(NumberText.count(range.upperBound)) of "
        + "the runs behind the fit: this extrapolates"
    ]
  }
}
