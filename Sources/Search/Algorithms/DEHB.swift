import Fitting

/// DEHB (Awad, Mallik and Hutter 2021): Hyperband's brackets, with a population of differential
/// evolution for every fidelity in place of chance.
///
/// In the first round the best of a rung go on as in Hyperband. Later each rung of a bracket makes
/// children of its own population whose mutation parents are the best of the next lower fidelity;
/// where these are fewer than three, all populations fill them up.
public struct DEHB: SearchAlgorithm {
  /// The memo of a proposal: its genes and its place.
  private struct Child: Sendable {
    let genes: [Double]
    let bracket: Int
    let rung: Int
    /// The population that it competes in, and the member it competes with.
    let level: Int
    let target: Int
  }

  private struct Member {
    var genes: [Double]
    var loss = Double.infinity
  }

  private struct Progress {
    var rung = 0
    var issued = 0
    var done = 0
    /// Members of the lower rung's population that were promoted, in the first round.
    var promoted: Set<Int> = []
  }

  private let plans: [Hyperband.Plan]
  private let scale = 0.5
  private let crossover = 0.5
  /// By fidelity, the lowest first.
  private let fidelities: [Double]
  private let sizes: [Int]
  private var populations: [[Member]] = []
  /// The member of every population that is the next target.
  private var targets: [Int]
  private var brackets: [Int: Progress] = [:]
  private var begun = 0

  /// A DEHB search.
  ///
  /// - Parameter fidelity: how far trials can be trained.
  public init(_ fidelity: Fidelity) {
    let plans = Hyperband.plans(fidelity, sizes: .wholeMultiples)
    self.plans = plans
    let deepest = plans.count - 1
    fidelities = plans[0].fidelities
    // A bracket of depth d has its last d + 1 rungs at the highest fidelities.
    sizes = (0...deepest).map { level in
      plans.compactMap { plan in
        let rung = level - (deepest + 1 - plan.counts.count)
        return rung >= 0 ? plan.counts[rung] : nil
      }.max() ?? 1
    }
    targets = Array(repeating: 0, count: deepest + 1)
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    if populations.isEmpty {
      populations = sizes.map { size in
        (0..<size).map { _ in Member(genes: space.parameters.map { _ in random.uniform() }) }
      }
    }
    let waiting = brackets.keys.sorted().first { number in
      brackets[number].map { $0.issued < plans[number % plans.count].counts[$0.rung] } ?? false
    }
    let number = waiting ?? begun
    if waiting == nil {
      brackets[begun] = Progress()
      begun += 1
    }
    return job(number, in: space, &random)
  }

  private mutating func job(_ number: Int, in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let plan = plans[number % plans.count]
    let rung = brackets[number]?.rung ?? 0
    let level = fidelities.count - plan.counts.count + rung
    let target = targets[level]
    targets[level] = (target + 1) % sizes[level]
    brackets[number]?.issued += 1

    var genes: [Double]
    if number < plans.count, rung > 0 {
      genes = promoted(from: level - 1, in: number)
    } else if populations[level][target].loss == .infinity, rung == 0 {
      genes = populations[level][target].genes
    } else {
      genes = child(level: level, target: target, parents: rung > 0 ? plan.counts[rung] : sizes[level], rung, &random)
    }
    return Proposal(
      space.point(ofGenes: genes), fidelity: plan.fidelities[rung],
      memo: Child(genes: genes, bracket: number, rung: rung, level: level, target: target))
  }

  /// The genes of the best member of a population that was not promoted in this bracket yet.
  private mutating func promoted(from level: Int, in number: Int) -> [Double] {
    let population = populations[level]
    let gone = brackets[number]?.promoted ?? []
    let best = population.indices.filter { !gone.contains($0) }
      .min { (population[$0].loss, $0) < (population[$1].loss, $1) }
    guard let best else { return population[0].genes }
    brackets[number]?.promoted.insert(best)
    return population[best].genes
  }

  private func child(
    level: Int, target: Int, parents count: Int, _ rung: Int, _ random: inout SplitMix64
  ) -> [Double] {
    let source = populations[rung > 0 ? level - 1 : level]
    var pool = source.sorted { $0.loss < $1.loss }.prefix(count).map(\.genes)
    if pool.count < 3 {
      let everyone = populations.joined().map(\.genes)
      while pool.count < 4 { pool.append(everyone[random.integer(below: everyone.count)]) }
    }
    var chosen: [Int] = []
    while chosen.count < 3 {
      let index = random.integer(below: pool.count)
      if !chosen.contains(index) { chosen.append(index) }
    }
    return crossed(
      populations[level][target].genes, pool[chosen[0]], pool[chosen[1]], pool[chosen[2]], scale: scale,
      crossover: crossover, &random)
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard let child = proposal.memo as? Child else { return }
    if outcome.source == .refused, child.rung == 0 {
      // Another configuration takes its place in the rung.
      if populations[child.level][child.target].genes == child.genes {
        populations[child.level][child.target].genes = child.genes.map { _ in random.uniform() }
      }
      brackets[child.bracket]?.issued -= 1
      return
    }
    let loss = outcome.penalizedLoss
    if loss <= populations[child.level][child.target].loss {
      populations[child.level][child.target] = Member(genes: child.genes, loss: loss)
    }
    count(child.bracket)
  }

  private mutating func count(_ bracket: Int) {
    guard var progress = brackets[bracket] else { return }
    progress.done += 1
    let plan = plans[bracket % plans.count]
    if progress.done == plan.counts[progress.rung] {
      progress = Progress(rung: progress.rung + 1)
    }
    brackets[bracket] = progress.rung < plan.counts.count ? progress : nil
  }
}

extension AlgorithmEntry {
  /// DEHB.
  public static let dehb = AlgorithmEntry(
    multiFidelity: "dehb", summary: "Hyperband with differential evolution in place of chance"
  ) { DEHB($0) }
}
