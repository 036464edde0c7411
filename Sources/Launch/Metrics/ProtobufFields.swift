/// The fields of a message of Protocol Buffers, in the order in which they were written.
struct ProtobufFields: Sequence, IteratorProtocol {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)

    var bytes: ArraySlice<UInt8>? { if case .bytes(let bytes) = self { bytes } else { nil } }

    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    var int64: Int64? { if case .varint(let number) = self { Int64(bitPattern: number) } else { nil } }

    /// The value of a field of the type `sint64`, whose sign is the lowest bit.
    var zigzag: Int64? {
      int64.map { Int64(bitPattern: UInt64(bitPattern: $0) >> 1) ^ -($0 & 1) }
    }

    var double: Double? { if case .fixed64(let bits) = self { Double(bitPattern: bits) } else { nil } }

    var float: Double? { if case .fixed32(let bits) = self { Double(Float(bitPattern: bits)) } else { nil } }

    /// The bits of numbers of a fixed width in bytes, of which there are one or many.
    func packed(_ width: Int) -> [UInt64] {
      switch self {
      case .varint: []
      case .fixed64(let bits): width == 8 ? [bits] : []
      case .fixed32(let bits): width == 4 ? [UInt64(bits)] : []
      case .bytes(let bytes):
        stride(from: 0, to: bytes.count / width * width, by: width).map {
          bytes.dropFirst($0).prefix(width).littleEndian
        }
      }
    }

    /// The numbers of a field of numbers of any length, of which there are one or many.
    var varints: [UInt64] {
      if case .varint(let number) = self { return [number] }
      var fields = ProtobufFields(bytes ?? [])
      var numbers: [UInt64] = []
      while let number = fields.varint() { numbers.append(number) }
      return numbers
    }
  }

  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) { rest = message }

  /// Nil at the end of the message, and where it is damaged.
  mutating func next() -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty, let key = varint(), key >> 3 != 0, let value = value(wireType: key & 7) else { return nil }
    return (key >> 3, value)
  }

  /// Whether a message is whole and every field of it can be read.
  static func isSound(_ message: ArraySlice<UInt8>) -> Bool {
    var fields = ProtobufFields(message)
    while !fields.rest.isEmpty {
      if fields.next() == nil { return false }
    }
    return true
  }

  private mutating func value(wireType: UInt64) -> Value? {
    switch wireType {
    case 0: varint().map { .varint($0) }
    case 1: take(8).map { .fixed64($0.littleEndian) }
    case 2: varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { .bytes($0) }
    case 5: take(4).map { .fixed32(UInt32(truncatingIfNeeded: $0.littleEndian)) }
    default: nil
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() -> UInt64? {
    var number: UInt64 = 0
    // A tenth byte has room for one bit more.
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      number |= UInt64(byte & 127) << shift
      if byte < 128 { return number }
    }
    return nil
  }
}
