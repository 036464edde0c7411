import Fitting

/// The share of the variance of a study's losses that each parameter explains by itself:
/// functional ANOVA of a random forest (Hutter, Hoos and Leyton-Brown 2014).
///
/// The forest is fitted to the feasible trials that were trained in full. Each tree is a function
/// that is constant on boxes, so that its variance over the whole space, and that of its mean
/// along one parameter, are exact; their ratio is averaged over the trees. Variance that only
/// combinations of parameters explain is not attributed, so that shares add up to at most 1.
public struct ParameterImportance: Sendable, Hashable {
  /// The share of every parameter of the space, in 0 ... 1.
  public let shares: [Double]
  /// The number of trials that it is based on.
  public let trials: Int

  private static let trees = 64
  private static let leastTrials = 10

  /// The importance of the parameters in a study.
  ///
  /// - Returns: nil with fewer than ten feasible trials trained in full, or where all losses are
  ///   equal.
  public init?(_ study: Study, seed: UInt64 = 0) {
    let trials = study.trials.filter { $0.loss != nil && $0.isFeasible }
    let rows = trials.map { study.space.genes(of: $0.point) }
    self.init(rows, trials.compactMap(\.loss), seed: seed)
  }

  /// - Parameters:
  ///   - rows: genes in 0 ..< 1, one row per trial.
  ///   - losses: one per row.
  init?(_ rows: [[Double]], _ losses: [Double], seed: UInt64) {
    guard rows.count >= Self.leastTrials, let first = losses.first, losses.contains(where: { $0 != first }) else {
      return nil
    }
    trials = rows.count
    let shares = (0..<Self.trees).compactMap { number -> [Double]? in
      var random = SplitMix64(seed: seed, stream: number)
      let sample = rows.indices.map { _ in random.integer(below: rows.count) }
      return RegressionTree(rows, losses, sample).mainEffects(dimensions: rows[0].count)
    }
    guard !shares.isEmpty else { return nil }
    self.shares = rows[0].indices.map { index in shares.reduce(0) { $0 + $1[index] } / Double(shares.count) }
  }
}

/// A regression tree, grown until its leaves are pure, stored as the boxes of its leaves.
private struct RegressionTree {
  private struct Leaf {
    var low: [Double]
    var high: [Double]
    var mean = 0.0

    var volume: Double { zip(low, high).reduce(1) { $0 * ($1.1 - $1.0) } }
  }

  private var leaves: [Leaf] = []

  init(_ rows: [[Double]], _ losses: [Double], _ sample: [Int]) {
    let count = rows[0].count
    var open: [(rows: [Int], leaf: Leaf)] = [
      (sample, Leaf(low: [Double](repeating: 0, count: count), high: [Double](repeating: 1, count: count)))
    ]
    while var (members, leaf) = open.popLast() {
      leaf.mean = members.reduce(0) { $0 + losses[$1] } / Double(members.count)
      guard let (feature, at) = Self.split(members, rows, losses, mean: leaf.mean) else {
        leaves.append(leaf)
        continue
      }
      var (left, right) = (leaf, leaf)
      left.high[feature] = at
      right.low[feature] = at
      let middle = members.partition { rows[$0][feature] >= at }
      open.append((Array(members[middle...]), right))
      open.append((Array(members[..<middle]), left))
    }
  }

  /// The split that reduces the squares most; nil where nothing is left to split.
  private static func split(
    _ members: [Int], _ rows: [[Double]], _ losses: [Double], mean: Double
  ) -> (feature: Int, at: Double)? {
    var best: (feature: Int, at: Double)?
    var most = 0.0
    for feature in rows[0].indices {
      let order = members.sorted { (rows[$0][feature], $0) < (rows[$1][feature], $1) }
      var sum = 0.0
      for place in 1..<max(1, order.count) {
        sum += losses[order[place - 1]] - mean
        let (before, after) = (rows[order[place - 1]][feature], rows[order[place]][feature])
        guard before < after else { continue }
        // The reduction of the squares, about the mean of all.
        let gain = sum * sum * (1 / Double(place) + 1 / Double(order.count - place))
        if gain > most * (1 + 1e-12) { (best, most) = ((feature, (before + after) / 2), gain) }
      }
    }
    return most > 0 ? best : nil
  }

  /// The share of the variance that each dimension explains by itself; nil for a tree without
  /// variance.
  func mainEffects(dimensions: Int) -> [Double]? {
    let weights = leaves.map(\.volume)
    let mean = zip(leaves, weights).reduce(0) { $0 + $1.0.mean * $1.1 }
    let variance = zip(leaves, weights).reduce(0) { $0 + ($1.0.mean - mean) * ($1.0.mean - mean) * $1.1 }
    guard variance > 0 else { return nil }
    return (0..<dimensions).map { dimension in
      // The mean over the other dimensions changes where leaves begin and end.
      let changes = zip(leaves, weights).flatMap { leaf, weight in
        let density = (leaf.mean - mean) * weight / (leaf.high[dimension] - leaf.low[dimension])
        return [(at: leaf.low[dimension], by: density), (at: leaf.high[dimension], by: -density)]
      }.sorted { $0.at < $1.at }
      var (effect, sum) = (0.0, 0.0)
      for (change, next) in zip(changes, changes.dropFirst()) {
        sum += change.by
        effect += sum * sum * (next.at - change.at)
      }
      return effect / variance
    }
  }
}
