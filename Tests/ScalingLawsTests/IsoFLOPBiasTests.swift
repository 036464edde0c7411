import Foundation
import ScalingLaws
import Testing

/// Figures worked out at 40 digits: noise-free runs of nine sizes over a factor of 16, or as said, at Hoffmann's budgets.
@Suite("Bias of isoFLOP profiles")
struct IsoFLOPBiasTests {
  /// - Parameter drift: what the center of the sizes is times the optimum, at the first and at the last budget.
  private func drifting(_ surface: ChinchillaSurface, _ drift: (Double, Double)) throws -> RunColumns {
    try design(
      surface,
      hoffmannBudgets.enumerated().map { index, flops in
        let off = drift.0 * pow(drift.1 / drift.0, Double(index) / 8)
        return (flops, nineSizes(about: off * surface.optimalSize().value(at: flops)))
      })
  }

  private func expect(
    _ runs: RunColumns, _ surface: ChinchillaSurface, exponent: Double, first: Double, last: Double, target: Double
  ) throws {
    let bias = try IsoFLOPBias(of: runs, under: surface, target: 5.76e23)
    #expect(isClose(bias.trueExponent, surface.sizeExponent, 1e-15))
    #expect(isClose(bias.reportedExponent, exponent, 1e-11))
    #expect(isClose(try #require(bias.budgets.first).ratio, first, 1e-9))
    #expect(isClose(try #require(bias.budgets.last).ratio, last, 1e-9))
    #expect(isClose(try #require(bias.target).ratio, target, 1e-9))
  }

  @Test("sizes that drift against the optimum bias the exponent")
  func drift() throws {
    let surface = try besirogluSurface()
    try expect(
      drifting(surface, (1, 2)), surface, exponent: 0.51441682279098, first: 0.9957563378, last: 1.007770925,
      target: 1.013476035)
    try expect(
      drifting(surface, (0.5, 2)), surface, exponent: 0.51392085390738, first: 0.9925136916, last: 1.007770925,
      target: 1.008698974)
    try expect(
      drifting(surface, (2, 0.5)), surface, exponent: 0.51131183824771, first: 1.007770925, last: 0.9925136916,
      target: 0.9866714945)
  }

  @Test("sizes off by one factor at all budgets bias the coefficient alone")
  func offCenter() throws {
    let surface = try besirogluSurface()
    try expect(
      drifting(surface, (2, 2)), surface, exponent: 0.51261210762332, first: 1.00777092547, last: 1.00777092547,
      target: 1.00777092547)
    let hoffmann = try ChinchillaSurface([exp(0.5267228), exp(6.0073404), exp(6.0179186), 0.33917084, 0.2849083])
    try expect(
      drifting(hoffmann, (1, 1)), hoffmann, exponent: 0.456525914325545, first: 1.0128992684, last: 1.0128992684,
      target: 1.0128992684)
  }

  @Test("sizes around 20 tokens per parameter, and around Kaplan's slope")
  func otherCenters() throws {
    let surface = try besirogluSurface()
    try expect(
      design(surface, hoffmannBudgets.map { ($0, nineSizes(about: ($0 / 120).squareRoot())) }), surface,
      exponent: 0.512703318691, first: 0.9949774929, last: 0.9955431997, target: 0.9960041605)
    let middle = surface.optimalSize().value(at: 1e20)
    try expect(
      design(surface, hoffmannBudgets.map { ($0, nineSizes(about: middle * pow($0 / 1e20, 0.73))) }), surface,
      exponent: 0.513968195523, first: 0.9951218439, last: 1.010870612, target: 1.009685499)
  }

  @Test("the same sizes at all budgets: far too small a model is planned, and the sentence says how far")
  func sameSizes() throws {
    let surface = try besirogluSurface()
    let (low, high) = (surface.optimalSize().value(at: 6e18) / 4, surface.optimalSize().value(at: 3e21) * 4)
    let sizes = (0..<9).map { low * pow(high / low, Double($0) / 8) }
    let runs = try design(surface, hoffmannBudgets.map { ($0, sizes) })
    try expect(
      runs, surface, exponent: 0.49485524016513, first: 1.100624096, last: 0.9149302863, target: 0.8552432058)
    let bias = try IsoFLOPBias(of: runs, under: surface, target: 5.76e23)
    #expect(
      bias.sentence
        == "on this design, and without noise, approach 2 would report a = 0.495 for a law whose true exponent is 0.513; "
        + "at 5.76e23 FLOP its size is 14 % too small")
    #expect(errorText { try IsoFLOPBias(of: runs, under: surface, target: -1) } != "no error")
  }

  @Test("compute counted in another unit than 6ND is not a bias")
  func otherAccounting() throws {
    let surface = try besirogluSurface()
    let runs = try drifting(surface, (0.5, 2))
    let scaled = try RunColumns(
      params: runs.params, tokens: runs.tokens, flops: runs.flops.map { 1.3 * $0 }, loss: runs.loss,
      budget: runs.flops.map { 1.3 * $0 })
    let bias = try IsoFLOPBias(of: scaled, under: surface)
    #expect(isClose(bias.reportedExponent, 0.51392085390738, 1e-11))
    #expect(isClose(try #require(bias.budgets.first).ratio, 0.9925136916, 1e-9) && bias.target == nil)
  }
}
