/// JSON laid out for reading: a member a line, but a list of numbers or words on one line.
///
/// Only the space between tokens changes. The text is taken to be valid JSON.
public func indentedJSON(_ json: some Sequence<UInt8>) -> String {
  var layout = Layout(bytes: compacted(json))
  layout.value(depth: 0)
  return String(decoding: layout.out, as: UTF8.self) + "\n"
}

/// The JSON without the space between its tokens.
private func compacted(_ json: some Sequence<UInt8>) -> [UInt8] {
  var quoted = false
  var escaped = false
  return json.filter { byte in
    defer { escaped = quoted && byte == UInt8(ascii: "\\") && !escaped }
    if byte == UInt8(ascii: "\""), !escaped { quoted.toggle() }
    return quoted || ![UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains(byte)
  }
}

private struct Layout {
  let bytes: [UInt8]
  var at = 0
  var out: [UInt8] = []

  init(bytes: [UInt8]) {
    self.bytes = bytes
    out.reserveCapacity(bytes.count * 5 / 4)
  }

  mutating func value(depth: Int) {
    guard at < bytes.count else { return }
    switch bytes[at] {
    case UInt8(ascii: "{"): members(depth: depth, close: UInt8(ascii: "}"), broken: true)
    case UInt8(ascii: "["): members(depth: depth, close: UInt8(ascii: "]"), broken: holdsLists(from: at))
    default: scalar()
    }
  }

  /// Whether the list that opens here has a list or an object in it.
  private func holdsLists(from open: Int) -> Bool {
    var index = open + 1
    var quoted = false
    while index < bytes.count {
      let byte = bytes[index]
      if quoted {
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { quoted = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): quoted = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): return true
        case UInt8(ascii: "]"): return false
        default: break
        }
      }
      index += 1
    }
    return false
  }

  private mutating func members(depth: Int, close: UInt8, broken: Bool) {
    out.append(bytes[at])
    at += 1
    var first = true
    while at < bytes.count, bytes[at] != close {
      if bytes[at] == UInt8(ascii: ",") {
        out.append(bytes[at])
        at += 1
      }
      if broken { breakLine(depth + 1) } else if !first { out.append(UInt8(ascii: " ")) }
      first = false
      value(depth: depth + 1)
      if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
        out += [UInt8(ascii: ":"), UInt8(ascii: " ")]
        at += 1
        value(depth: depth + 1)
      }
    }
    if broken, !first { breakLine(depth) }
    if at < bytes.count { out.append(bytes[at]) }
    at += 1
  }

  private mutating func breakLine(_ depth: Int) {
    out.append(UInt8(ascii: "\n"))
    out += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
  }

  /// A number, a word or a string, as it stands.
  private mutating func scalar() {
    if bytes[at] == UInt8(ascii: "\"") {
      repeat {
        if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
          out.append(bytes[at])
          at += 1
        }
        out.append(bytes[at])
        at += 1
      } while at < bytes.count && bytes[at] != UInt8(ascii: "\"")
      if at < bytes.count { out.append(bytes[at]) }
      at += 1
      return
    }
    let start = at
    while at < bytes.count, !Self.ends.contains(bytes[at]) {
      out.append(bytes[at])
      at += 1
    }
    if at == start { at += 1 }
  }

  private static let ends: Set<UInt8> = [
    UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"),
  ]
}
