/// The value of one cell's text.
enum Cell: Equatable {
  /// A number; `inf` and `infinity` are infinite, `true` is 1 and `false` is 0.
  case number(Double)
  /// An empty cell, `NA`, `N/A`, `NaN`, `null` or `None`, in any case.
  case missing
  case text

  /// Reads the bytes in `range`, ignoring spaces and tabs at its ends.
  init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
    let range = trimmed(range, of: bytes)
    if range.isEmpty {
      self = .missing
    } else if let number = parseDecimal(bytes, from: range.lowerBound), number.end == range.upperBound {
      self = .number(number.value)
    } else {
      self.init(word: bytes, in: range)
    }
  }

  init(_ text: String) {
    var text = text
    self = text.withUTF8 { Cell($0, in: 0..<$0.count) }
  }

  /// Reads the words for numbers and for missing cells; digits are text here.
  init(word bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
    guard range.count <= 9 else {
      self = .text
      return
    }
    switch String(decoding: bytes[range], as: UTF8.self).lowercased() {
    case "", "na", "n/a", "nan", "+nan", "-nan", "null", "none": self = .missing
    case "true": self = .number(1)
    case "false": self = .number(0)
    case "inf", "+inf", "infinity", "+infinity": self = .number(.infinity)
    case "-inf", "-infinity": self = .number(-.infinity)
    default: self = .text
    }
  }
}

/// `range` without the spaces and tabs at its ends.
func trimmed(_ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
  var start = range.lowerBound
  var end = range.upperBound
  while start < end, bytes[start] == Byte.space || bytes[start] == Byte.tab { start += 1 }
  while end > start, bytes[end - 1] == Byte.space || bytes[end - 1] == Byte.tab { end -= 1 }
  return start..<end
}
