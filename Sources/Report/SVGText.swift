import Foundation

/// SVG under construction: elements with escaped text and short numbers.
struct SVGText {
  private(set) var text = ""

  mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, _ content: String = "") {
    let tag = "<\(name)\(written(attributes))"
    text += content.isEmpty ? "\(tag)/>\n" : "\(tag)>\(content)</\(name)>\n"
  }

  mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
    text += "<\(name)\(written(attributes))>\n"
  }

  mutating func close(_ name: String) {
    text += "</\(name)>\n"
  }

  mutating func append(_ other: SVGText) {
    text += other.text
  }

  private func written(_ attributes: KeyValuePairs<String, String>) -> String {
    attributes.filter { !$0.value.isEmpty }.map { " \($0.key)=\"\($0.value)\"" }.joined()
  }
}

/// Text as XML content or attribute: markup escaped, and characters that XML 1.0 forbids left out.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t": result += " "
    case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A coordinate with at most two decimals. Renderers store coordinates in 24 bits, so they are clamped at a million.
func number(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
  let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

func hex(_ color: Color) -> String {
  String(format: "#%02x%02x%02x", color.red, color.green, color.blue)
}

/// The width of `text` in a sans-serif face of `size`, estimated generously because the fonts are the reader's.
func textWidth(_ text: String, size: Double) -> Double {
  text.reduce(0) { $0 + advance(of: $1) } * size
}

func textWidth(_ label: TickLabel, size: Double) -> Double {
  textWidth(label.text, size: size) + textWidth(label.exponent.map { "\($0)" } ?? "", size: 0.72 * size)
}

private func advance(of character: Character) -> Double {
  switch character {
  case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ": 0.32
  case "f", "t", "r", "(", ")", "[", "]", "/", "-": 0.42
  case "m", "w", "M", "W", "@", "%": 0.95
  case "A"..."Z", "−", "×", "±", "=", "+", "<", ">", "≈": 0.75
  default: displayWidth(String(character)) > 1 ? 1.05 : 0.62
  }
}
