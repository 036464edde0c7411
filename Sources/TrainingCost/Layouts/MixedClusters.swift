/// A training step shared by groups of different accelerators: each group trains its own replicas on its share of the
/// batch, and their gradients are summed.
public struct MixedLayout: Sendable {
  public let groups: [Group]
  /// Seconds of a step: those of the slowest group, plus the sum of gradients between the groups.
  public let seconds: Double
  /// The part of `seconds` for the sum between the groups.
  public let betweenGroups: Double

  public struct Group: Sendable {
    public let cluster: Cluster
    /// The number of the step's sequences in the group.
    public let sequences: Int
    public let layout: RankedLayout
    /// The share of the step in which it waits for a slower group.
    public let idle: Double
  }

  /// Divides a step's batch so that all groups take about the same time, each in its fastest layout.
  ///
  /// Shares start in proportion to the peaks and move in proportion to the rates that the layouts reach; the best of
  /// the shares tried is kept. A group without a layout that fits is an error, because it would have to be left out.
  ///
  /// - Parameter clusters: at least one.
  /// - Throws: ``CostError`` if a group has no layout that fits, or the batch has fewer sequences than groups.
  public init(
    _ workload: TrainingWorkload, on clusters: [Cluster], _ options: LayoutSearch.Options = LayoutSearch.Options()
  ) throws(CostError) {
    var rates: [Double] = []
    for cluster in clusters {
      rates.append(try cluster.accelerator.peak(workload.precision) * Double(cluster.count))
    }
    var best: MixedLayout?
    for _ in 0..<6 {
      let shares = try Self.shares(of: workload.globalBatch, by: rates, among: clusters)
      var found: [(cluster: Cluster, sequences: Int, layout: RankedLayout)] = []
      for (cluster, sequences) in zip(clusters, shares) {
        var part = workload
        part.globalBatch = sequences
        let search = LayoutSearch(try StepModel(part, on: cluster), options)
        guard let layout = search.best.first else {
          throw CostError(
            "no layout of \(sequences) sequences fits \(cluster.count) \(cluster.accelerator.name); leave the group "
              + "out, or use more of its accelerators")
        }
        found.append((cluster, sequences, layout))
      }
      let mixed = try MixedLayout(found, workload)
      if mixed.seconds < best?.seconds ?? .infinity { best = mixed }
      rates = found.map { Double($0.sequences) / $0.layout.time.total }
    }
    guard let best else { throw CostError("there is no group of accelerators") }
    self = best
  }

  private init(
    _ found: [(cluster: Cluster, sequences: Int, layout: RankedLayout)], _ workload: TrainingWorkload
  ) throws(CostError) {
    // The groups' sums are reduced again, over the slowest network and the fewest adapters of a group.
    var narrowest = Double.infinity
    for group in found {
      let model = try StepModel(workload, on: group.cluster)
      narrowest = min(narrowest, model.networkRate(across: group.cluster.count) * Double(group.cluster.count))
    }
    let n = Double(found.count)
    let bytes = 2 * (n - 1) / n * workload.gradientBytes * Double(workload.shape.parameters.total)
    betweenGroups = found.count > 1 ? bytes / narrowest : 0
    let slowest = found.map(\.layout.time.total).max() ?? 0
    let total = slowest + betweenGroups
    seconds = total
    groups = found.map {
      Group(
        cluster: $0.cluster, sequences: $0.sequences, layout: $0.layout,
        idle: (slowest - $0.layout.time.total) / total)
    }
  }

  /// Sequences in proportion to rates, in whole parts that a group's replicas can share.
  private static func shares(
    of batch: Int, by rates: [Double], among clusters: [Cluster]
  ) throws(CostError) -> [Int] {
    guard batch >= clusters.count else {
      throw CostError("\(batch) sequences of a step are fewer than the \(clusters.count) groups of accelerators")
    }
    let sum = rates.reduce(0, +)
    var shares = zip(rates, clusters).map { rate, cluster in
      let exact = Double(batch) * rate / sum
      let unit = (1...max(1, min(cluster.count, Int(exact / 8)))).last { cluster.count % $0 == 0 } ?? 1
      return max(1, Int((exact / Double(unit)).rounded()) * unit)
    }
    // The first group, which is the largest, absorbs the rounding error.
    let largest = rates.indices.max { rates[$0] < rates[$1] } ?? 0
    shares[largest] += batch - shares.reduce(0, +)
    guard shares.allSatisfy({ $0 >= 1 }) else {
      throw CostError("\(batch) sequences in a step are too few to divide among the groups; use a larger batch")
    }
    return shares
  }
}
