import Foundation
import ScalingLaws
import Testing

@Suite("IsoFLOP runs, one surface")
struct IsoFLOPSurfaceTests {
  @Test("a surface is recovered from noise-free runs on which the parabolas are biased")
  func recovery() throws {
    let surface = try besirogluSurface()
    let (low, high) = (surface.optimalSize().value(at: 6e18) / 4, surface.optimalSize().value(at: 3e21) * 4)
    let sizes = (0..<9).map { low * pow(high / low, Double($0) / 8) }
    let runs = try design(surface, hoffmannBudgets.map { ($0, sizes) })
    let found = try IsoFLOPSurface(runs, IsoFLOPOptions(resamples: 0))
    #expect(isClose(found.exponents.size.exponent.value, 0.512612107623318, 1e-6))
    #expect(isClose(try found.exponents.optimum(at: 5.76e23).params, 72_248_702_500.3822, 1e-5))
    #expect(found.exponents.points.count == 9 && found.rootMeanSquare < 1e-6)
    for point in found.exponents.points {
      #expect(isClose(point.params, surface.optimalSize().value(at: point.flops), 1e-5))
    }
  }

  @Test("the bootstrap resamples runs, the same for a seed, and holds the truth of mildly noisy runs")
  func bootstrap() throws {
    let surface = try besirogluSurface()
    let clean = try design(
      surface, hoffmannBudgets.map { ($0, nineSizes(about: surface.optimalSize().value(at: $0))) })
    var generator = SeededGenerator(seed: 3)
    let runs = try RunColumns(
      params: clean.params, tokens: clean.tokens, flops: clean.flops,
      loss: clean.loss.map { $0 + Double.random(in: -0.01...0.01, using: &generator) }, budget: clean.budget)
    let options = IsoFLOPOptions(resamples: 200, seed: 8, level: 0.99)
    let found = try IsoFLOPSurface(runs, options)
    #expect(try IsoFLOPSurface(runs, options, threads: 2) == found)
    let interval = try #require(found.exponents.size.exponent.interval)
    #expect(interval.lower < surface.sizeExponent && surface.sizeExponent < interval.upper)
    #expect(interval.upper - interval.lower < 0.2)
    #expect(found.exponents.draws.count >= 190)
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(IsoFLOPSurface.self, from: data) == found)
  }
}
