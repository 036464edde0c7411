import Documents

/// Reads a duration in seconds: `30d`, `12h`, `2w`, `90min`, `45 s`, or several in a row as `1d 12h`.
///
/// Throws unless it is above zero and finite. A month or a year has no fixed length, and `m` is ambiguous, so the error
/// asks for days or minutes instead.
public func parseDuration(_ text: String) throws(QuantityError) -> Double {
  let reading = try QuantityText(text, as: "duration", examples: ["30d", "12h", "2w", "90min", "45 s", "1d 12h"])
  return try readDuration(reading)
}

/// Reads the rest of `reading` as a duration in seconds.
func readDuration(_ reading: QuantityText) throws(QuantityError) -> Double {
  var reading = reading
  var seconds = 0.0
  repeat {
    let number = try reading.readNumber()
    guard number >= 0 else { throw reading.error("the duration must be above zero", at: 0) }
    let word = String(reading.remainder.prefix { $0.isLetter })
    guard let unit = secondsOfUnit[word.lowercased()] else { throw unknownUnit(word, in: reading) }
    seconds += number * unit
    reading.advance(by: word.count)
  } while !reading.rest.isEmpty
  guard seconds > 0 else { throw reading.error("the duration must be above zero", at: 0) }
  guard seconds.isFinite else { throw reading.error("the duration is too long", at: 0) }
  return seconds
}

private func unknownUnit(_ word: String, in reading: QuantityText) -> QuantityError {
  switch word.lowercased() {
  case "":
    reading.error("a duration needs a unit: s, min, h, d or w")
  case "m", "mo", "month", "months":
    reading.error("'\(word)' is ambiguous; write min for minutes, or days as in 30d for months")
  case "y", "yr", "year", "years":
    reading.error("'\(word)' has no fixed length; write days, as in 365d")
  default:
    reading.error("expected s, min, h, d or w, found '\(excerpt(word))'")
  }
}

private let secondsOfUnit: [String: Double] = [
  "ms": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
  "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
  "min": 60, "mins": 60, "minute": 60, "minutes": 60,
  "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
  "d": 86_400, "day": 86_400, "days": 86_400,
  "w": 604_800, "wk": 604_800, "wks": 604_800, "week": 604_800, "weeks": 604_800,
]
