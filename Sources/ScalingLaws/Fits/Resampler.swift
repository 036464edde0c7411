import Fitting

/// Draws what a bootstrap needs, all from one stream of random numbers, so that a seed says everything.
struct Resampler {
  private let random: Random

  init(seed: UInt64) { random = Random(seed: seed) }

  /// As many cases as there are, with replacement (Efron 1979).
  func cases(_ cases: [Int]) -> [Int] { cases.map { _ in cases[random.integer(below: cases.count)] } }

  /// A sample of these numbers of a size, with replacement.
  func cases(_ numbers: Range<Int>, count: Int) -> [Int] {
    (0..<count).map { _ in numbers.lowerBound + random.integer(below: numbers.count) }
  }

  /// Values with normal noise of a standard deviation.
  func noisy(_ values: [Double], deviation: Double) -> [Double] { values.map { $0 + deviation * random.normal() } }
}
