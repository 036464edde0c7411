import Documents
import Tables

/// The cost of training on a number of tokens: time, accelerator time, money, energy and carbon dioxide.
public struct RunCost: Codable, Sendable, Hashable {
  public let steps: Double
  /// Wall-clock time, including failures and checkpoints.
  public let seconds: Double
  /// Wall-clock time without them.
  public let usefulSeconds: Double
  public let gpuHours: Double
  /// Nil if no price is known.
  public let usd: Double?
  /// In kWh, of the accelerators and their cooling; nil if their power is not known.
  public let energy: Double?
  /// In kg of CO₂ equivalents; nil unless the carbon intensity is given.
  public let carbon: Double?
  public let sentences: [String]

  /// With units, as documents name them.
  enum CodingKeys: String, CodingKey {
    case steps, seconds, usefulSeconds, gpuHours, usd, sentences
    case energy = "energy_kwh"
    case carbon = "carbon_kg"
  }

  /// - Parameters:
  ///   - tokens: the training tokens; a partial last step counts as a whole one.
  ///   - goodput: the share of the time that failures and checkpoints leave; all of it if nil.
  ///   - carbonIntensity: that of the electricity, in kg per kWh.
  /// - Throws: ``CostError`` unless tokens and shares are valid.
  public init(
    tokens: Double, stepSeconds: Double, workload: TrainingWorkload, cluster: Cluster, goodput: Goodput? = nil,
    carbonIntensity: Double? = nil
  ) throws(CostError) {
    guard tokens > 0, tokens.isFinite else {
      throw CostError("the tokens must be above zero and finite, not \(tokens)")
    }
    steps = (tokens / workload.tokensPerStep).rounded(.up)
    usefulSeconds = steps * stepSeconds
    seconds = goodput?.wallSeconds(work: usefulSeconds) ?? usefulSeconds
    gpuHours = seconds / 3600 * Double(cluster.count)
    let hours = gpuHours
    usd = cluster.price.map { $0.usdPerHour * hours }
    energy = cluster.watts.map { $0 * (hours / Double(cluster.count)) / 1000 }
    carbon = carbonIntensity.flatMap { intensity in
      cluster.watts.map { $0 * (hours / Double(cluster.count)) / 1000 * intensity }
    }
    var sentences = [
      "\(formatTokens(tokens)) are \(formatCount(steps)) steps of \(formatTokens(workload.tokensPerStep)), "
        + "\(formatDuration(seconds)) on \(cluster.count) \(cluster.accelerator.name)."
    ]
    sentences += goodput?.sentences ?? []
    if let price = cluster.price {
      sentences.append("At \(formatUSD(price.usdPerHour)) an hour (\(price.basis)) it costs \(formatUSD(usd ?? 0)).")
    } else {
      sentences.append("No price of \(cluster.accelerator.name) is known; give one to get the cost.")
    }
    if let energy {
      let pue = NumberText.rounded(cluster.powerUsageEffectiveness)
      sentences.append(
        "At their design power, times \(pue) for the site, the accelerators use \(formatCount(energy)) kWh.")
    }
    self.sentences = sentences
  }
}
