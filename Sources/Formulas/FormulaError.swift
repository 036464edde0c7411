/// A mistake in a formula, and its place.
public struct FormulaError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case syntax
    case unknownFunction
    case wrongArity
    case unknownName
    /// A text where a number is needed.
    case notNumeric
    case tooLong
  }

  public let kind: Kind
  public let message: String
  /// The whole formula.
  public let text: String
  /// The place of the mistake in `text`, in characters from 0.
  public let position: Int
  public let length: Int

  public init(_ kind: Kind, _ message: String, text: String, position: Int, length: Int = 1) {
    self.kind = kind
    self.message = message
    self.text = text
    self.position = position
    self.length = length
  }

  /// The message, the formula, and a caret under the mistake.
  public var description: String {
    // A long formula is shown around its mistake.
    let characters = Array(text)
    let from = Swift.max(0, Swift.min(position, characters.count) - 60)
    let to = Swift.min(characters.count, position + 60)
    let shown = characters[from..<Swift.max(from, to)].map { $0.isNewline ? " " : $0 }
    let lead = from > 0 ? "…" : ""
    let indent = String(repeating: " ", count: position - from + lead.count)
    let marks = String(repeating: "^", count: Swift.max(1, Swift.min(length, 60)))
    return "\(message) (column \(position + 1))\n  \(lead)\(String(shown))\n  \(indent)\(marks)"
  }
}
