import Fitting

/// Algorithms on one experiment, each over many seeds at equal budget, beside random search (Yu et al. 2020).
public struct SearchComparison: Encodable, Sendable {
  public struct Point: Encodable, Sendable {
    /// After how many trials.
    public let trials: Int
    public let meanRegret: Double
    public let standardError: Double
  }

  public struct Row: Encodable, Sendable {
    public let algorithm: String
    /// Of the last point of the curve, over the seeds.
    public let meanRegret: Double
    public let standardError: Double
    public let medianRegret: Double
    /// The share of seeds that found the best feasible configuration.
    public let optimumFound: Double
    /// How much better the mean of the best values is than random search's, in % of the latter (Yang et al. 2020); nil for
    /// random search, and where that mean is 0.
    public let improvementOverRandom: Double?
    /// The chance that a seed of this one ends below one of random search, ties counted half; nil for random search.
    public let probabilityOfSuperiority: Double?
    /// Of the Mann–Whitney test of the final regrets against random search, two-sided; nil for random search.
    public let pValue: Double?
    public let curve: [Point]
    /// The final regret of every seed.
    public let regrets: [Double]
  }

  public let schema = "windtunnel.search-bench/1"
  public let name: String
  public let metric: String
  public let direction: TableObjective.Direction
  public let constraints: [String]
  public let optimum: Double
  public let trials: Int
  public let seeds: Int
  public let firstSeed: UInt64
  public let algorithms: [Row]

  /// - Parameters:
  ///   - algorithms: what to compare; random search is added.
  ///   - seeds: how many, from `firstSeed` on.
  ///   - progress: called after every search, from any thread.
  public init(
    _ experiment: Experiment, algorithms: [AlgorithmName], trials: Int, seeds: Int, firstSeed: UInt64, threads: Int,
    progress: @escaping @Sendable () -> Void = {}
  ) throws {
    let objective = experiment.objective
    let names = algorithms.contains(.random) ? algorithms : algorithms + [.random]
    let results = mapInParallel(
      names.count * seeds, threads: threads, state: {},
      body: { index, _ -> Result<[Double], any Error> in
        defer { progress() }
        return Result {
          let search = try TableSearch(
            objective, names[index / seeds].algorithm, budget: SearchBudget(trials: trials),
            seed: firstSeed &+ UInt64(index % seeds))
          return search.bestLosses.map { $0 - objective.bestLoss }
        }
      })
    let curves = try results.map { try $0.get() }
    // A seed that failed all its trials has no regret; it counts as the worst that any seed ended with.
    let worst = curves.joined().filter(\.isFinite).max() ?? 0
    func regrets(_ name: Int, after trials: Int) -> [Double] {
      curves[name * seeds..<(name + 1) * seeds].map { curve in
        let regret = curve.isEmpty ? worst : curve[min(trials, curve.count) - 1]
        return regret.isFinite ? regret : worst
      }
    }
    let random = names.firstIndex(of: .random).map { regrets($0, after: trials) } ?? []
    let randomMean = objective.value(ofLoss: mean(random) + objective.bestLoss)
    self.algorithms = names.indices.map { index in
      let final = regrets(index, after: trials)
      let isRandom = names[index] == .random
      let gain = mean(random) - mean(final)
      let test = isRandom ? nil : MannWhitney(final, random)
      return Row(
        algorithm: names[index].rawValue, meanRegret: mean(final), standardError: standardError(final),
        medianRegret: median(final), optimumFound: Double(final.count { $0 == 0 }) / Double(seeds),
        improvementOverRandom: isRandom || randomMean == 0 ? nil : 100 * gain / abs(randomMean),
        probabilityOfSuperiority: test?.superiority, pValue: test?.pValue,
        curve: curvePoints(trials).map { count in
          let values = regrets(index, after: count)
          return Point(trials: count, meanRegret: mean(values), standardError: standardError(values))
        }, regrets: final)
    }
    name = experiment.name
    metric = objective.metric
    direction = objective.direction
    constraints = experiment.constraints
    optimum = objective.value(ofLoss: objective.bestLoss)
    self.trials = trials
    self.seeds = seeds
    self.firstSeed = firstSeed
  }
}

/// About eight trial counts an octave up to the last, which says more of a search than as many evenly spaced.
private func curvePoints(_ trials: Int) -> [Int] {
  var points: [Int] = []
  var next = 1.0
  while Int(next) < trials {
    if Int(next) != points.last { points.append(Int(next)) }
    next *= 1.09
  }
  return points + [trials]
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

private func standardError(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let centre = mean(values)
  let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
