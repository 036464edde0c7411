import Documents

/// Reads a number of bytes: `80GB` (10⁹ each), `80GiB` (2³⁰ each), `512 MB`, `1_000 bytes`.
///
/// Throws unless it is above zero and finite; `Gb`, which means bits, is rejected.
public func parseBytes(_ text: String) throws(QuantityError) -> Double {
  var reading = try QuantityText(text, as: "number of bytes", examples: ["80GB", "80GiB", "1.5 TB"])
  let number = try reading.readNumber()
  let unit = reading.remainder
  if unit.hasSuffix("b"), !unit.hasSuffix("ib"), unit.lowercased() != unit {
    throw reading.error("'\(excerpt(unit))' means bits; write \(excerpt(unit.dropLast() + "B")) for bytes")
  }
  guard let bytes = bytesOfUnit[unit.lowercased()] else {
    throw reading.error("expected a unit such as GB or GiB, found \(quoted(unit))")
  }
  return try reading.positive(number * bytes)
}

let bytesOfUnit: [String: Double] = [
  "b": 1, "byte": 1, "bytes": 1,
  "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "pb": 1e15,
  "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776, "pib": 1_125_899_906_842_624,
]
