import Documents

/// Reads a rate of compute in FLOP/s: `989 TFLOP/s`, `1.5 PFLOPS/s`.
///
/// Throws unless it is above zero and finite; a bare number and an amount such as `1 EFLOP` are rejected.
public func parseFLOPRate(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "rate of compute", examples: ["989 TFLOP/s", "1.5 PFLOP/s"])
  let number = try reading.readNumber()
  let unit = normalizedUnit(reading.remainder)
  guard isComputeRate(unit), let end = unit.lastIndex(of: "/"), let flops = flopsOfUnit(String(unit[..<end])) else {
    let what = flopsOfUnit(unit) == nil ? "found \(quoted(reading.remainder))" : "an amount, found no '/s'"
    throw reading.error("expected a rate such as TFLOP/s, \(what)")
  }
  return try reading.positive(number * flops)
}

/// Reads bytes per second: `450 GB/s`, `3.35 TB/s`, and in bits `400 Gb/s` or `400 Gbit/s`.
///
/// Throws unless it is above zero and finite, and if `/s` is missing.
public func parseByteRate(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "bandwidth", examples: ["450 GB/s", "3.35 TB/s", "400 Gb/s"])
  let number = try reading.readNumber()
  let unit = reading.remainder
  guard unit.hasSuffix("/s") else {
    throw reading.error("expected a unit such as GB/s, or Gb/s for bits, found \(quoted(unit))")
  }
  let amount = String(unit.dropLast(2))
  let bits =
    amount.hasSuffix("bit") ? String(amount.dropLast(3)) : amount.hasSuffix("b") ? String(amount.dropLast()) : nil
  // Only the case of the b distinguishes bits from bytes.
  if let bits, !bits.isEmpty, let scale = bytesOfUnit[bits.lowercased() + "b"] {
    return try reading.positive(number * scale / 8)
  }
  guard let scale = bytesOfUnit[amount.lowercased()] else {
    throw reading.error("expected a unit such as GB/s, or Gb/s for bits, found \(quoted(unit))")
  }
  return try reading.positive(number * scale)
}

/// Reads a power in watts: `700 W`, `1.2 kW`. Throws unless it is above zero and finite; a bare number is rejected.
public func parseWatts(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "power", examples: ["700 W", "1.2 kW"])
  let number = try reading.readNumber()
  let factor: Double
  switch reading.remainder.lowercased() {
  case "w", "watt", "watts": factor = 1
  case "kw", "kilowatt", "kilowatts": factor = 1e3
  // A capital M, because mW is a milliwatt.
  case "mw" where reading.remainder.hasPrefix("M"): factor = 1e6
  default: throw reading.error("expected W or kW, found \(quoted(reading.remainder))")
  }
  return try reading.positive(number * factor)
}
