import Documents
import Tables

/// The training compute that a budget buys.
public struct TrainingCompute: Sendable, Hashable {
  /// In FLOP of the model.
  public let flops: Double
  /// Every step from the budget to it, with the assumptions.
  public let sentences: [String]
}

/// Turns a budget into training compute.
///
/// - Throws: ``CostError`` if the accelerator is unknown, has no price, or the budget is not above zero and finite.
public func trainingFLOPs(
  for budget: Budget, assumptions: CostAssumptions = CostAssumptions(), hardware: HardwareCatalog = .builtIn
) throws(CostError) -> TrainingCompute {
  switch budget {
  case .flops(let flops):
    return TrainingCompute(flops: try positive(flops, "compute"), sentences: ["The budget is \(formatFLOPs(flops))."])

  case .usd(let usd):
    let (accelerator, basis) = accelerator(of: assumptions)
    let price = try price(of: accelerator, assumptions)
    let hours = try positive(usd, "money") / price.usdPerHour
    let (flops, rate) = flops(ofHours: hours, accelerator, assumptions.utilization)
    let bought =
      "\(formatUSD(usd)) buys \(formatCount(hours)) \(accelerator.name)-hours at "
      + "\(formatUSD(price.usdPerHour)) an hour (\(price.basis)); \(rate)."
    return TrainingCompute(flops: try positive(flops, "compute"), sentences: [bought] + basis)

  case .gpuHours(let hours):
    let (accelerator, basis) = accelerator(of: assumptions)
    let (flops, rate) = flops(ofHours: try positive(hours, "accelerator time"), accelerator, assumptions.utilization)
    let sentence = "The budget is \(formatCount(hours)) \(accelerator.name)-hours; \(rate)."
    return TrainingCompute(flops: try positive(flops, "compute"), sentences: [sentence] + basis)

  case .kilowattHours, .carbon:
    let (accelerator, basis) = accelerator(of: assumptions)
    let power = try acceleratorHours(of: budget, on: Cluster(accelerator, count: 1), assumptions)
    let (flops, rate) = flops(ofHours: power.hours, accelerator, assumptions.utilization)
    return TrainingCompute(
      flops: try positive(flops, "compute"), sentences: ["\(power.sentence) \(rate)."] + basis)

  case .cluster(let count, let name, let seconds):
    let accelerator = try hardware.cluster(name, count: count).accelerator
    if let other = assumptions.accelerator, other != accelerator {
      throw CostError("the budget is of \(accelerator.name), but \(other.name) was asked for; name one of them")
    }
    guard count > 0 else { throw CostError("a cluster needs at least one accelerator, not \(count)") }
    let hours = Double(count) * (try positive(seconds, "time")) / 3600
    let (flops, rate) = flops(ofHours: hours, accelerator, assumptions.utilization)
    let sentence =
      "\(count) \(accelerator.name) for \(formatDuration(seconds)) are \(formatCount(hours)) "
      + "\(accelerator.name)-hours; \(rate)."
    return TrainingCompute(flops: try positive(flops, "compute"), sentences: [sentence])
  }
}

/// The accelerator time in hours that a budget of electricity or of greenhouse gases pays for, at design power.
///
/// - Throws: ``CostError`` if the power of the accelerator or the carbon intensity is not known.
public func acceleratorHours(
  of budget: Budget, on cluster: Cluster, _ assumptions: CostAssumptions
) throws(CostError) -> (hours: Double, sentence: String) {
  var sentence = ""
  let energy: Double
  switch budget {
  case .kilowattHours(let amount): energy = try positive(amount, "energy")
  case .carbon(let kilograms):
    guard let intensity = assumptions.carbonIntensity, intensity > 0, intensity.isFinite else {
      throw CostError("a budget of CO₂ needs the carbon intensity of the electricity; state it in grams per kWh")
    }
    energy = try positive(kilograms, "mass of CO₂") / intensity
    sentence =
      "\(formatCount(kilograms)) kg of CO₂ are \(formatCount(energy)) kWh at \(NumberText.rounded(intensity * 1000)) g "
      + "per kWh. "
  default: throw CostError("the budget is neither of electricity nor of CO₂")
  }
  let (accelerator, site) = (cluster.accelerator, cluster.powerUsageEffectiveness)
  guard let power = accelerator.watts else {
    throw CostError("the power of \(accelerator.name) is not known; add it in a hardware file, as watts")
  }
  let watts = power * site
  let hours = energy * 1000 / watts
  return (
    hours,
    sentence
      + "\(formatCount(energy)) kWh power \(formatCount(hours)) \(accelerator.name)-hours at the design power of "
      + "\(NumberText.rounded(power)) W, times \(NumberText.rounded(site)) for the site;"
  )
}

/// The accelerator to use, and the sentence that says if it was assumed.
func accelerator(of assumptions: CostAssumptions) -> (accelerator: Accelerator, sentences: [String]) {
  if let accelerator = assumptions.accelerator { return (accelerator, []) }
  return (.assumed, ["No accelerator was named: \(Accelerator.assumed.name) is assumed."])
}

func positive(_ value: Double, _ what: String) throws(CostError) -> Double {
  guard value > 0, value.isFinite else { throw CostError("the \(what) must be above zero and finite, not \(value)") }
  return value
}

/// The rate in FLOP/s of the model, and its derivation in words.
func modelRate(_ accelerator: Accelerator, _ utilization: Utilization) -> (flopsPerSecond: Double, words: String) {
  let percent = NumberText.rounded(utilization.fraction * 100, 2)
  let words =
    "\(percent) % \(utilization.isStated ? "" : "(assumed) ")of "
    + "\(NumberText.rounded(accelerator.peakFLOPsPerSecond / 1e12)) TFLOP/s"
  return (accelerator.peakFLOPsPerSecond * utilization.fraction, words)
}

private func price(of accelerator: Accelerator, _ assumptions: CostAssumptions) throws(CostError) -> ComputePrice {
  if let price = assumptions.price ?? accelerator.listPrice { return price }
  throw CostError("there is no list price of \(accelerator.name); state the price in USD an hour")
}

private func flops(
  ofHours hours: Double, _ accelerator: Accelerator, _ utilization: Utilization
) -> (flops: Double, words: String) {
  let rate = modelRate(accelerator, utilization)
  let flops = hours * 3600 * rate.flopsPerSecond
  return (flops, "at \(rate.words) that is \(formatFLOPs(flops))")
}
