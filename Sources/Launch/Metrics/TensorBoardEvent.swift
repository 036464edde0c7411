/// The scalars of one event of TensorBoard (its `Event` message).
struct TensorBoardEvent {
  private(set) var step: Int64 = 0
  private(set) var scalars: [(tag: String, value: Double)] = []

  /// Nil for a damaged message.
  init?(_ message: [UInt8]) {
    guard ProtobufFields.isSound(message[...]) else { return nil }
    for (number, value) in ProtobufFields(message[...]) {
      switch number {
      case 2: step = value.int64 ?? 0
      case 5:
        for case (1, .bytes(let entry)) in ProtobufFields(value.bytes ?? []) {
          if let scalar = Self.scalar(entry) { scalars.append(scalar) }
        }
      default: break
      }
    }
  }

  /// The number of a summary's value; nil for a histogram, a text or an image.
  private static func scalar(_ message: ArraySlice<UInt8>) -> (String, Double)? {
    var tag: String?
    var found: Double?
    for (number, value) in ProtobufFields(message) {
      switch number {
      case 1: tag = value.text
      case 2: found = value.float
      case 8: found = value.bytes.flatMap(tensorScalar)
      default: break
      }
    }
    guard let tag, let found else { return nil }
    return (tag, found)
  }

  /// The one number of a tensor of floats, doubles or integers; nil for a tensor of more or of something else.
  private static func tensorScalar(_ message: ArraySlice<UInt8>) -> Double? {
    var kind: Int64?
    var numbers: [Double] = []
    for (number, value) in ProtobufFields(message) {
      switch number {
      case 1: kind = value.int64
      // The numbers as they lie in memory, of the kind that is said before.
      case 4 where kind == 1: numbers += value.packed(4).map(float)
      case 4 where kind == 2: numbers += value.packed(8).map(Double.init(bitPattern:))
      case 4 where kind == 3: numbers += value.packed(4).map { Double(Int32(truncatingIfNeeded: $0)) }
      case 4 where kind == 9: numbers += value.packed(8).map { Double(Int64(bitPattern: $0)) }
      case 5: numbers += value.packed(4).map(float)
      case 6: numbers += value.packed(8).map(Double.init(bitPattern:))
      case 7, 10: numbers += value.varints.map { Double(Int64(bitPattern: $0)) }
      default: break
      }
    }
    return numbers.count == 1 ? numbers[0] : nil
  }

  private static func float(_ bits: UInt64) -> Double { Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) }
}
