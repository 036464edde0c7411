import Foundation

/// The limits of a design.
public struct DesignLimits: Sendable {
  /// The largest total cost of all runs.
  public var budget: Double
  public var runs: Int
  /// The largest number of times that one candidate may be bought.
  public var repeats: Int

  public init(budget: Double, runs: Int, repeats: Int) {
    self.budget = budget
    self.runs = runs
    self.repeats = repeats
  }
}

extension DesignProblem {
  /// The number of times to buy each candidate so that the goals are estimated as precisely as the money allows:
  /// exchanges minimize the mean over scenarios and goals of the logarithm of their variances.
  ///
  /// The exchange algorithm of Fedorov (1972, chapter 3) with costs: one or two bought runs are given up and their cost
  /// is spent again, by the gain of a run or by its gain per cost, until no such exchange is worthwhile. It starts from
  /// several designs and keeps the best; it is deterministic.
  public func exchanged(_ limits: DesignLimits) -> [Int] {
    let search = DesignSearch(self, limits)
    let ends = search.starts().map { search.descended($0) }
    return ends.min { $0.score < $1.score }?.repeats ?? costs.map { _ in 0 }
  }
}

/// The exchanges. All matrices are scaled by the candidates' typical derivatives, to be well conditioned.
private struct DesignSearch {
  typealias Design = (repeats: [Int], score: Double)

  let costs: [Double]
  let limits: DesignLimits
  let count: Int
  /// For each scenario, the candidates' rows, and the information before.
  let rows: [[Double]]
  let priors: [[Double]]
  /// The scenario and the derivatives of each goal.
  let goals: [(scenario: Int, slopes: [Double])]

  init(_ problem: DesignProblem, _ limits: DesignLimits) {
    costs = problem.costs
    self.limits = limits
    let count = problem.parameterCount
    self.count = count
    var squares = [Double](repeating: 0, count: count)
    for scenario in problem.scenarios {
      for (index, slope) in scenario.rows.enumerated() { squares[index % count] += slope * slope }
    }
    let samples = Double(max(1, problem.scenarios.count * problem.costs.count))
    let scale = squares.map { $0 > 0 ? 1 / ($0 / samples).squareRoot() : 1 }
    rows = problem.scenarios.map { $0.rows.enumerated().map { $1 * scale[$0 % count] } }
    var prior = problem.prior.enumerated().map { $1 * scale[$0 / count] * scale[$0 % count] }
    // Until enough runs are chosen, this prior alone determines the parameters.
    for a in 0..<count { prior[a * count + a] += 1e-8 }
    priors = problem.scenarios.map { _ in prior }
    goals = problem.scenarios.enumerated().flatMap { index, scenario in
      scenario.goals.map { (index, zip($0, scale).map(*)) }
    }
  }

  /// Initial designs: bought greedily from nothing, and spread over the candidates.
  func starts() -> [[Int]] {
    var starts = [filled(costs.map { _ in 0 }, byCost: true)]
    for step in [5, 7, 11] {
      var repeats = costs.indices.map { $0 % step == 0 ? 1 : 0 }
      while let costliest = overspent(repeats) { repeats[costliest] -= 1 }
      starts.append(filled(repeats, byCost: true))
    }
    return starts
  }

  /// The most expensive run of a design that violates a limit; nil if it satisfies all.
  private func overspent(_ repeats: [Int]) -> Int? {
    let bought = repeats.indices.filter { repeats[$0] > 0 }
    guard spent(repeats) > limits.budget || repeats.reduce(0, +) > limits.runs else { return nil }
    return bought.max { costs[$0] < costs[$1] }
  }

  private func spent(_ repeats: [Int]) -> Double { zip(repeats, costs).reduce(0) { $0 + Double($1.0) * $1.1 } }

  /// Exchanges runs until no exchange is worthwhile.
  func descended(_ start: [Int]) -> Design {
    var best: Design = (start, score(start))
    for _ in 0..<40 {
      let before = best.score
      let bought = best.repeats.indices.filter { best.repeats[$0] > 0 }
      for (place, first) in bought.enumerated() {
        for second in [nil] + bought[place...].map(Optional.some) {
          var left = best.repeats
          left[first] -= 1
          if let second { left[second] -= 1 }
          // An earlier exchange may have given up the same run.
          guard left[first] >= 0, second.map({ left[$0] >= 0 }) ?? true else { continue }
          for byCost in [false, true] {
            let repeats = filled(left, byCost: byCost)
            let score = score(repeats)
            if score < best.score - 1e-7 { best = (repeats, score) }
          }
        }
      }
      if before - best.score < 1e-4 { break }
    }
    return best
  }

