import Foundation

/// An adversarial bandit by exponential weights of importance-weighted losses (Exp3: Auer et al.
/// 2002), with the rate √(ln K / (K t)) after t losses in 0 ... 1, which needs no horizon and
/// keeps the regret within 2 √(K T ln K).
struct ExponentialWeights: Sendable {
  private(set) var probabilities: [Double]
  private var sums: [Double]
  private var count = 0

  init(choices: Int) {
    probabilities = [Double](repeating: 1 / Double(choices), count: choices)
    sums = [Double](repeating: 0, count: choices)
  }

  mutating func charge(_ choice: Int, loss: Double) {
    count += 1
    sums[choice] += loss / probabilities[choice]
    let choices = Double(sums.count)
    let rate = (log(choices) / (choices * Double(count))).squareRoot()
    let least = sums.min() ?? 0
    let weights = sums.map { exp(-rate * ($0 - least)) }
    let sum = weights.reduce(0, +)
    probabilities = weights.map { max($0 / sum, 1e-12) }
  }
}
