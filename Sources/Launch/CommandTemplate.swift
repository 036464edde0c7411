import Documents
import Foundation

/// A shell command with placeholders: `python train.py --lr {lr} --epochs {epochs}`.
///
/// Placeholders in braces are replaced by their values, quoted for the shell; `{flags}` by `--name value` for every parameter. Braces
/// that hold no plain name, or follow a `$`, are the shell's own, and `{{` stands for one brace.
public struct CommandTemplate: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case text(String)
    case placeholder(String)
  }

  public let text: String
  private let pieces: [Piece]

  public init(_ text: String) {
    self.text = text
    var pieces: [Piece] = []
    var literal = ""
    var rest = Substring(text)
    while let character = rest.first {
      if rest.hasPrefix("{{") {
        literal.append("{")
        rest = rest.dropFirst(2)
      } else if character == "{", literal.last != "$", let name = Self.name(rest) {
        pieces.append(.text(literal))
        pieces.append(.placeholder(name))
        literal = ""
        rest = rest.dropFirst(name.count + 2)
      } else {
        literal.append(character)
        rest = rest.dropFirst()
      }
    }
    self.pieces = pieces + [.text(literal)]
  }

  /// The names in braces.
  public var placeholders: [String] {
    pieces.compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
  }

  /// The command with its values; a name without one leaves nothing.
  public func command(_ values: [String: String], flags: [(name: String, value: String)]) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .placeholder("flags"): flags.map { "--\($0.name) \(Self.quoted($0.value))" }.joined(separator: " ")
      case .placeholder(let name): values[name].map(Self.quoted) ?? ""
      }
    }.joined()
  }

  /// The text with its values as they are, for a file or a single word.
  func text(_ values: [String: String]) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .placeholder(let name): values[name] ?? ""
      }
    }.joined()
  }

  /// The name in the braces that a text begins with.
  private static func name(_ text: Substring) -> String? {
    guard let end = text.firstIndex(of: "}") else { return nil }
    let name = text[text.index(after: text.startIndex)..<end]
    let isPlain = name.first?.isLetter == true && name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    return isPlain ? String(name) : nil
  }

  /// A word that the shell takes as it is.
  public static func quoted(_ word: String) -> String {
    let isSafe =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || $0.properties.numericType != nil
            || "_-+.,:/@%=".unicodeScalars.contains($0))
      }
    return isSafe ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
