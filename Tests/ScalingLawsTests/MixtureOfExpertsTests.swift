import Fitting
import Foundation
import ScalingLaws
import Testing

/// The laws of sparse models against what their papers print.
@Suite struct MixtureOfExpertsTests {
  private func loss(_ preset: String, _ point: [Double]) throws -> Double {
    let found = try LawCatalog().preset(preset)
    let fitted = try FittedLaw(law: found.law, parameters: found.preset.values, provenance: "published")
    return fitted.predictor(columns: point.map { [$0] }).values(parameters: found.preset.values)[0]
  }

  /// Ludziejewski et al. 2025, table 4: for each number of experts the law is `m N^μ + n D^ν + 1.3637`. The constants of
  /// both tables are rounded, which is worth up to 1e-3 in loss.
  @Test(arguments: [
    (1.0, 30.3640, -0.1817, 53.9838, -0.1965), (2, 27.7982, -0.1780, 66.8401, -0.2065),
    (4, 24.8462, -0.1731, 87.7022, -0.2192), (8, 21.8330, -0.1676, 119.9126, -0.2338),
    (16, 19.0159, -0.1617, 167.5073, -0.2494), (32, 16.5424, -0.1557, 234.6726, -0.2652),
  ])
  func theJointLawIsChinchillasForEachNumberOfExperts(
    _ experts: Double, _ m: Double, _ mu: Double, _ n: Double, _ nu: Double
  ) throws {
    for (params, tokens) in [(1e8, 1e9), (1e9, 2e10), (3e9, 1e11), (1e10, 1e12)] {
      let printed = m * pow(params, mu) + n * pow(tokens, nu) + 1.3637
      #expect(abs(try loss("ludziejewski2025", [params, tokens, experts]) - printed) < 3e-3)
    }
  }

  /// Krajewski et al. 2024, table 2, whose sizes are 64 × active; N = d² (8 E + 4) n for 12 d² n active (section 6.1).
  /// Constants of two and three digits are worth up to 0.025 in loss.
  @Test(arguments: [
    (1e8, 4.37e9, 8.0, 3.133), (1e9, 28.94e9, 16, 2.491), (3e9, 72.90e9, 16, 2.245), (7e9, 137.60e9, 32, 2.076),
    (7e10, 941.07e9, 32, 1.694), (3e11, 2.96e12, 64, 1.503), (1e12, 7.94e12, 64, 1.367),
  ])
  func theFineGrainedLawGivesThePrintedLosses(
    _ active: Double, _ tokens: Double, _ granularity: Double, _ printed: Double
  ) throws {
    let params = active * (8 * 64 + 4) / 12
    #expect(abs(try loss("krajewski2024", [params, tokens, granularity]) - printed) < 0.025)
  }

  /// Abnar et al. 2025, equation 6, worked out by hand at N = 1e10, D = 1e11, S = 0.75: powers of ten and of four.
  @Test func theSparsityLawIsItsSumOfTerms() throws {
    let terms = [
      16612.5 * pow(10, -5.962), 5455.67 * pow(10, -0.3954 * 11), 0.4598 * pow(4, -0.1666),
      17.26 * pow(4, 0.1603) * pow(10, -1.595), 0.94,
    ]
    #expect(abs(try loss("abnar2025", [1e10, 1e11, 0.75]) - terms.reduce(0, +)) < 1e-12)
  }

  /// Clark et al. 2022: N_cutoff, where routing stops to help, is 937B for S-BASE, 85B for RL-R and 83B for Hash; the
  /// printed b and c, of one or two digits, give it to a factor of 2.5.
  @Test(arguments: [("s-base", 937e9), ("rl-r", 85e9), ("hash", 83e9)])
  func routingStopsToHelpWhereThePaperSays(_ router: String, _ published: Double) throws {
    let preset = "clark2022-\(router)"
    let gain = { (params: Double) in
      try loss(preset, [params, 1]) - loss(preset, [params, 64])
    }
    #expect(try gain(published / 3) > 0)
    #expect(try gain(published * 3) < 0)
  }

  /// The effective number of experts is E_start for a dense model.
  @Test func aDenseModelIsOneOfEStartEffectiveExperts() throws {
    let (n, e) = (log10(1e9), log10(1.847))
    let expected = pow(10, -0.082 * n - 0.108 * e + 0.009 * n * e + 1.104)
    #expect(abs(try loss("clark2022-s-base", [1e9, 1]) / expected - 1) < 1e-12)
  }

  /// Liew et al. 2025, table 7: 37B tokens of upcycling better a 1B model of 74B tokens, and more than the same compute in
  /// the dense model does.
  @Test func upcyclingBeatsTheDenseModelThatItStartsFrom() throws {
    let upcycled = try loss("upcycling/liew2025", [7.4e10, 3.7e10, 1e9])
    #expect(upcycled < (try loss("upcycling-dense/liew2025", [7.4e10, 1e9])))
    #expect(upcycled < (try loss("upcycling-dense/liew2025", [7.4e10 + 2 * 3.7e10, 1e9])))
  }
}
