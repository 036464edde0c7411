/// The reason why bytes are not the text of a table.
enum TextDefect: Equatable {
  /// A zero byte: a binary file.
  case zeroByte(offset: Int)
  case invalidUTF8(offset: Int)
  /// A line longer than allowed, found at `offset`.
  case longLine(offset: Int)
}

/// The first defect of `bytes` as UTF-8 text, or nil.
///
/// Eight bytes at a time; UTF-8 sequences are examined only where a byte is outside ASCII. Lines are measured to
/// within 8 bytes.
func firstDefect(in bytes: UnsafeBufferPointer<UInt8>, longestLine: Int) -> TextDefect? {
  let raw = UnsafeRawBufferPointer(bytes)
  let count = raw.count
  var index = 0
  var lineStart = 0
  while index < count {
    if index + 8 <= count {
      let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if word & highBits == 0, !hasZeroByte(word) {
        index += 8
        if hasZeroByte(word ^ newlines) || hasZeroByte(word ^ carriageReturns) { lineStart = index }
        if index - lineStart > longestLine { return .longLine(offset: index) }
        continue
      }
    }
    let byte = raw[index]
    if byte == 0 { return .zeroByte(offset: index) }
    if byte < 0x80 {
      index += 1
      if byte == Byte.newline || byte == Byte.carriageReturn { lineStart = index }
    } else {
      let length = sequenceLength(raw, at: index)
      guard length > 0 else { return .invalidUTF8(offset: index) }
      index += length
    }
    if index - lineStart > longestLine { return .longLine(offset: index) }
  }
  return nil
}

/// The length of the well-formed UTF-8 sequence of a non-ASCII character at `index` (Unicode, table 3-7); 0 for none.
private func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
  func isContinuation(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
    index + offset < bytes.count && range.contains(bytes[index + offset])
  }
  switch bytes[index] {
  case 0xC2...0xDF: return isContinuation(1) ? 2 : 0
  case 0xE0: return isContinuation(1, 0xA0...0xBF) && isContinuation(2) ? 3 : 0
  case 0xED: return isContinuation(1, 0x80...0x9F) && isContinuation(2) ? 3 : 0
  case 0xE1...0xEF: return isContinuation(1) && isContinuation(2) ? 3 : 0
  case 0xF0: return isContinuation(1, 0x90...0xBF) && isContinuation(2) && isContinuation(3) ? 4 : 0
  case 0xF1...0xF3: return isContinuation(1) && isContinuation(2) && isContinuation(3) ? 4 : 0
  case 0xF4: return isContinuation(1, 0x80...0x8F) && isContinuation(2) && isContinuation(3) ? 4 : 0
  default: return 0
  }
}

private func hasZeroByte(_ word: UInt64) -> Bool {
  (word &- 0x0101_0101_0101_0101) & ~word & highBits != 0
}

private let highBits: UInt64 = 0x8080_8080_8080_8080
private let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
private let carriageReturns: UInt64 = 0x0D0D_0D0D_0D0D_0D0D
