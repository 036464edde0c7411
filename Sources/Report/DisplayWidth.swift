/// The terminal columns that `text` takes: Greek, ± and superscripts one, East Asian and emoji two, combining marks
/// and color sequences none.
func displayWidth(_ text: String) -> Int {
  var width = 0
  var inSequence = false
  for scalar in text.unicodeScalars {
    if inSequence {
      inSequence = !isSequenceEnd(scalar)
    } else if scalar == "\u{1B}" {
      inSequence = true
    } else {
      width += columns(of: scalar)
    }
  }
  return width
}

/// `text` as one line: line breaks, tabs and other control characters, which would tear a table or steer the terminal,
/// become spaces. Color sequences stay.
func singleLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
  var result = String.UnicodeScalarView()
  var rest = Substring(text).unicodeScalars
  while let scalar = rest.first {
    if let end = colorSequenceEnd(rest) {
      result.append(contentsOf: rest[..<end])
      rest = rest[end...]
    } else {
      result.append(scalar.properties.generalCategory == .control ? " " : scalar)
      rest = rest.dropFirst()
    }
  }
  return String(result)
}

private func isSequenceEnd(_ scalar: Unicode.Scalar) -> Bool {
  scalar != "[" && ("\u{40}"..."\u{7E}").contains(scalar)
}

/// The end of a color sequence (`ESC [ digits m`) at the start of `text`, or nil if there is none.
private func colorSequenceEnd(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView.Index? {
  guard text.first == "\u{1B}", text.dropFirst().first == "[" else { return nil }
  let body = text.dropFirst(2).drop { ("0"..."9").contains($0) || $0 == ";" }
  return body.first == "m" ? body.index(after: body.startIndex) : nil
}

private func columns(of scalar: Unicode.Scalar) -> Int {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control: return 0
  default: break
  }
  return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
}

/// The blocks that UAX #11 calls wide, approximately: Hangul, CJK, full-width forms, emoji.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
  0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
  0x20000...0x3FFFD,
]
