/// A text that is being read as a quantity: a number, an optional magnitude (`k`, `M`, `B`, …), an optional unit.
///
/// It keeps the place of every part, so that errors can point at it.
struct QuantityText {
  let quantity: String
  let examples: [String]
  let text: String
  private let characters: [Character]
  /// The characters not yet read, without spaces at the ends.
  private(set) var rest: Range<Int>

  /// Throws when the text is empty or far too long.
  init(_ text: String, as quantity: String, examples: [String]) throws(QuantityError) {
    self.quantity = quantity
    self.text = text
    self.examples = examples
    characters = Array(text.prefix(257))
    rest = 0..<characters.count
    guard characters.count <= 256 else { throw error("the text is too long") }
    trim()
    guard !rest.isEmpty else { throw error("expected a number, found nothing") }
  }

  /// The text that has not been read yet.
  var remainder: String { String(characters[rest]) }

  func error(_ message: String, at position: Int? = nil) -> QuantityError {
    QuantityError(
      quantity: quantity, text: text, position: (position ?? rest.lowerBound) + 1, message: message, examples: examples)
  }

  /// Moves past `character` and the spaces after it, if it comes next.
  mutating func skip(_ character: Character) -> Bool {
    guard !rest.isEmpty, characters[rest.lowerBound] == character else { return false }
    advance(by: 1)
    return true
  }

  /// Moves past `count` characters and the spaces after them.
  mutating func advance(by count: Int) {
    rest = min(rest.lowerBound + count, rest.upperBound)..<rest.upperBound
    trim()
  }

  /// Reads a number such as `12`, `1.5`, `1_000_000` or `1e21`; it must be finite.
  mutating func readNumber() throws(QuantityError) -> Double {
    let start = rest.lowerBound
    var literal = ""
    var index = start
    if let sign = character(at: index), sign == "-" || sign == "+" || sign == "−" {
      literal.append(sign == "+" ? "+" : "-")
      index += 1
    }
    var digits = readDigits(at: &index, into: &literal)
    if character(at: index) == "." {
      literal.append(".")
      index += 1
      digits += readDigits(at: &index, into: &literal)
    }
    guard digits > 0 else { throw error("expected a number", at: start) }
    readExponent(at: &index, into: &literal)
    if character(at: index) == ",", isDigit(character(at: index + 1)) {
      throw error("a number cannot contain a comma; write 1_000_000 or 1.5", at: index)
    }
    guard let value = Double(literal.hasSuffix(".") ? literal + "0" : literal), value.isFinite else {
      throw error("the number is too large", at: start)
    }
    rest = index..<rest.upperBound
    trim()
    return value
  }

  /// Reads the unit that makes up the rest of the text, with an optional magnitude before it: `FLOP` or `M USD`.
  ///
  /// Returns the factor of the magnitude and the value of `unit` for the rest, or nil if `unit` does not know it.
  func readUnit<Unit>(_ unit: (String) -> Unit?) -> (magnitude: Double, unit: Unit)? {
    if let known = unit(remainder) { return (1, known) }
    guard let letter = character(at: rest.lowerBound), let factor = magnitudes[letter] else { return nil }
    var afterLetter = self
    afterLetter.advance(by: 1)
    guard let known = unit(afterLetter.remainder) else { return nil }
    return (factor, known)
  }

  /// `value`, if it is above zero and finite; an infinite product of finite parts is too large.
  func positive(_ value: Double) throws(QuantityError) -> Double {
    guard value > 0 else { throw error("the \(quantity) must be above zero", at: 0) }
    guard value.isFinite else { throw error("the \(quantity) is too large", at: 0) }
    return value
  }

  private func character(at index: Int) -> Character? {
    rest.contains(index) ? characters[index] : nil
  }

  /// Reads digits, which underscores may separate, and returns their number.
  private func readDigits(at index: inout Int, into literal: inout String) -> Int {
    var count = 0
    while let next = character(at: index) {
      if isDigit(next) {
        literal.append(next)
        count += 1
      } else if next != "_" || count == 0 || !isDigit(character(at: index + 1)) {
        break
      }
      index += 1
    }
    return count
  }

  /// Reads an exponent. An `E` without digits after it is the magnitude exa and is not consumed.
  private func readExponent(at index: inout Int, into literal: inout String) {
    guard let letter = character(at: index), letter == "e" || letter == "E" else { return }
    var after = index + 1
    var exponent = "e"
    if let sign = character(at: after), sign == "-" || sign == "+" {
      exponent.append(sign)
      after += 1
    }
    guard readDigits(at: &after, into: &exponent) > 0 else { return }
    literal.append(exponent)
    index = after
  }

  private mutating func trim() {
    while let first = character(at: rest.lowerBound), first.isWhitespace { rest.removeFirst() }
    while let last = character(at: rest.upperBound - 1), last.isWhitespace { rest.removeLast() }
  }
}

/// Powers of a thousand by their letter. Lower case is accepted where the letter is unambiguous: no quantity with
/// a magnitude is counted in thousandths, but `e` belongs to exponents and `p` is not in common use.
private let magnitudes: [Character: Double] = [
  "k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "g": 1e9, "G": 1e9, "t": 1e12, "T": 1e12, "P": 1e15,
  "E": 1e18,
]

private func isDigit(_ character: Character?) -> Bool {
  guard let character else { return false }
  return character.isASCII && character.isNumber
}
