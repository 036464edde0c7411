/// The records of a file of TensorFlow's framing: a length of eight bytes and its masked CRC-32C, the data and theirs.
struct TFRecords {
  private var file: GrowingFile
  /// Whether a length was damaged, so that the next sound one is looked for.
  private var isLost = false

  private static let headerLength = 12
  /// A longer record is taken for a damaged length, though its checksum is right.
  private static let longest: UInt64 = 1 << 30

  init(_ path: String) { file = GrowingFile(path) }

  /// The whole records since the last call. One that is half written is kept for later.
  mutating func next(noting note: (String) -> Void) -> [[UInt8]] {
    var records: [[UInt8]] = []
    loop: while true {
      switch file.fill() {
      case .none: break loop
      case .more: break
      case .restarted: isLost = false
      }
      let bytes = file.unread
      file.take(take(from: bytes, &records, noting: note))
    }
    return records
  }

  /// Whether something is left that makes no record yet.
  var isCut: Bool { !file.unread.isEmpty }

  /// Adds the whole records of some bytes, and says how many bytes they take.
  private mutating func take(from bytes: [UInt8], _ records: inout [[UInt8]], noting note: (String) -> Void) -> Int {
    var position = 0
    while bytes.count - position >= Self.headerLength {
      let header = bytes[position..<(position + Self.headerLength)]
      let length = header.prefix(8).littleEndian
      guard length <= Self.longest, Checksum.castagnoli.masked(header.prefix(8)) == header.suffix(4).littleEndian else {
        if !isLost { note("the length of a record is damaged") }
        isLost = true
        position += 1
        continue
      }
      isLost = false
      let start = position + Self.headerLength
      let end = start + Int(length)
      guard bytes.count - 4 >= end else { break }
      if Checksum.castagnoli.masked(bytes[start..<end]) == bytes[end..<(end + 4)].littleEndian {
        records.append(Array(bytes[start..<end]))
      } else {
        note("a record is damaged")
      }
      position = end + 4
    }
    return position
  }
}
