/// A cyclic redundancy check of 32 bits, with reflected bits.
struct Checksum {
  /// The checksum with Castagnoli's polynomial: CRC-32C.
  static let castagnoli = Checksum(reflectedPolynomial: 0x82F6_3B78)
  /// The checksum of Ethernet and of zip files: CRC-32.
  static let ethernet = Checksum(reflectedPolynomial: 0xEDB8_8320)

  private let table: [UInt32]

  private init(reflectedPolynomial: UInt32) {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ reflectedPolynomial : rest >> 1 }
    }
  }

  func callAsFunction(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { rest, byte in rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
  }

  /// The checksum as stored beside data that may contain checksums: rotated by 15 bits, plus a constant (LevelDB, TFRecord).
  func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = self(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

extension Collection<UInt8> {
  /// The bytes as a number, the lowest byte first; those beyond 64 bits do not count.
  var littleEndian: UInt64 {
    prefix(8).enumerated().reduce(0) { number, byte in number | UInt64(byte.element) << UInt64(8 * byte.offset) }
  }
}
