import Fitting
import Foundation
import ScalingLaws
import Testing

/// Gradients with a known noise scale: a true gradient of length 1 and noise of the same variance in each component.
@Suite struct GradientNoiseScaleTests {
  private let dimensions = 64
  private let scale = 200.0
  private let small = 8.0
  private let large = 256.0
  private var variance: Double { scale / Double(dimensions) }

  /// The squared norm of a batch's mean gradient.
  private func squaredNorm(_ batch: Double, _ random: Random) -> Double {
    let deviation = (variance / batch).squareRoot()
    return (0..<dimensions).reduce(0) { sum, component in
      let part = (component == 0 ? 1 : 0) + deviation * random.normal()
      return sum + part * part
    }
  }

  /// How much of each squared norm one step's `tr Σ − B |G|²` holds: what the error of the ratio is made of.
  private var weights: (small: Double, large: Double) {
    let noise = 1 / (1 / small - 1 / large)
    return (noise + scale * small / (large - small), -noise - scale * large / (large - small))
  }

  @Test func `simulated gradients give back their noise scale, and its error in closed form`() throws {
    let random = Random(seed: 7)
    let steps = (0..<1500).map { _ in
      GradientNorms(
        smallBatch: small, largeBatch: large, smallSquaredNorm: squaredNorm(small, random),
        largeSquaredNorm: squaredNorm(large, random))
    }
    let found = try GradientNoiseScale(steps, resamples: 2000, seed: 1)
    // A mean gradient is normal, so the variance of its squared norm is 2 d v² + 4 |G|² v, v = σ²/B.
    func spread(_ batch: Double) -> Double {
      let v = variance / batch
      return 2 * Double(dimensions) * v * v + 4 * v
    }
    let error =
      ((weights.small * weights.small * spread(small) + weights.large * weights.large * spread(large)) / 1500)
      .squareRoot()
    #expect(abs(found.parts.scale - scale) < 3 * error, "\(found.parts.scale) ± \(error)")
    #expect(abs(found.parts.squaredGradient - 1) < 0.1)
    #expect(found.blockLength <= 2)
    let drawn = standardDeviation(found.draws.map(\.scale))
    #expect(abs(drawn / error - 1) < 0.1, "\(drawn) for \(error)")
  }

  @Test func `noise-free norms give the scale exactly`() throws {
    let steps = [(4.0, 32.0), (8.0, 64.0), (16.0, 512.0)].map { small, large in
      GradientNorms(
        smallBatch: small, largeBatch: large, smallSquaredNorm: 0.25 + 50 / small, largeSquaredNorm: 0.25 + 50 / large)
    }
    let found = try GradientNoiseScale(steps, resamples: 0)
    #expect(abs(found.parts.squaredGradient - 0.25) < 1e-12)
    #expect(abs(found.parts.noise - 50) < 1e-10)
    #expect(abs(found.parts.scale - 200) < 1e-8)
  }

  /// The standard deviation of an autoregression's mean is `s/(√n (1 − φ))`.
  @Test func `correlated steps widen the interval as they should`() throws {
    let random = Random(seed: 11)
    let (coefficient, deviation) = (0.8, 0.2)
    var (first, second) = (0.0, 0.0)
    let steps = (0..<8000).map { _ in
      first = coefficient * first + deviation * random.normal()
      second = coefficient * second + 0.1 * deviation * random.normal()
      return GradientNorms(
        smallBatch: small, largeBatch: large, smallSquaredNorm: 1 + scale / small + first,
        largeSquaredNorm: 1 + scale / large + second)
    }
    let found = try GradientNoiseScale(steps, resamples: 2000, seed: 3)
    let error =
      ((weights.small * weights.small + 0.01 * weights.large * weights.large) / 8000).squareRoot() * deviation
      / (1 - coefficient)
    #expect(found.blockLength > 20)
    let drawn = standardDeviation(found.draws.map(\.scale))
    // One step at a time the bootstrap would give a third of it: √((1 − φ)/(1 + φ)).
    #expect(abs(drawn / error - 1) < 0.25, "\(drawn) for \(error)")
    #expect(abs(found.parts.scale - scale) < 3 * error)
  }

  @Test func `the same seed gives the same draws`() throws {
    let steps = (1...50).map { step in
      GradientNorms(
        smallBatch: 8, largeBatch: 64, smallSquaredNorm: 2 + sin(Double(step)), largeSquaredNorm: 0.5)
    }
    let draws = try GradientNoiseScale(steps, resamples: 50, seed: 5).draws
    #expect(try GradientNoiseScale(steps, resamples: 50, seed: 5).draws == draws)
    #expect(try GradientNoiseScale(steps, resamples: 50, seed: 6).draws != draws)
  }

  @Test(arguments: [
    (8.0, 8.0, 2.0, 1.0, "both batch sizes are 8"), (64, 8, 2, 1, "swap"), (0, 8, 2, 1, "above zero"),
    (8, .infinity, 2, 1, "above zero"), (8, 64, -1, 1, "not a squared norm"), (8, 64, 2, .nan, "not a squared norm"),
    (8, 64, 1, 2, "do not fall"), (8, 64, 10, 1, "all noise"),
  ])
  func `norms that do not determine a noise scale are rejected with a message`(
    _ small: Double, _ large: Double, _ smallNorm: Double, _ largeNorm: Double, _ words: String
  ) {
    let step = GradientNorms(
      smallBatch: small, largeBatch: large, smallSquaredNorm: smallNorm, largeSquaredNorm: largeNorm)
    let error = #expect(throws: LawError.self) { try GradientNoiseScale([step, step]) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }
}
