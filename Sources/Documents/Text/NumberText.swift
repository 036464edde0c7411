import Foundation

/// Numbers as text for tables, axes and sentences.
///
/// A number is rounded to a count of significant digits, three by default. Zeros at the end of a fraction appear only
/// where they say that a number was rounded: 2 is `2` and 2.0004 is `2.00`. Zero has no sign, NaN is `–`.
package enum NumberText {
  /// A number, plain between 0.0001 and 999,999 and in e-notation elsewhere: `0.0123`, `20`, `1.23e21`.
  package static func rounded(_ value: Double, _ digits: Int = 3) -> String { scaled(value, [""], digits) }

  /// A count with the suffix of its magnitude: `512`, `7.05B`, `70M`, `2.05k`.
  package static func count(_ value: Double, _ digits: Int = 3) -> String {
    scaled(value, ["", "k", "M", "B", "T"], digits)
  }

  /// A share of one in percent: `12.5 %`.
  package static func percent(_ share: Double, _ digits: Int = 3) -> String { "\(rounded(share * 100, digits)) %" }

  /// A number with a fixed count of decimals: `0.250`.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    value.isFinite ? String(format: "%.\(max(0, decimals))f", value) : rounded(value)
  }

  /// A number followed by the unit of its magnitude.
  ///
  /// - Parameter units: The units from the smallest, each a thousand times the one before, as they follow the digits.
  ///   With one unit alone the number is plain; a number beyond the last unit is in e-notation in the first.
  package static func scaled(_ value: Double, _ units: [String], _ digits: Int = 3) -> String {
    let first = units.first ?? ""
    guard !value.isNaN else { return "–" + first }
    guard value.isFinite else { return (value < 0 ? "-∞" : "∞") + first }
    guard value != 0 else { return "0" + first }
    let sign = value < 0 ? "-" : ""
    let number = Decimal10(value.magnitude, significant: min(max(digits, 1), 17))
    let group = max(0, number.leading / 3)
    if units.count > 1, group > 0, group < units.count {
      return sign + number.text(of: value.magnitude, exponent: 3 * group) + units[group]
    }
    if (-4...5).contains(number.leading) { return sign + number.text(of: value.magnitude, exponent: 0) + first }
    return "\(sign)\(number.text(of: value.magnitude, exponent: number.leading))e\(number.leading)\(first)"
  }

  /// A measured value in the style of the Particle Data Group: the digits in parentheses are the error of the last ones.
  ///
  /// The error has two significant digits and the value ends at the same place: `0.3473(24)`, `12.3(4.5)`,
  /// `2.14(31)e3`. A value without a usable error is followed by `(–)`. An error of zero marks an exact number, which
  /// has no parentheses.
  package static func withError(_ value: Double, _ error: Double) -> String {
    guard value.isFinite, error != 0 else { return rounded(value, 6) }
    guard error.isFinite, error > 0 else { return rounded(value, 6) + (error == .infinity ? "(∞)" : "(–)") }
    let uncertainty = Decimal10(error, significant: 2)
    let place = uncertainty.place
    let number = Decimal10(value.magnitude, place: place)
    let top = max(number.leading, uncertainty.leading)
    let exponent = place <= 0 && (-4...5).contains(top) ? 0 : top
    let decimals = exponent - place
    let sign = value < 0 && !number.isZero ? "-" : ""
    // With one decimal the error's own digits straddle the point, and bare digits would be ambiguous.
    let bracket = decimals == 1 ? uncertainty.written(decimals: 1) : uncertainty.digits
    return "\(sign)\(number.written(decimals: decimals))(\(bracket))" + (exponent == 0 ? "" : "e\(exponent)")
  }
}

/// A non-negative decimal number: `digits` × 10^`place`. Kept as digits so that rounding happens once.
private struct Decimal10 {
  var digits: String
  var place: Int

  /// The power of ten of the first digit.
  var leading: Int { place + digits.count - 1 }
  var isZero: Bool { digits.allSatisfy { $0 == "0" } }

  /// `value` (finite, positive) rounded to a number of significant digits.
  init(_ value: Double, significant: Int) {
    let text = String(format: "%.\(significant - 1)e", value)
    let parts = text.split(separator: "e")
    digits = String((parts.first ?? "0").filter(\.isNumber))
    place = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - significant + 1
  }

  /// `value` (finite, not negative) rounded to a multiple of 10^`place`.
  init(_ value: Double, place: Int) {
    self.place = place
    guard value > 0 else {
      digits = "0"
      return
    }
    let first = Decimal10(value, significant: 17).leading
    if first >= place {
      // More than 17 digits of a double say nothing, but the place must hold.
      let wanted = first - place + 1
      let number = Decimal10(value, significant: min(wanted, 17))
      digits = number.digits + String(repeating: "0", count: max(0, number.place - place))
    } else {
      digits = first == place - 1 && value / pow(10, Double(first)) >= 5 ? "1" : "0"
    }
  }

  /// The number in units of 10^`exponent`, without the zeros that end its fraction if it is `value` itself.
  func text(of value: Double, exponent: Int) -> String {
    guard place < exponent else { return digits + String(repeating: "0", count: place - exponent) }
    let full = written(decimals: exponent - place)
    // What a product such as 0.07 · 100 leaves in the last bits is not a rounding that a reader should see.
    guard let exact = Double("\(full)e\(exponent)"), abs(exact - value) <= 1e-12 * value else { return full }
    let short = full.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return String(short.reversed())
  }

  /// The digits with a point before the last `decimals` of them.
  func written(decimals: Int) -> String {
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
