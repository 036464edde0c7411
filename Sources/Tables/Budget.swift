import Documents

/// A budget for training.
public enum Budget: Sendable, Equatable {
  /// Training compute in FLOP.
  case flops(Double)
  /// Money in US dollars.
  case usd(Double)
  /// Accelerator time in hours, summed over all accelerators.
  case gpuHours(Double)
  /// Electricity in kWh.
  case kilowattHours(Double)
  /// Greenhouse gases in kg of CO₂ equivalents.
  case carbon(Double)
  /// `count` accelerators of one kind for a time in seconds. The name is as written and is not checked here.
  case cluster(count: Int, accelerator: String, seconds: Double)

  /// Reads a budget with its unit: `1e23 FLOP`, `3 ZFLOP`, `1k PF-days`, `2M USD`, `$2M`, `10k GPU-hours`, `500 MWh`,
  /// `40 t CO2`, `64xH100 for 30d`.
  ///
  /// Throws unless it is above zero and finite. A bare number is rejected because it could be any of these.
  public init(parsing text: String) throws(QuantityError) {
    var reading = try QuantityText(
      text, as: "budget", examples: ["1e23 FLOP", "2M USD", "10k GPU-hours", "64xH100 for 30d"])
    let hasDollarSign = reading.skip("$")
    let number = try reading.readNumber()
    if hasDollarSign {
      guard let (magnitude, _) = reading.readUnit({ $0.isEmpty || isDollars($0) ? true : nil }) else {
        throw reading.error("expected k, M, B or nothing after '$\(number)', found '\(excerpt(reading.remainder))'")
      }
      self = .usd(try reading.positive(number * magnitude))
    } else if let (magnitude, unit) = reading.readUnit(BudgetUnit.init) {
      let value = try reading.positive(number * magnitude * unit.factor)
      switch unit.kind {
      case .flops: self = .flops(value)
      case .usd: self = .usd(value)
      case .gpuHours: self = .gpuHours(value)
      case .kilowattHours: self = .kilowattHours(value)
      case .carbon: self = .carbon(value)
      }
    } else if let (magnitude, name) = reading.readUnit(afterTimesSign) {
      self = try readCluster(reading, count: number * magnitude, lengthOfName: name.count)
    } else {
      throw unknownUnit(reading)
    }
  }
}

/// Reads an amount of money in US dollars: `$2M`, `2M USD`, `2.50`. Throws unless it is above zero and finite.
public func parseUSD(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "amount of money", examples: ["$2M", "2M USD", "$2.50"])
  _ = reading.skip("$")
  let number = try reading.readNumber()
  guard let (magnitude, _) = reading.readUnit({ $0.isEmpty || isDollars($0) ? true : nil }) else {
    throw isOtherCurrency(reading.remainder)
      ? otherCurrency(reading) : reading.error("expected USD, found '\(excerpt(reading.remainder))'")
  }
  return try reading.positive(number * magnitude)
}

/// A unit that makes a number a budget.
private struct BudgetUnit {
  enum Kind {
    case flops
    case usd
    case gpuHours
    case kilowattHours
    case carbon
  }

  let kind: Kind
  let factor: Double

  init?(_ text: String) {
    if let flops = flopsOfUnit(text) {
      (kind, factor) = (.flops, flops)
    } else if isDollars(text) {
      (kind, factor) = (.usd, 1)
    } else if let kilowattHours = kilowattHoursOfUnit[text.lowercased()] {
      (kind, factor) = (.kilowattHours, kilowattHours)
    } else if let kilograms = kilogramsOfUnit[text.lowercased().filter { !" -₂".contains($0) }] {
      (kind, factor) = (.carbon, kilograms)
    } else {
      switch normalizedUnit(text) {
      case "gpu-hours", "gpu-hour", "gpu-hrs", "gpu-hr", "gpu-h", "gpuh", "gpuhours": (kind, factor) = (.gpuHours, 1)
      case "gpu-days", "gpu-day", "gpu-d": (kind, factor) = (.gpuHours, 24)
      default: return nil
      }
    }
  }
}

