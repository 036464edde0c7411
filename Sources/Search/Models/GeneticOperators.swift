import Fitting
import Foundation

/// The genetic operators that make a child of two parents: simulated binary crossover (Deb and
/// Agrawal 1995) and polynomial mutation (Deb and Goyal 1996) of ordered parameters, exchange and
/// redrawing of categories.
struct GeneticOperators: Sendable {
  /// η of the crossover; children are nearer to their parents the larger it is.
  var crossoverSpread = 15.0
  /// η of the mutation.
  var mutationSpread = 20.0

  func child(
    of one: SearchSpace.Point, and other: SearchSpace.Point, in space: SearchSpace, _ random: inout SplitMix64
  ) -> SearchSpace.Point {
    var genes = space.genes(of: space.completed(one, &random))
    let others = space.genes(of: space.completed(other, &random))
    let mutationChance = 1 / Double(genes.count)
    for index in genes.indices {
      if space.parameters[index].isOrdered {
        if random.uniform() < 0.5 { genes[index] = crossed(genes[index], others[index], &random) }
        if random.uniform() < mutationChance { genes[index] = mutated(genes[index], &random) }
      } else {
        if random.uniform() < 0.5 { genes[index] = others[index] }
        if random.uniform() < mutationChance { genes[index] = random.uniform() }
      }
    }
    return space.point(ofGenes: genes)
  }

  private func crossed(_ one: Double, _ other: Double, _ random: inout SplitMix64) -> Double {
    let chance = random.uniform()
    let power = 1 / (crossoverSpread + 1)
    let spread = chance < 0.5 ? pow(2 * chance, power) : pow(1 / (2 * (1 - chance)), power)
    let sign = random.uniform() < 0.5 ? 1.0 : -1.0
    return clamped((one + other + sign * spread * (one - other)) / 2)
  }

  private func mutated(_ gene: Double, _ random: inout SplitMix64) -> Double {
    let chance = random.uniform()
    let power = 1 / (mutationSpread + 1)
    return clamped(gene + (chance < 0.5 ? pow(2 * chance, power) - 1 : 1 - pow(2 * (1 - chance), power)))
  }

  private func clamped(_ gene: Double) -> Double { min(max(gene, 0), 1 - 0x1p-53) }
}
