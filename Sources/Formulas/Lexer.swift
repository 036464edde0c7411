/// A token of a formula, with its place.
struct Token {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    case text(String)
    /// An operator, a bracket or a comma.
    case symbol(String)
    case end
  }

  let kind: Kind
  let position: Int
  let length: Int
}

/// The tokens of the formula. Typographic signs are read as their plain ones, and a number may carry `k`, `M`, `B` or
/// `T`.
func tokens(of text: String) throws(FormulaError) -> [Token] {
  let characters = Array(text)
  guard characters.count <= Formula.longestText else {
    throw FormulaError(
      .tooLong, "the formula has \(characters.count) characters; at most \(Formula.longestText) are read", text: text,
      position: 0)
  }
  var result: [Token] = []
  var at = 0

  func peek(_ ahead: Int = 0) -> Character? { at + ahead < characters.count ? characters[at + ahead] : nil }
  func isDigit(_ character: Character?) -> Bool { character.map { $0.isASCII && $0.isNumber } ?? false }

  while let character = peek() {
    let start = at
    if character.isWhitespace {
      at += 1
      continue
    }
    if isDigit(character) || (character == "." && isDigit(peek(1))) {
      while isDigit(peek()) || peek() == "_" { at += 1 }
      if peek() == "." {
        at += 1
        while isDigit(peek()) || peek() == "_" { at += 1 }
      }
      if peek() == "e" || peek() == "E" {
        let sign = peek(1) == "-" || peek(1) == "+" || peek(1) == "−" ? 1 : 0
        if isDigit(peek(1 + sign)) {
          at += 1 + sign
          while isDigit(peek()) { at += 1 }
        }
      }
      let digits = String(characters[start..<at]).replacing("_", with: "").replacing("−", with: "-")
      var scale = 1.0
      if let letter = peek(), let multiple = multiples[letter], !isNamePart(peek(1)) {
        scale = multiple
        at += 1
      }
      guard let value = Double(digits), (value * scale).isFinite, !isNamePart(peek()), peek() != "." else {
        while isNamePart(peek()) || peek() == "." { at += 1 }
        throw FormulaError(
          .syntax, "'\(String(characters[start..<at]))' is not a number", text: text, position: start,
          length: at - start)
      }
      result.append(Token(kind: .number(value * scale), position: start, length: at - start))
    } else if isNameStart(character) {
      while isNamePart(peek()) { at += 1 }
      result.append(Token(kind: .name(String(characters[start..<at])), position: start, length: at - start))
    } else if character == "`" || character == "\"" || character == "'" {
      at += 1
      while let next = peek(), next != character { at += 1 }
      guard peek() != nil else {
        throw FormulaError(.syntax, "the quote that opens here is never closed", text: text, position: start)
      }
      let content = String(characters[(start + 1)..<at])
      at += 1
      result.append(
        Token(kind: character == "`" ? .name(content) : .text(content), position: start, length: at - start))
    } else {
      let pair = String(characters[start..<Swift.min(start + 2, characters.count)])
      let symbol: String
      if let plain = pairs[pair] {
        symbol = plain
        at += 2
      } else if let plain = singles[character] {
        symbol = plain
        at += 1
      } else {
        throw FormulaError(.syntax, "'\(character)' is not valid in a formula", text: text, position: start)
      }
      result.append(Token(kind: .symbol(symbol), position: start, length: at - start))
    }
  }
  result.append(Token(kind: .end, position: characters.count, length: 1))
  return result
}

private func isNameStart(_ character: Character) -> Bool { character.isLetter || character == "_" }

private func isNamePart(_ character: Character?) -> Bool {
  character.map { $0.isLetter || $0 == "_" || $0.isNumber } ?? false
}

private let multiples: [Character: Double] = ["k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]

private let pairs = [
  "**": "^", "<=": "<=", ">=": ">=", "==": "==", "!=": "!=", "&&": "&&", "||": "||",
]

private let singles: [Character: String] = [
  "+": "+", "-": "-", "−": "-", "*": "*", "×": "*", "·": "*", "/": "/", "÷": "/", "^": "^", "(": "(", ")": ")",
  ",": ",", "<": "<", ">": ">", "≤": "<=", "≥": ">=", "≠": "!=", "=": "=", "~": "~", "!": "!",
]