private let kilowattHoursOfUnit: [String: Double] = ["wh": 1e-3, "kwh": 1, "mwh": 1e3, "gwh": 1e6]

/// Units by their name without spaces and subscripts, so that `t CO₂` is listed as `tco`.
private let kilogramsOfUnit: [String: Double] = [
  "kgco": 1, "kgco2": 1, "kgco2e": 1, "tco": 1e3, "tco2": 1e3, "tco2e": 1e3, "tonsco2": 1e3, "tonnesco2": 1e3,
  "ktco2": 1e6, "ktco2e": 1e6,
]

private func isDollars(_ unit: String) -> Bool {
  ["$", "usd", "us$", "dollar", "dollars"].contains(unit.lowercased())
}

private func isOtherCurrency(_ unit: String) -> Bool {
  let names = ["eur", "euro", "euros", "gbp", "chf", "jpy", "cny", "rmb", "cad", "aud", "inr", "krw"]
  let lower = unit.lowercased()
  return unit.contains { "€£¥₹₩".contains($0) } || names.contains { lower.hasSuffix($0) }
}

private func otherCurrency(_ reading: QuantityText) -> QuantityError {
  reading.error("'\(excerpt(reading.remainder))' is another currency; convert it to USD first, as in '2M USD'")
}

/// The text after the sign in `x H100 for 30d`, or nil when no such sign comes first.
private func afterTimesSign(_ text: String) -> Substring? {
  guard let first = text.first, "xX×*".contains(first) else { return nil }
  return text.dropFirst()
}

/// Reads the rest of `64xH100 for 30d`; the last `lengthOfName` characters of its text follow the sign.
private func readCluster(
  _ reading: QuantityText, count: Double, lengthOfName: Int
) throws(QuantityError) -> Budget {
  var reading = reading
  guard count >= 1, let whole = Int(exactly: count), whole <= 1_000_000_000 else {
    throw reading.error("expected a whole number of accelerators", at: 0)
  }
  reading.advance(by: reading.rest.count - lengthOfName)
  let words = reading.remainder.split(separator: " ", omittingEmptySubsequences: false)
  guard let separator = words.lastIndex(where: { $0.lowercased() == "for" }) else {
    throw reading.error("expected the time, as in '\(excerpt(reading.text)) for 30d'", at: reading.rest.upperBound)
  }
  let name = words[..<separator].joined(separator: " ")
  let accelerator = String(name.reversed().drop { $0.isWhitespace }.reversed())
  guard accelerator.first.map({ $0.isLetter || $0.isNumber }) == true else {
    throw reading.error("expected the name of an accelerator, as in '64xH100 for 30d'")
  }
  reading.advance(by: name.count + (separator == 0 ? 0 : 1) + 3)
  return .cluster(count: whole, accelerator: accelerator, seconds: try readDuration(reading))
}

private func unknownUnit(_ reading: QuantityText) -> QuantityError {
  let unit = reading.remainder
  let shown = excerpt(reading.text)
  if reading.readUnit({ $0.isEmpty ? true : nil }) != nil {
    return reading.error("a budget needs a unit; did you mean '\(shown) FLOP' or '\(shown) USD'?")
  }
  if isComputeRate(unit) {
    return reading.error("'\(excerpt(unit))' is a rate; write the total, as in '1e23 FLOP', or '64xH100 for 30d'")
  }
  if isOtherCurrency(unit) { return otherCurrency(reading) }
  if normalizedUnit(unit).contains("-hour") || normalizedUnit(unit).hasSuffix("-h") {
    return reading.error("accelerator time is written as GPU-hours, or as a cluster and a time: '64xH100 for 30d'")
  }
  if unit.lowercased().contains(" for ") {
    return reading.error("a cluster is written with an x between count and accelerator, as in '64xH100 for 30d'")
  }
  if (try? parseDuration(reading.text)) != nil {
    return reading.error("a time alone is not a budget; name the accelerators, as in '64xH100 for \(shown)'")
  }
  return reading.error("expected FLOP, USD, GPU-hours, kWh, t CO2, or a cluster and a time, found '\(excerpt(unit))'")
}
