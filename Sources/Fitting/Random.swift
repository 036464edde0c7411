import CGSL

/// A seeded generator of random numbers: GSL's combined Tausworthe generator (L'Ecuyer 1999).
///
/// Seeding is cheap, so each resample can have its own stream, whichever thread draws it.
public final class Random {
  private let generator: UnsafeMutablePointer<gsl_rng>?

  public init(seed: UInt64) {
    gsl_set_error_handler_off()
    generator = gsl_rng_alloc(windtunnel_rng_taus2())
    reseed(seed, stream: 0)
  }

  /// A stream of a seed, as independent of the seed's other streams as of those of another seed.
  public convenience init(seed: UInt64, stream: Int) {
    self.init(seed: seed)
    reseed(seed, stream: stream)
  }

  deinit { gsl_rng_free(generator) }

  /// Restarts a stream. Streams of one seed are as independent as those of different seeds.
  func reseed(_ seed: UInt64, stream: Int) {
    gsl_rng_set(
      generator,
      UInt(truncatingIfNeeded: SplitMix64.mixed(seed &+ UInt64(truncatingIfNeeded: stream) &* 0x9e37_79b9_7f4a_7c15)))
  }

  /// Uniform in 0 ..< 1.
  public func uniform() -> Double { gsl_rng_uniform(generator) }

  /// Uniform in 0 ..< bound.
  public func integer(below bound: Int) -> Int { Int(gsl_rng_uniform_int(generator, UInt(max(1, bound)))) }

  /// Standard normal, by the inverse of its distribution function.
  public func normal() -> Double { gsl_cdf_ugaussian_Pinv(gsl_rng_uniform_pos(generator)) }
}

/// The first `count` points of Sobol's sequence in `dimensions` ≤ 40 dimensions, each coordinate in 0 ..< 1; any
/// further dimension stays at 0.5.
package func sobolPoints(_ count: Int, dimensions: Int) -> [[Double]] {
  gsl_set_error_handler_off()
  guard dimensions > 0, let sequence = gsl_qrng_alloc(windtunnel_qrng_sobol(), UInt32(min(dimensions, 40))) else {
    return [[Double]](repeating: [], count: count)
  }
  defer { gsl_qrng_free(sequence) }
  return (0..<count).map { _ in
    var point = [Double](repeating: 0.5, count: max(dimensions, 40))
    gsl_qrng_get(sequence, &point)
    return Array(point.prefix(dimensions))
  }
}
