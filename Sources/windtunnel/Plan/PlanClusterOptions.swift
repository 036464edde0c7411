import ArgumentParser
import Documents
import Foundation
import Planning
import Tables
import TrainingCost

/// The cluster that a plan is made for, with a computed utilization.
struct PlanClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The accelerators, 64xH100, or a cluster of --hardware by its name: size, shape, batch and layout are then "
        + "chosen together.",
      valueName: "NxNAME"))
  var cluster: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Days on the cluster: the time to fill, or the deadline if FLOP, money or a loss are given.",
      valueName: "days"))
  var days: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens of a sequence; default: 4096.", valueName: "tokens"))
  var sequence: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of a step; default: the critical batch size.", valueName: "tokens"))
  var batch: String?

  @Option(help: "Precision of the matrix products: bf16 (default), fp16, fp8, fp4 or fp32.")
  var precision: Precision?

  @Option(help: "Attention kernel: flash (FlashAttention-2, default), flash3 (also cuDNN's) or unfused.")
  var attention: AttentionKernel?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The bandwidth of one accelerator between nodes: \"50 GB/s\".", valueName: "rate"))
  var network: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Carbon intensity of the electricity, in grams of CO₂ per kWh.", valueName: "g/kWh"))
  var carbon: Double?

  @OptionGroup var hardware: HardwareFileOption
  @OptionGroup var calibrated: CalibrationOption
  @OptionGroup var reliability: GoodputOptions

  func validate() throws {
    if let days, !(days > 0 && days.isFinite) { throw ValidationError("--days must be above zero, not \(days)") }
    if let carbon, !(carbon > 0 && carbon.isFinite) {
      throw ValidationError("--carbon must be above zero grams per kWh, not \(carbon)")
    }
  }

  /// The request for a plan on a cluster; nil if only compute is planned.
  ///
  /// - Parameters:
  ///   - budget: money, accelerator time, compute, or a cluster for a time.
  ///   - goal: the goal of the run without a budget.
  ///   - assumptions: the accelerator and its price, if they were given.
  func request(
    _ budget: Budget?, or goal: ClusterGoal?, _ assumptions: CostAssumptions
  ) throws -> (request: ClusterRequest, sentence: String)? {
    let catalog = try hardware.catalog()
    if let days, !(days > 0 && days.isFinite) { throw UsageError("--days must be above zero, not \(days)") }
    if case .cluster(let count, let name, let seconds) = budget {
      guard cluster == nil, days == nil else {
        throw UsageError("the budget already names a cluster and its time; leave out --cluster and --days")
      }
      let named = try catalog.cluster(name, count: count)
      return (try made(named, .seconds(seconds), assumptions), "")
    }
    guard let cluster else {
      guard let days else { return nil }
      return try bought(budget, days: days, assumptions, catalog)
    }
    let named = try Cluster(parsing: cluster, in: catalog)
    switch budget {
    case nil:
      if let goal { return (try made(named, goal, assumptions), "") }
      guard let days else { throw UsageError("give the time on the cluster: --days 30, or a --budget") }
      return (try made(named, .seconds(days * 86_400), assumptions), "")
    case .usd(let usd):
      let price = try price(of: named, assumptions)
      let hours = usd / price.usdPerHour
      let seconds = hours / Double(named.count) * 3600
      let sentence =
        "\(formatUSD(usd)) buys \(formatCount(hours)) \(named.accelerator.name)-hours at "
        + "\(formatUSD(price.usdPerHour)) an hour (\(price.basis)), \(formatDuration(seconds)) of the cluster."
      return (try made(named, .seconds(try limited(seconds)), assumptions), sentence)
    case .gpuHours(let hours):
      let seconds = hours / Double(named.count) * 3600
      return (
        try made(named, .seconds(try limited(seconds)), assumptions),
        "\(formatCount(hours)) \(named.accelerator.name)-hours are \(formatDuration(seconds)) of the cluster."
      )
    case .kilowattHours, .carbon:
      guard let budget else { return nil }
      let power = try acceleratorHours(of: budget, on: named, assumptions)
      let seconds = power.hours / Double(named.count) * 3600
      return (
        try made(named, .seconds(try limited(seconds)), assumptions),
        "\(power.sentence) \(formatDuration(seconds)) of the cluster."
      )
    case .flops(let flops): return (try made(named, .flops(flops), assumptions), "")
    case .cluster: return nil
    }
  }

  /// The accelerators that money or accelerator time keeps busy for the given days.
  private func bought(
    _ budget: Budget?, days: Double, _ assumptions: CostAssumptions, _ catalog: HardwareCatalog
  ) throws -> (request: ClusterRequest, sentence: String) {
    let accelerator = try assumptions.accelerator ?? catalog.named(Accelerator.assumed.name)
    let hours: Double
    switch budget {
    case .usd(let usd): hours = usd / (try price(of: Cluster(accelerator, count: 1), assumptions)).usdPerHour
    case .gpuHours(let given): hours = given
    case .kilowattHours, .carbon:
      hours =
        try budget.map { try acceleratorHours(of: $0, on: Cluster(accelerator, count: 1), assumptions).hours } ?? 0
    default:
      throw UsageError("--days needs --cluster, or a --budget of money or GPU-hours that says how many accelerators")
    }
    let count = Int(min(1e6, hours / (24 * days)))
    // Whole nodes, as many as a power of two divides evenly.
    let node = accelerator.devicesPerNode
    var unit = node
    while unit * 8 <= count { unit *= 2 }
    let whole = count / unit * unit
    guard whole >= 1 else {
      throw UsageError(
        "the budget does not keep \(node) \(accelerator.name) busy for \(NumberText.rounded(days)) days; give fewer "
          + "days"
      )
    }
    let cluster = try Cluster(accelerator, count: whole)
    let sentence =
      "For \(NumberText.rounded(days)) days the budget keeps \(whole) \(accelerator.name) busy, in whole nodes."
    return (try made(cluster, .seconds(days * 86_400), assumptions), sentence)
  }

  /// Days are a deadline if money is given.
  private func limited(_ seconds: Double) throws -> Double { min(seconds, (days ?? .infinity) * 86_400) }

  private func price(of cluster: Cluster, _ assumptions: CostAssumptions) throws -> ComputePrice {
    if let price = assumptions.price ?? cluster.price { return price }
    throw UsageError("there is no list price of \(cluster.accelerator.name); state it with --price, in USD per hour")
  }

  private func made(_ cluster: Cluster, _ goal: ClusterGoal, _ assumptions: CostAssumptions) throws -> ClusterRequest {
    if let other = assumptions.accelerator, other != cluster.accelerator {
      throw UsageError(
        "--cluster has \(cluster.accelerator.name), but --accelerator names \(other.name); give one of them")
    }
    var cluster = cluster
    if let price = assumptions.price { cluster.price = price }
    if let network { cluster.networkBytesPerSecond = try parseByteRate(network) }
    var request = ClusterRequest(cluster: cluster, goal: goal)
    // The run uses all of a given time.
    if let days { request.deadline = days * 86_400 * (1 + 1e-6) }
    if let sequence { request.sequence = try wholeCount(sequence, "--sequence", of: .tokens, 1...100_000_000) }
    request.batchTokens = try batch.map { text in
      let tokens = try parseCount(text, of: .tokens)
      guard tokens / Double(request.sequence) <= 1e9 else {
        throw UsageError("--batch of \(formatTokens(tokens)) is too large")
      }
      return tokens
    }
    if let precision { request.precision = precision }
    if let attention { request.attention = attention }
    request.goodput = try reliability.goodput(devices: cluster.count)
    request.calibration = try calibrated.document(for: cluster.accelerator)?.calibration
    return request
  }

  /// - Throws: ``UsageError`` if an option is given that only applies to a plan on a cluster.
  func checkUnused() throws {
    let stated: [(String, Bool)] = [
      ("--sequence", sequence != nil), ("--batch", batch != nil), ("--precision", precision != nil),
      ("--attention", attention != nil), ("--network", network != nil),
      ("--calibration", calibrated.calibration != nil),
    ]
    if let name = stated.first(where: { $0.1 })?.0 {
      throw UsageError("\(name) applies to a plan on a cluster, with a computed utilization; give --cluster as well")
    }
  }
}
