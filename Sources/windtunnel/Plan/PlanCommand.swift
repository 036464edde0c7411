import ArgumentParser
import Foundation
import Planning
import Report
import ScalingLaws
import Tables
import TrainingCost

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Turn a budget, or a target loss, into a size, tokens and a predicted loss.",
    discussion: """
      Examples:
        windtunnel plan --fit fit.json --budget "1e23 FLOP"
        windtunnel plan --preset besiroglu2024 --budget "2M USD" --price 2.5
        windtunnel plan --fit fit.json --cluster 64xH100 --days 30
        windtunnel plan --fit fit.json --budget "64xH100 for 30d" --max-tokens 2T
        windtunnel plan --fit fit.json --cluster 64xH100 --budget "1e22 FLOP"
        windtunnel plan --fit fit.json --cluster 64xH100 --target-loss 2.1 --days 60
        windtunnel plan --fit fit.json --target-loss 2.0
        windtunnel plan --preset hoffmann2022 --target-loss 2.1 --inference-tokens 1T
        windtunnel plan --fit fit.json --sweep 1e18:1e25 --plot plan.svg
        windtunnel plan --preset ludziejewski2025 --budget "1e22 FLOP" --memory 80GB
        windtunnel plan --preset liew2025 --params 7B --upcycle-from 1T --budget 2MUSD
      """)

  @OptionGroup(title: "Law") var source: SourceOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "\"1e23 FLOP\", \"2M USD\", \"10k GPU-hours\", \"500 MWh\", \"40 t CO2\" or \"64xH100 for 30d\".",
      valueName: "budget"))
  var budget: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Instead of a budget: the loss to reach with the least compute, or on a --cluster in the shortest time.",
      valueName: "loss"))
  var targetLoss: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("The most available training tokens: 2T.", valueName: "count"))
  var maxTokens: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("A fixed size: 7B.", valueName: "count"))
  var params: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("A fixed number of tokens: 1.4T.", valueName: "count"))
  var tokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens that the model will serve over its life: 1T (Sardana et al. 2024).", valueName: "count"))
  var inferenceTokens: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("The value of any further variable of the law.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The accelerator of the money or GPU-hours: H100, A100, …; default: H100.", valueName: "name"))
  var accelerator: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the accelerator's peak that goes into the model; default: 0.4.", valueName: "share"))
  var mfu: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("USD per hour of one accelerator.", valueName: "usd"))
  var price: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Also plan for each of a range of budgets in FLOP: 1e18:1e25 or 1e18:1e25:15.", valueName: "low:high"))
  var sweep: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the residuals drawn for the prediction interval.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup(title: "Cluster") var clustered: PlanClusterOptions
  @OptionGroup(title: "Experts and memory") var mixture: MixtureOptions
  @OptionGroup(title: "Upcycling") var upcycling: UpcyclingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    try checkInterval(interval)
  }

  func run() throws {
    if budget != nil, targetLoss != nil {
      throw UsageError("--budget and --target-loss are both goals; give one of them")
    }
    if budget == nil, targetLoss == nil, sweep == nil, clustered.cluster == nil {
      throw UsageError("give a goal: --budget \"1e23 FLOP\", --cluster 64xH100 --days 30 or --target-loss 2.0")
    }
    try output.prepare()
    try plot.prepare()
    let assumptions = try assumptions()
    if try planOnCluster(assumptions) { return }
    try clustered.checkUnused()
    let hardware = try clustered.hardware.catalog()
    let compute = try budget.map {
      try trainingFLOPs(for: Budget(parsing: $0), assumptions: assumptions, hardware: hardware)
    }
    let planned = try upcycling.upcycleFrom == nil ? sizePlan(compute) : upcyclingPlan(compute)
    try emit(
      planned, compute?.sentences ?? [],
      computeCost(
        ofFLOPs: planned.plan.flops.value, accelerators: try gpuCount(), assumptions: try costed(assumptions)))
  }

  /// Prints a plan without a cluster's shape and layout, and draws it if requested.
  func emit(_ planned: Planned, _ assumptions: [String], _ cost: ComputeCost) throws {
    var document = PlanDocument(
      planned.plan, curve: ValleyCurve(planned.plan, by: planned.fitted), budget: budget, assumptions: assumptions,
      cost: cost, sweep: planned.rows)
    document.warnings = planned.caveats + document.warnings
    if let path = plot.plot { try PlanFigure(document).grid.write(to: path) }
    try output.emit(document)
  }

  /// A plan, the law that its figure draws, and the problems of the fits behind it.
  struct Planned {
    var plan: Plan
    var fitted: FittedLaw
    var rows: [SweepRow]?
    var caveats: [String]
  }

  private func sizePlan(_ compute: TrainingCompute?) throws -> Planned {
    let source = try source.source()
    let fitted = source.fitted
    let range = try sweep.map { try QuantityRange(parsing: $0, of: .flops) }
    let budgets = range?.logSpaced(defaultPoints: 8) ?? []
    let goal: PlanGoal =
      if let targetLoss { .loss(targetLoss) } else { .flops(compute?.flops ?? range?.upper ?? 0) }
    let options = PlanOptions(level: interval, seed: seed)
    let constraints = try constraints()
    guard let request = try mixture.request(for: fitted.law) else {
      let plan = try planOptimum(fitted, for: goal, constraints: constraints, options: options)
      let rows =
        budgets.isEmpty ? nil : try sweepBudgets(fitted, budgets: budgets, constraints: constraints, options: options)
      return Planned(plan: plan, fitted: fitted, rows: rows, caveats: source.caveats)
    }
    let plan = try planMixture(fitted, for: goal, request, constraints: constraints, options: options)
    let rows =
      budgets.isEmpty
      ? nil : try sweepBudgets(fitted, budgets: budgets, request, constraints: constraints, options: options)
    return Planned(plan: plan, fitted: fitted, rows: rows, caveats: source.caveats)
  }

  private func assumptions() throws -> CostAssumptions {
    CostAssumptions(
      accelerator: try accelerator.map { try clustered.hardware.catalog().named($0) },
      price: try price.map { try ComputePrice(usdPerHour: $0) },
      utilization: try mfu.map { try Utilization($0) } ?? .assumed,
      carbonIntensity: clustered.carbon.map { $0 / 1000 })
  }

  /// A cluster determines its accelerator.
  private func costed(_ assumptions: CostAssumptions) throws -> CostAssumptions {
    var assumptions = assumptions
    if let budget, case .cluster(_, let name, _) = try Budget(parsing: budget) {
      let cluster = try clustered.hardware.catalog().cluster(name)
      assumptions.accelerator = cluster.accelerator
      if let price = cluster.price, assumptions.price == nil { assumptions.price = price }
    }
    return assumptions
  }

  private func gpuCount() throws -> Int? {
    guard let budget, case .cluster(let count, _, _) = try Budget(parsing: budget) else { return nil }
    return count
  }

  func constraints() throws -> PlanConstraints {
    PlanConstraints(
      maxTokens: try maxTokens.map { try parseCount($0, of: .tokens) },
      fixedParams: try params.map { try parseCount($0, of: .params) },
      fixedTokens: try tokens.map { try parseCount($0, of: .tokens) },
      inferenceTokens: try inferenceTokens.map { try parseCount($0, of: .tokens) },
      fixed: try fixedValues(assignments))
  }
}