  /// Buys the candidate of the largest gain, per cost or outright, until money, runs or gains run out.
  private func filled(_ start: [Int], byCost: Bool) -> [Int] {
    var repeats = start
    var left = limits.budget * (1 + 1e-9) - spent(start)
    var runs = limits.runs - start.reduce(0, +)
    guard runs > 0, costs.contains(where: { $0 <= left }) else { return repeats }
    var inverses = inverses(start)
    while runs > 0 {
      let gains = gains(inverses) { costs[$0] <= left && repeats[$0] < limits.repeats }
      let worth = gains.enumerated().map { byCost ? $1 / costs[$0] : $1 }
      guard let best = worth.indices.max(by: { worth[$0] < worth[$1] }), gains[best] > 1e-9 else { break }
      repeats[best] += 1
      left -= costs[best]
      runs -= 1
      for scenario in rows.indices { add(best, scenario, to: &inverses[scenario]) }
    }
    return repeats
  }

  /// The decrease of the criterion by one more run of each candidate; 0 for those that cannot be bought.
  private func gains(_ inverses: [[Double]], _ allowed: (Int) -> Bool) -> [Double] {
    let candidates = costs.indices.filter(allowed)
    var gains = [Double](repeating: 0, count: costs.count)
    var spread = gains
    for scenario in rows.indices {
      let inverse = inverses[scenario]
      rows[scenario].withUnsafeBufferPointer { row in
        inverse.withUnsafeBufferPointer { inverse in
          for candidate in candidates { spread[candidate] = 1 + product(inverse, row, candidate) }
        }
        for goal in goals where goal.scenario == scenario {
          let direction = (0..<count).map { a in
            (0..<count).reduce(0) { $0 + inverse[a * count + $1] * goal.slopes[$1] }
          }
          let variance = zip(direction, goal.slopes).reduce(0) { $0 + $1.0 * $1.1 }
          for candidate in candidates {
            var along = 0.0
            for a in 0..<count { along += row[candidate * count + a] * direction[a] }
            let share = along * along / (spread[candidate] * variance)
            gains[candidate] -= log1p(-min(share, 1 - 1e-15))
          }
        }
      }
    }
    return gains.map { $0 / Double(goals.count) }
  }

  /// `gᵀ inverse g` of a candidate.
  private func product(
    _ inverse: UnsafeBufferPointer<Double>, _ row: UnsafeBufferPointer<Double>, _ candidate: Int
  ) -> Double {
    var sum = 0.0
    for a in 0..<count {
      var part = 0.0
      for b in 0..<count { part += inverse[a * count + b] * row[candidate * count + b] }
      sum += part * row[candidate * count + a]
    }
    return sum
  }

  /// The inverse after one more run of a candidate (Sherman and Morrison 1950).
  private func add(_ candidate: Int, _ scenario: Int, to inverse: inout [Double]) {
    let row = rows[scenario][(candidate * count)..<((candidate + 1) * count)].map { $0 }
    let along = (0..<count).map { a in (0..<count).reduce(0) { $0 + inverse[a * count + $1] * row[$1] } }
    let spread = 1 + zip(along, row).reduce(0) { $0 + $1.0 * $1.1 }
    for a in 0..<count { for b in 0..<count { inverse[a * count + b] -= along[a] * along[b] / spread } }
  }

  /// The inverse of each scenario's information.
  private func inverses(_ repeats: [Int]) -> [[Double]] {
    let bought = repeats.indices.filter { repeats[$0] > 0 }
    return rows.indices.map { scenario in
      var matrix = priors[scenario]
      for candidate in bought {
        for a in 0..<count {
          let slope = Double(repeats[candidate]) * rows[scenario][candidate * count + a]
          for b in 0..<count { matrix[a * count + b] += slope * rows[scenario][candidate * count + b] }
        }
      }
      return Spectrum(matrix, count).inverse ?? matrix.map { _ in .infinity }
    }
  }

  /// The mean over scenarios and goals of the logarithm of the variance; infinite if a matrix has no inverse.
  private func score(_ repeats: [Int]) -> Double {
    let inverses = inverses(repeats)
    let sum = goals.reduce(0) { sum, goal in
      let variance = quadratic(inverses[goal.scenario], goal.slopes)
      return sum + (variance.isFinite ? log(max(variance, 1e-300)) : .infinity)
    }
    return sum / Double(goals.count)
  }
}
