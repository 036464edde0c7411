import Tables

/// The accelerator time, money and time that given training compute takes.
public struct ComputeCost: Sendable, Hashable {
  public let accelerator: Accelerator
  /// Accelerator time in hours, summed over all accelerators.
  public let gpuHours: Double
  /// In USD; nil if the accelerator has no known price.
  public let usd: Double?
  /// Wall-clock time on the cluster; nil if no cluster was named.
  public let seconds: Double?
  public let sentences: [String]

  init(accelerator: Accelerator, gpuHours: Double, usd: Double?, seconds: Double?, sentences: [String]) {
    self.accelerator = accelerator
    self.gpuHours = gpuHours
    self.usd = usd
    self.seconds = seconds
    self.sentences = sentences
  }

  /// The cost of a run whose step time was computed.
  public init(_ run: RunCost, on accelerator: Accelerator) {
    self.init(
      accelerator: accelerator, gpuHours: run.gpuHours, usd: run.usd, seconds: run.seconds, sentences: run.sentences)
  }
}

/// The accelerator time, money and, on a cluster of `count` accelerators, time of training compute.
///
/// - Parameters:
///   - flops: FLOP that go into the model.
///   - count: the number of accelerators, assumed to scale perfectly; nil if unknown.
/// - Throws: ``CostError`` unless the compute is above zero and finite, and the count is above zero.
public func computeCost(
  ofFLOPs flops: Double, accelerators count: Int? = nil, assumptions: CostAssumptions = CostAssumptions()
) throws(CostError) -> ComputeCost {
  let (accelerator, basis) = accelerator(of: assumptions)
  let rate = modelRate(accelerator, assumptions.utilization)
  let hours = try positive(flops, "compute") / rate.flopsPerSecond / 3600
  var sentences = ["\(formatFLOPs(flops)) at \(rate.words) take \(formatCount(hours)) \(accelerator.name)-hours."]

  var usd: Double?
  if let price = assumptions.price ?? accelerator.listPrice {
    let amount = hours * price.usdPerHour
    usd = amount
    sentences.append("At \(formatUSD(price.usdPerHour)) an hour (\(price.basis)) they cost \(formatUSD(amount)).")
  }
  var seconds: Double?
  if let count {
    guard count > 0 else { throw CostError("a cluster needs at least one accelerator, not \(count)") }
    let time = hours * 3600 / Double(count)
    seconds = time
    sentences.append("On \(count) \(accelerator.name) they take \(formatDuration(time)).")
  }
  return ComputeCost(
    accelerator: accelerator, gpuHours: hours, usd: usd, seconds: seconds, sentences: sentences + basis)
}
