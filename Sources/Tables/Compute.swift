import Documents

/// Reads an amount of training compute in FLOP: `1e21`, `1e21 FLOP`, `1 ZFLOP`, `2.5 EFLOPs`, `3k PF-days`.
///
/// A petaFLOP/s-day is 8.64e19 FLOP. A bare number is read as FLOP. Throws unless it is above zero and finite; a
/// rate such as `1 PFLOP/s` is rejected.
public func parseFLOPs(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(
    text, as: "amount of compute", examples: ["1e21 FLOP", "1 ZFLOP", "2.5 EFLOP", "1 PF-day"])
  let number = try reading.readNumber()
  guard let (magnitude, unit) = reading.readUnit({ $0.isEmpty ? 1 : flopsOfUnit($0) }) else {
    throw notCompute(reading)
  }
  return try reading.positive(number * magnitude * unit)
}

/// The number of FLOP in one unit, or nil when `unit` is not a unit of compute.
func flopsOfUnit(_ unit: String) -> Double? {
  let unit = normalizedUnit(unit)
  if ["flop", "flops"].contains(unit) { return 1 }
  guard let prefix = unit.first, let factor = prefixes[prefix] else { return nil }
  switch unit.dropFirst() {
  case "flop", "flops":
    return factor
  case "f-day", "f-days", "fs-day", "fs-days", "flop/s-day", "flop/s-days", "flops-day", "flops-days", "flops/s-day",
    "flops/s-days":
    return factor * 86_400
  default:
    return nil
  }
}

/// Whether `unit` is a rate such as `FLOP/s`, which is not an amount.
func isComputeRate(_ unit: String) -> Bool {
  let unit = normalizedUnit(unit)
  return unit.hasSuffix("flop/s") || unit.hasSuffix("flops/s") || unit.hasSuffix("flop-per-second")
}

/// `unit` in lower case, with hyphens for the spaces and dots that people put between its words.
func normalizedUnit(_ unit: String) -> String {
  let separators: Set<Character> = ["-", "_", "·", "*", "‑", "–"]
  return unit.lowercased().split { $0.isWhitespace || separators.contains($0) }.joined(separator: "-")
}

private func notCompute(_ reading: QuantityText) -> QuantityError {
  if isComputeRate(reading.remainder) {
    return reading.error("'\(excerpt(reading.remainder))' is a rate; write the total, as in '1e21 FLOP' or '1 PF-day'")
  }
  return reading.error("expected FLOP, ZFLOP or PF-days, found '\(excerpt(reading.remainder))'")
}

private let prefixes: [Character: Double] = [
  "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21, "y": 1e24,
]
