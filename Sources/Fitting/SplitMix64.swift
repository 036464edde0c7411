/// A seeded generator of random bits with value semantics: a copy continues like the original (Steele, Lea and Flood
/// 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  @usableFromInline var state: UInt64

  public init(seed: UInt64) { state = Self.mixed(seed) }

  /// A stream of a seed, as independent of the seed's other streams as of those of another seed.
  public init(seed: UInt64, stream: Int) {
    self.init(seed: seed &+ UInt64(truncatingIfNeeded: stream) &* 0x9e37_79b9_7f4a_7c15)
  }

  @inlinable public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  /// Uniform in 0 ..< 1, from 53 bits.
  @inlinable public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0 ..< bound, by the upper half of a product (Lemire 2019), biased by less than bound / 2⁶⁴.
  @inlinable public mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// The finalizer: it maps neighboring inputs far apart.
  @inlinable static func mixed(_ seed: UInt64) -> UInt64 {
    var z = seed &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
