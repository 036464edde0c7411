import Foundation

/// Runs of about the same compute: one isoFLOP profile.
public struct IsoFLOPBudget: Hashable, Sendable {
  /// The compute in FLOP: the label of the runs, or else their geometric mean.
  public let flops: Double
  /// The runs, counted from 0.
  public let runs: [Int]
}

/// The grouping of runs into budgets.
public struct IsoFLOPGrouping: Hashable, Sendable {
  /// By ascending compute.
  public let budgets: [IsoFLOPBudget]
  /// The runs without a budget, counted from 0.
  public let strays: [Int]
}

extension RunColumns {
  /// Groups runs into budgets: by their labels, or else by their compute.
  ///
  /// Without labels, runs whose compute is equal up to rounding form a budget. If that places fewer than nine runs
  /// in ten, a budget is where most runs lie within `tolerance` of each other, then the same among the rest, as long
  /// as three runs do and no other budget is nearer than the tolerance; the runs between budgets stay strays.
  ///
  /// - Parameter tolerance: the width of a budget in decades of compute; 0.1 holds runs that are up to 10 % off.
  public func isoFLOPBudgets(tolerance: Double = 0.1) -> IsoFLOPGrouping {
    if let budget {
      let groups = Dictionary(grouping: budget.indices) { budget[$0] }
      let budgets = groups.map { IsoFLOPBudget(flops: $0.key, runs: $0.value) }.sorted { $0.flops < $1.flops }
      return IsoFLOPGrouping(budgets: budgets, strays: [])
    }
    let exact = densestWindows(width: min(tolerance, 0.002))
    return exact.strays.count * 10 <= count ? exact : densestWindows(width: tolerance)
  }

  private func densestWindows(width: Double) -> IsoFLOPGrouping {
    let decades = flops.map { log10($0) }
    var left = decades.indices.sorted { (decades[$0], $0) < (decades[$1], $1) }
    var found: [(center: Double, runs: [Int])] = []
    var strays: [Int] = []
    while let window = densestWindow(of: left, decades, width: width), window.count >= 3 {
      let runs = Array(left[window])
      let center = runs.reduce(0) { $0 + decades[$1] } / Double(runs.count)
      if found.contains(where: { abs($0.center - center) < width }) {
        // The margin of a budget: runs too far from it to belong and too near to form another.
        strays += runs
      } else {
        found.append((center, runs))
      }
      left.removeSubrange(window)
    }
    let budgets = found.sorted { $0.center < $1.center }.map {
      IsoFLOPBudget(flops: pow(10, $0.center), runs: $0.runs.sorted())
    }
    return IsoFLOPGrouping(budgets: budgets, strays: (strays + left).sorted())
  }
}

/// The positions in `order` of the most runs within a width; among equally many, the closest together, then the lowest.
private func densestWindow(of order: [Int], _ decades: [Double], width: Double) -> Range<Int>? {
  var best: Range<Int>?
  var bestSpan = Double.infinity
  var end = 0
  for start in order.indices {
    while end < order.count, decades[order[end]] - decades[order[start]] <= width { end += 1 }
    let span = decades[order[end - 1]] - decades[order[start]]
    let more = end - start - (best?.count ?? 0)
    if more > 0 || more == 0 && span < bestSpan { (best, bestSpan) = (start..<end, span) }
  }
  return best
}
