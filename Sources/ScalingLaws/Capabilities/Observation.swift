import Fitting
import Foundation

/// Observational scaling (Ruan, Maddison and Hashimoto 2024, arXiv 2405.10938): the capabilities of public models from
/// their benchmark scores, their growth with compute in each family, and their relation to a task.
public struct Observation: Sendable {
  public let scores: ModelScores
  public let space: CapabilitySpace
  /// Each component's share of the variance.
  public let shares: [Measured]
  /// The cumulative share of the first components.
  public let cumulative: [Measured]
  public let families: [FamilyTrend]
  public let task: TaskForecast?
  public let settings: Settings
  /// The number of resamples without a result.
  public let failed: Int

  /// A number and the interval of its draws.
  public struct Measured: Codable, Sendable, Equatable {
    public var value: Double
    public var interval: [Double]?
  }

  public struct Settings: Sendable {
    /// The number of components that count as capabilities.
    public var components = 3
    /// Bootstrap resamples of the models; none if 0.
    public var resamples = 200
    public var level = 0.9
    public var seed: UInt64 = 0
    public var threads = 1

    public init() {}
  }

  /// - Parameters:
  ///   - scores: those of the benchmarks, and of the task in the same rows.
  ///   - task: the score to predict, and the compute in FLOP up to which models are fitted; it must not be one of the
  ///     benchmarks that predict it.
  /// - Throws: ``LawError`` for a request that the models cannot meet, `FitError` if there are too few.
  public init(
    _ scores: ModelScores, task: (name: String, cutoff: Double)? = nil, _ settings: Settings,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let columns = scores.benchmarks.indices.filter { scores.benchmarks[$0] != task?.name }
    guard settings.components >= 1, settings.components <= columns.count else {
      throw LawError(
        "\(columns.count) benchmarks have from 1 to \(columns.count) components, not \(settings.components)")
    }
    guard scores.scores.count > settings.components + 1 else {
      throw FitError(
        "\(scores.scores.count) models are too few for \(settings.components) components; give more models")
    }
    let rows = scores.scores.map { row in columns.map { row[$0] } }
    for (index, column) in columns.enumerated() where rows.allSatisfy({ $0[index].isNaN }) {
      throw LawError("the benchmark '\(scores.benchmarks[column])' has no score; leave it out with --benchmarks")
    }
    let space = try CapabilitySpace(rows, components: settings.components)
    let request = try task.map { try TaskRequest(scores, columns, $0.name, cutoff: $0.cutoff, settings) }
    let draws = mapInParallel(
      settings.resamples, threads: settings.threads, state: {},
      body: { index, _ -> Draw? in
        defer { progress?(1) }
        let random = Random(seed: settings.seed, stream: index)
        let picked = rows.indices.map { _ in rows[random.integer(below: rows.count)] }
        guard let found = try? CapabilitySpace(picked, components: settings.components) else { return nil }
        let forecast = request.map { try? $0.redrawn(random) }
        if request != nil, forecast == nil { return nil }
        return Draw(shares: found.components.shares, forecast: forecast ?? nil)
      }
    ).compactMap { $0 }
    self.scores = scores
    self.space = space
    self.settings = settings
    failed = settings.resamples - draws.count
    func measured(_ value: Double, _ samples: [Double]) -> Measured {
      let ends = percentileInterval(samples, level: settings.level)
      return Measured(value: value, interval: ends.map { [$0.lowerBound, $0.upperBound] })
    }
    let own = space.components.shares
    shares = own.indices.map { index in measured(own[index], draws.map { $0.shares[index] }) }
    cumulative = own.indices.map { index in
      func sum(_ shares: [Double]) -> Double { min(1, shares.prefix(index + 1).reduce(0, +)) }
      return measured(sum(own), draws.map { sum($0.shares) })
    }
    families = Self.trends(scores, space, level: settings.level)
    self.task = try request.map { try $0.forecast(draws.compactMap(\.forecast), measured) }
  }

  private struct Draw: Sendable {
    let shares: [Double]
    let forecast: TaskRequest.Drawn?
  }

  private static func trends(_ scores: ModelScores, _ space: CapabilitySpace, level: Double) -> [FamilyTrend] {
    guard !scores.flops.isEmpty, !scores.families.isEmpty else { return [] }
    let known = scores.flops.indices.filter { !scores.flops[$0].isNaN && !scores.families[$0].isEmpty }
    let groups = Dictionary(grouping: known) { scores.families[$0] }
    return groups.keys.sorted().compactMap { family in
      let rows = groups[family] ?? []
      return FamilyTrend(
        family, flops: rows.map { scores.flops[$0] }, capability: rows.map { space.capabilities[$0][0] }, level: level)
    }
  }
}
