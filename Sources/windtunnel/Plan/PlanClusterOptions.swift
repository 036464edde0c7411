import ArgumentParser
import Documents
import Foundation
import Planning
import Tables
import TrainingCost

/// The cluster that a plan is made for, where its utilization is to be worked out.
struct PlanClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The accelerators, 64xH100, or a cluster of --hardware by its name: size, shape, batch and layout are then chosen together.",
      valueName: "NxNAME"))
  var cluster: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Days that the cluster is there: the time to fill, or beside FLOP, money or a loss the deadline.",
      valueName: "days"))
  var days: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens of a sequence; 4096 unless given.", valueName: "tokens"))
  var sequence: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of a step; the critical batch size unless given.", valueName: "tokens"))
  var batch: String?

  @Option(help: "Precision of the matrix products: bf16 (unless given), fp16, fp8, fp4 or fp32.")
  var precision: Precision?

  @Option(help: "How attention is computed: flash (FlashAttention-2, unless given), flash3 (also cuDNN's) or unfused.")
  var attention: AttentionKernel?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What one accelerator sends between nodes: \"50 GB/s\".", valueName: "rate"))
  var network: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Carbon intensity of the electricity, in grams of CO₂ a kWh.", valueName: "g/kWh"))
  var carbon: Double?

  @OptionGroup var hardware: HardwareFileOption
  @OptionGroup var calibrated: CalibrationOption
  @OptionGroup var reliability: GoodputOptions

  func validate() throws {
    if let days, !(days > 0 && days.isFinite) { throw ValidationError("--days must be above zero, not \(days)") }
    if let carbon, !(carbon > 0 && carbon.isFinite) {
      throw ValidationError("--carbon must be above zero grams a kWh, not \(carbon)")
    }
  }

  /// What is to be planned on a cluster; nil where only compute is.
  ///
  /// - Parameters:
  ///   - budget: money, accelerator time, compute, or a cluster for a time.
  ///   - goal: what the run is to come to without a budget.
  ///   - assumptions: the accelerator and its price, where they were given.
  func request(
    _ budget: Budget?, or goal: ClusterGoal?, _ assumptions: CostAssumptions
  ) throws -> (request: ClusterRequest, sentence: String)? {
    let catalog = try hardware.catalog()
    if let days, !(days > 0 && days.isFinite) { throw UsageError("--days must be above zero, not \(days)") }
    if case .cluster(let count, let name, let seconds) = budget {
      guard cluster == nil, days == nil else {
        throw UsageError("the budget names a cluster and its time already; leave out --cluster and --days")
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
      guard let days else { throw UsageError("say how long the cluster is there: --days 30, or give a --budget") }
      return (try made(named, .seconds(days * 86_400), assumptions), "")
    case .usd(let usd):
      let price = try price(of: named, assumptions)
      let hours = usd / price.usdPerHour
      let seconds = hours / Double(named.count) * 3600
      let sentence =
        "\(formatUSD(usd)) buys \(formatCount(hours)) \(named.accelerator.name)-hours at \(formatUSD(price.usdPerHour)) an "
        + "hour (\(price.basis)), \(formatDuration(seconds)) of the cluster."
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

  /// The accelerators that money or accelerator time keeps busy for so many days.
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
        "the budget does not keep \(node) \(accelerator.name) busy for \(NumberText.rounded(days)) days; give fewer days"
      )
    }
    let cluster = try Cluster(accelerator, count: whole)
    let sentence =
      "For \(NumberText.rounded(days)) days the budget keeps \(whole) \(accelerator.name) busy, in whole nodes."
    return (try made(cluster, .seconds(days * 86_400), assumptions), sentence)
  }

  /// Days are a deadline beside money.
  private func limited(_ seconds: Double) throws -> Double { min(seconds, (days ?? .infinity) * 86_400) }

  private func price(of cluster: Cluster, _ assumptions: CostAssumptions) throws -> ComputePrice {
    if let price = assumptions.price ?? cluster.price { return price }
    throw UsageError("there is no list price of \(cluster.accelerator.name); state it with --price, in USD an hour")
  }

  private func made(_ cluster: Cluster, _ goal: ClusterGoal, _ assumptions: CostAssumptions) throws -> ClusterRequest {
    if let other = assumptions.accelerator, other != cluster.accelerator {
      throw UsageError(
        "--cluster is of \(cluster.accelerator.name), but --accelerator of \(other.name); give one of them")
    }
    var cluster = cluster
    if let price = assumptions.price { cluster.price = price }
    if let network { cluster.networkBytesPerSecond = try parseByteRate(network) }
    var request = ClusterRequest(cluster: cluster, goal: goal)
    // Of a time that is given the run takes all.
    if let days { request.deadline = days * 86_400 * (1 + 1e-6) }
    if let sequence { request.sequence = try wholeCount(sequence, "--sequence", of: .tokens, 1...100_000_000) }
    request.batchTokens = try batch.map { text in
      let tokens = try parseCount(text, of: .tokens)
      guard tokens / Double(request.sequence) <= 1e9 else {
        throw UsageError("--batch of \(formatTokens(tokens)) is out of all proportion")
      }
      return tokens
    }
    if let precision { request.precision = precision }
    if let attention { request.attention = attention }
    request.goodput = try reliability.goodput(devices: cluster.count)
    request.calibration = try calibrated.document(for: cluster.accelerator)?.calibration
    return request
  }

  /// - Throws: ``UsageError`` where something is stated that only a plan on a cluster has.
  func checkUnused() throws {
    let stated: [(String, Bool)] = [
      ("--sequence", sequence != nil), ("--batch", batch != nil), ("--precision", precision != nil),
      ("--attention", attention != nil), ("--network", network != nil),
      ("--calibration", calibrated.calibration != nil),
    ]
    if let name = stated.first(where: { $0.1 })?.0 {
      throw UsageError("\(name) is for a plan on a cluster, whose utilization is worked out; give --cluster with it")
    }
  }
}
