import Documents
import Fitting
import Search

/// A comparison of algorithms with random search on one experiment, each over many seeds at equal
/// budget (Yu et al. 2020).
public struct SearchComparison: Document {
  public static let schema = "windtunnel.search-bench/1"
  public static let kind = "comparison of algorithms"
  public static let remedy = "'windtunnel search bench … --output FILE' writes one"

  /// The unit of a budget.
  public enum Unit: String, Codable, CaseIterable, Sendable {
    case trials, cost
  }

  public struct Point: Codable, Sendable {
    /// The amount spent, in the budget's unit.
    public let spent: Double
    public let meanRegret: Double
    public let standardError: Double
  }

  public struct Row: Codable, Sendable {
    public let algorithm: String
    /// The mean over the seeds of the regret at the last point of the curve.
    public let meanRegret: Double
    public let standardError: Double
    public let medianRegret: Double
    /// The share of seeds that found the best feasible configuration.
    public let optimumFound: Double
    /// The improvement of the mean best value over that of random search, in % of the latter (Yang
    /// et al. 2020); nil for random search, and where that mean is 0.
    public let improvementOverRandom: Double?
    /// The chance that a seed of this algorithm ends with less regret than one of random search,
    /// ties counted half; nil for random search.
    public let probabilityOfSuperiority: Double?
    /// The two-sided p-value of the Mann–Whitney test of the final regrets against random search;
    /// nil for random search.
    public let pValue: Double?
    public let curve: [Point]
    /// The final regret of every seed.
    public let regrets: [Double]
  }

  public let name: String
  public let goals: [Goal]
  public let constraints: [String]
  /// The best feasible value of a single metric; nil for several, where a regret is a share of the
  /// hypervolume of the Pareto front.
  public let optimum: Double?
  /// The column of the fidelity; nil where all trials were trained in full.
  public let fidelity: String?
  /// The agreement of short trainings with full ones, by rising fidelity; empty without a
  /// fidelity.
  public let rankAgreement: [RankAgreement]
  public let budget: Double
  public let unit: Unit
  public let seeds: Int
  public let firstSeed: UInt64
  public let algorithms: [Row]

  /// - Parameters:
  ///   - algorithms: what to compare; random search is added.
  ///   - budget: of every search: its trials, or, where it has no limit on these, its cost.
  ///   - seeds: how many, from `firstSeed` on.
  ///   - progress: called after every search, from any thread.
  public init(
    _ experiment: Experiment, algorithms: [AlgorithmEntry], budget: SearchBudget, seeds: Int, firstSeed: UInt64,
    threads: Int,
    progress: @escaping @Sendable () -> Void = {}
  ) throws {
    guard let objective = experiment.table else {
      throw SearchError(
        "algorithms are compared on a table of results, where trials cost nothing; this experiment runs a command")
    }
    let entries = algorithms.contains(where: isRandom) ? algorithms : algorithms + [.random]
    let unit = budget.trials == nil ? Unit.cost : .trials
    guard let limit = budget.trials.map(Double.init) ?? budget.cost else {
      throw SearchError("a comparison needs a budget, of trials or of cost")
    }
    let earlier = try experiment.earlierTrials().flatMap(\.trials)
    let choices = try entries.map { try experiment.searchAlgorithm($0) }
    let results = mapInParallel(
      entries.count * seeds, threads: threads, state: {},
      body: { index, _ -> Result<[(spent: Double, regret: Double)], any Error> in
        defer { progress() }
        return Result {
          let search = try TableSearch(
            objective, choices[index / seeds], start: experiment.start, earlier: earlier, budget: budget,
            seed: firstSeed &+ UInt64(index % seeds))
          return search.steps.map {
            (unit == .trials ? $0.trials : $0.cost, $0.regret)
          }
        }
      })
    let curves = try results.map { try $0.get() }
    // A seed that failed all its trials has no regret; it counts as the worst that any seed ended with.
    let worst = curves.joined().map(\.regret).filter(\.isFinite).max() ?? 0
    func regrets(_ entry: Int, after spent: Double) -> [Double] {
      curves[entry * seeds..<(entry + 1) * seeds].map { curve in
        // Fractions of full trainings do not add up to the last bit.
        let after = curve.partitioningIndex { $0.spent > spent * (1 + 1e-9) }
        let regret = after > 0 ? curve[after - 1].regret : worst
        return regret.isFinite ? regret : worst
      }
    }
    let random = entries.firstIndex(where: isRandom).map { regrets($0, after: limit) } ?? []
    let goals = objective.goals
    let randomMean = goals[0].direction.value(ofLoss: mean(random) + objective.bestLoss)
    self.algorithms = entries.indices.map { index in
      let final = regrets(index, after: limit)
      let isRandom = isRandom(entries[index])
      let gain = mean(random) - mean(final)
      let test = isRandom ? nil : MannWhitney(final, random)
      return Row(
        algorithm: entries[index].name, meanRegret: mean(final), standardError: standardError(final),
        medianRegret: median(final), optimumFound: Double(final.count { $0 == 0 }) / Double(seeds),
        improvementOverRandom: isRandom || randomMean == 0 || goals.count > 1 ? nil : 100 * gain / abs(randomMean),
        probabilityOfSuperiority: test?.superiority, pValue: test?.pValue,
        curve: curvePoints(limit, unit).map { spent in
          let values = regrets(index, after: spent)
          return Point(spent: spent, meanRegret: mean(values), standardError: standardError(values))
        }, regrets: final)
    }
    name = experiment.name
    self.goals = goals
    constraints = experiment.constraints
    optimum = goals.count > 1 ? nil : goals[0].direction.value(ofLoss: objective.bestLoss)
    fidelity = objective.fidelity?.name
    rankAgreement = objective.rankAgreement()
    self.budget = limit
    self.unit = unit
    self.seeds = seeds
    self.firstSeed = firstSeed
  }
}

private func isRandom(_ entry: AlgorithmEntry) -> Bool { entry.name == AlgorithmEntry.random.name }

/// The points of a curve: about eight per octave, as the first trials of a search change most.
private func curvePoints(_ limit: Double, _ unit: SearchComparison.Unit) -> [Double] {
  var points: [Double] = []
  var next = unit == .trials ? 1 : limit / 100
  while next < limit {
    let point = unit == .trials ? next.rounded(.down) : next
    if point != points.last { points.append(point) }
    next *= 1.09
  }
  return points + [limit]
}

private func standardError(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  return standardDeviation(values) / Double(values.count).squareRoot()
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
