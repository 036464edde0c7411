import Fitting

/// Differential evolution for mixed and architecture spaces (Awad, Mallik and Hutter 2020):
/// rand/1/bin with F = CR = 0.5 on a population of 20 whose genes stay continuous, and are binned
/// only to be evaluated.
///
/// Genes that leave the unit interval are drawn anew. A child takes its target's place at once
/// where it is no worse, as in the asynchronous form, so that many proposals may be outstanding.
public struct DifferentialEvolution: SearchAlgorithm {
  /// The memo of a proposal.
  struct Child: Sendable {
    /// The genes, before they are binned.
    let genes: [Double]
    /// The member of the population that it competes with; nil for one of the first generation.
    var target: Int?
  }

  private let populationSize: Int
  private let scale: Double
  private let crossover: Double
  private var genes: [[Double]] = []
  private var losses: [Double] = []
  private var target = 0

  /// A differential evolution.
  ///
  /// - Parameters:
  ///   - population: the number of members, at least 4.
  ///   - scale: F, the factor of the difference of two members.
  ///   - crossover: CR, the chance that a gene is the mutant's.
  public init(population: Int = 20, scale: Double = 0.5, crossover: Double = 0.5) {
    populationSize = max(4, population)
    self.scale = scale
    self.crossover = crossover
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let count = space.parameters.count
    guard genes.count == populationSize else {
      let fresh = (0..<count).map { _ in random.uniform() }
      return Proposal(space.point(ofGenes: fresh), memo: Child(genes: fresh))
    }
    defer { target = (target + 1) % populationSize }
    var parents = [0, 0, 0]
    for index in 0..<3 {
      repeat {
        parents[index] = random.integer(below: populationSize)
      } while parents[index] == target || parents[..<index].contains(parents[index])
    }
    let child = crossed(
      genes[target], genes[parents[0]], genes[parents[1]], genes[parents[2]], scale: scale, crossover: crossover,
      &random)
    return Proposal(space.point(ofGenes: child), memo: Child(genes: child, target: target))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let child = proposal.memo as? Child
    let loss = outcome.penalizedLoss
    if let child, let target = child.target {
      guard loss <= losses[target] else { return }
      genes[target] = child.genes
      losses[target] = loss
    } else if genes.count < populationSize, loss.isFinite {
      genes.append(child?.genes ?? space.genes(of: proposal.point))
      losses.append(loss)
    }
  }
}

/// The child of rand/1/bin: a mutant of three parents crossed with a target, its genes drawn anew
/// where they leave the unit interval.
func crossed(
  _ target: [Double], _ base: [Double], _ plus: [Double], _ minus: [Double], scale: Double, crossover: Double,
  _ random: inout SplitMix64
) -> [Double] {
  var child = target
  let certain = random.integer(below: child.count)
  for gene in child.indices where gene == certain || random.uniform() < crossover {
    let mutant = base[gene] + scale * (plus[gene] - minus[gene])
    child[gene] = mutant >= 0 && mutant < 1 ? mutant : random.uniform()
  }
  return child
}

extension AlgorithmEntry {
  /// Differential evolution.
  public static let differentialEvolution = AlgorithmEntry(
    "differential-evolution", summary: "rand/1/bin on continuous genes"
  ) { _, _ in DifferentialEvolution() }
}
