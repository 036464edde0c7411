import Documents

/// The unit of a count.
public enum CountUnit: String, Sendable, CaseIterable {
  case params
  case tokens
}

/// Reads a count of parameters or tokens: `7B`, `1.5B params`, `300k`, `1_000_000`, `2e12 tokens`.
///
/// With `unit` a trailing word must name that unit; without it, either is accepted. Throws for anything below 1 or not
/// finite.
public func parseCount(_ text: String, of unit: CountUnit? = nil) throws(QuantityError) -> Double {
  let quantity =
    switch unit {
    case .params: "number of parameters"
    case .tokens: "number of tokens"
    case nil: "count"
    }
  let examples =
    switch unit {
    case .params: ["7B", "1.5B params", "70M"]
    case .tokens: ["300B", "2T tokens", "1.4e12"]
    case nil: ["7B", "70M params", "300B tokens", "1_000_000"]
    }
  var reading = try QuantityText(text, as: quantity, examples: examples)
  let number = try reading.readNumber()
  guard let (magnitude, word) = reading.readUnit(countWord) else {
    let expected = "expected k, M, B, T, P or E, then \(unit?.rawValue ?? "params or tokens"), or nothing"
    throw reading.error("\(expected), found '\(excerpt(reading.remainder))'")
  }
  if let unit, let found = word.unit, found != unit {
    throw reading.error("expected \(unit.rawValue), found \(found.rawValue)")
  }
  let count = try reading.positive(number * magnitude)
  guard count >= 1 else { throw reading.error("the \(quantity) must be at least 1", at: 0) }
  return count
}

/// Reads a number with an optional magnitude: `0.1`, `-3`, `1.5k`, `1e21`. Throws unless it is finite.
public func parseNumber(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "number", examples: ["0.1", "1.5k", "1e21", "1_000_000"])
  let number = try reading.readNumber()
  guard let (magnitude, _) = reading.readUnit({ $0.isEmpty ? true : nil }) else {
    throw reading.error("expected k, M, B, T, P, E or nothing, found '\(excerpt(reading.remainder))'")
  }
  guard (number * magnitude).isFinite else { throw reading.error("the number is too large", at: 0) }
  return number * magnitude
}

/// A word after a count, which is optional.
private struct CountWord {
  let unit: CountUnit?
}

private func countWord(_ text: String) -> CountWord? {
  switch text.lowercased() {
  case "": CountWord(unit: nil)
  case "params", "param", "parameters", "parameter": CountWord(unit: .params)
  case "tokens", "token", "tok": CountWord(unit: .tokens)
  default: nil
  }
}
