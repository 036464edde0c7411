import Foundation

/// Numbers that patterns match in the lines of an output.
struct PatternMetrics: MetricsFormat {
  private var lines: GrowingLines
  private let patterns: [(name: String, regex: Regex<AnyRegexOutput>)]
  private(set) var problems = MetricsProblems()

  init(_ patterns: [String: String], output: String) throws(LaunchError) {
    lines = GrowingLines(output, ending: .newlineOrReturn)
    self.patterns = try patterns.sorted { $0.key < $1.key }.map { name, text throws(LaunchError) in
      (name, try Self.regex(text))
    }
  }

  static func regex(_ text: String) throws(LaunchError) -> Regex<AnyRegexOutput> {
    do {
      let regex = try Regex(text)
      // Besides the pattern anything matches this, and says how many groups there are.
      if let probe = try? Regex("(?:\(text))|"), let groups = try? probe.firstMatch(in: "")?.output.count, groups < 2 {
        throw LaunchError("'\(text)' has no group; put the number in brackets, such as 'loss ([0-9.]+)'")
      }
      return regex
    } catch let error as LaunchError {
      throw error
    } catch {
      throw LaunchError("'\(text)' is no regular expression: \(error)")
    }
  }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    lines.next(atEnd: atEnd).compactMap { matches(String(decoding: Self.withoutColors($0), as: UTF8.self)) }
  }

  private func matches(_ line: String) -> [String: Double]? {
    var found: [String: Double] = [:]
    for (name, regex) in patterns {
      guard let match = line.firstMatch(of: regex), match.output.count > 1, let group = match.output[1].substring else {
        continue
      }
      found[name] = Self.number(group)
    }
    return found.isEmpty ? nil : found
  }

  /// A number as people write it, perhaps with a comma before every three digits.
  static func number(_ text: Substring) -> Double? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let number = Double(text) { return number }
    guard text.wholeMatch(of: /[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?([eE][+-]?[0-9]+)?/) != nil else { return nil }
    return Double(text.replacing(",", with: ""))
  }

  /// A line without the escape sequences by which terminals set colors, move the cursor and write titles (ECMA-48).
  static func withoutColors(_ line: [UInt8]) -> [UInt8] {
    let escape: UInt8 = 27
    guard line.contains(escape) else { return line }
    var plain: [UInt8] = []
    var rest = line[...]
    while let byte = rest.popFirst() {
      guard byte == escape else {
        plain.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "["):
        // Up to its last byte, from @ to ~.
        while let byte = rest.popFirst(), !(64...126).contains(byte) {}
      case UInt8(ascii: "]"):
        // Up to a bell or another escape.
        while let byte = rest.popFirst(), byte != 7 {
          if byte == escape {
            rest = rest.dropFirst()
            break
          }
        }
      default: break
      }
    }
    return plain
  }
}
