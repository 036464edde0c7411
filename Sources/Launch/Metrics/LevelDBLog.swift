/// The records of a log of LevelDB's framing as Weights & Biases writes it: blocks of 32 KiB, in which a record is one piece
/// or several, each with a checksum, a length and whether it is the first, the last or in between.
struct LevelDBLog {
  private var file: GrowingFile
  /// The offset of the unread bytes in the file.
  private var position = 0
  /// The pieces of a record so far.
  private var pieces: [UInt8]?
  /// Whether the file says what it is; nil before it does.
  private var isKnown: Bool?

  private static let blockLength = 32768
  private static let headerLength = 7
  /// The file's header: a name, a number and the version 0.
  private static let signature: [UInt8] = Array(":W&B".utf8) + [0xE1, 0xBE, 0]

  init(_ path: String) { file = GrowingFile(path) }

  var name: String { file.name }

  /// Whether something is left that makes no record yet.
  var isCut: Bool { isKnown != false && (!file.unread.isEmpty || pieces != nil) }

  /// The whole records since the last call. One that is half written is kept for later.
  mutating func next(noting note: (String) -> Void) -> [[UInt8]] {
    var records: [[UInt8]] = []
    loop: while true {
      switch file.fill() {
      case .none: break loop
      case .more: break
      case .restarted: (position, pieces, isKnown) = (0, nil, nil)
      }
      let bytes = file.unread
      let taken = take(from: bytes, &records, noting: note)
      position += taken
      file.take(taken)
    }
    return records
  }

  /// Adds the whole records of some bytes, and says how many bytes they take.
  private mutating func take(from bytes: [UInt8], _ records: inout [[UInt8]], noting note: (String) -> Void) -> Int {
    var index = 0
    if isKnown == nil {
      guard bytes.count >= Self.signature.count else { return 0 }
      isKnown = bytes.starts(with: Self.signature)
      if isKnown == false { note("it is no run of Weights & Biases, or of a version that is not known") }
      index = Self.signature.count
    }
    guard isKnown == true else { return bytes.count }
    while true {
      let left = Self.blockLength - (position + index) % Self.blockLength
      let available = bytes.count - index
      if left < Self.headerLength {
        guard available >= left else { return index }
        index += left
        continue
      }
      guard available >= Self.headerLength else { return index }
      let header = bytes[index..<(index + Self.headerLength)]
      let end = Self.headerLength + Int(header[(index + 4)...].prefix(2).littleEndian)
      // A length of zero is what a block is filled up with, and a piece cannot go beyond its block.
      let isPadding = header.allSatisfy { $0 == 0 }
      if isPadding || end > left {
        guard available >= left else { return index }
        if !isPadding { lose("a piece of a record is longer than its block", noting: note) }
        index += left
        continue
      }
      guard available >= end else { return index }
      let body = bytes[(index + 6)..<(index + end)]
      if UInt64(Checksum.ethernet(body)) == header.prefix(4).littleEndian {
        add(body.dropFirst(), kind: body.first ?? 0, to: &records, noting: note)
      } else {
        lose("a record is damaged", noting: note)
      }
      index += end
    }
  }

  private mutating func add(
    _ piece: ArraySlice<UInt8>, kind: UInt8, to records: inout [[UInt8]], noting note: (String) -> Void
  ) {
    switch kind {
    case 1:
      if pieces != nil { lose("a record has no end", noting: note) }
      records.append(Array(piece))
    case 2:
      if pieces != nil { lose("a record has no end", noting: note) }
      pieces = Array(piece)
    case 3, 4:
      // Without its beginning a record was lost and told before.
      pieces?.append(contentsOf: piece)
      if kind == 4, let whole = pieces {
        records.append(whole)
        pieces = nil
      }
    default: lose("a piece of a record is of an unknown kind", noting: note)
    }
  }

  private mutating func lose(_ text: String, noting note: (String) -> Void) {
    note(text)
    pieces = nil
  }
}
