import Foundation

/// A measured value in the style of the Particle Data Group: the digits in brackets are the error of the last digits.
///
/// The error is given to two significant digits and the value to the same place: `0.3473(24)`, `12.3(4.5)`,
/// `2.14(31)e3`. Without a usable error the brackets say so: `0.347300(–)`; a zero error means an exact number, which
/// stands alone. A value that is not a number is `–`.
public func rounded(value: Double, error: Double) -> String {
  guard value.isFinite, error != 0 else { return format(value, significant: 6) }
  guard error.isFinite, error > 0 else {
    return format(value, significant: 6) + (error == .infinity ? "(∞)" : "(–)")
  }
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

/// A number to so many significant digits, plain between 0.0001 and 999,999 and in e-notation elsewhere.
///
/// Exact numbers stay short (`64` and `2e21`, not `64.00` and `2.000e21`), zero has no sign, NaN is `–`.
public func format(_ value: Double, significant: Int) -> String {
  guard !value.isNaN else { return "–" }
  guard value.isFinite else { return value < 0 ? "-∞" : "∞" }
  guard value != 0 else { return "0" }
  let sign = value < 0 ? "-" : ""
  let number = Decimal10(value.magnitude, significant: min(max(significant, 1), 17))
  guard (-4...5).contains(number.leading) else {
    let full = "\(number.written(decimals: number.digits.count - 1))e\(number.leading)"
    let short = "\(number.written(decimals: number.digits.count - 1).droppingZeroFraction)e\(number.leading)"
    return sign + (Double(short) == value.magnitude ? short : full)
  }
  if number.place >= 0 { return sign + number.digits + String(repeating: "0", count: number.place) }
  if value == value.rounded() { return sign + String(number.digits.dropLast(-number.place)) }
  return sign + number.written(decimals: -number.place)
}

/// A number for a label, shortened with the suffixes people use for parameters and tokens: `70B`, `1.5M`, `2K`.
///
/// Outside 1…10¹⁵ there is no suffix and `format` decides.
public func compact(_ value: Double, significant: Int = 3) -> String {
  guard value.isFinite, value != 0 else { return format(value, significant: significant) }
  let digits = min(max(significant, 1), 17)
  let number = Decimal10(value.magnitude, significant: digits)
  guard (3..<15).contains(number.leading) else { return format(value, significant: digits).droppingZeroFraction }
  let group = number.leading / 3
  let suffix = ["K", "M", "B", "T"][group - 1]
  let shown: String =
    number.place >= 3 * group
    ? number.digits + String(repeating: "0", count: number.place - 3 * group)
    : number.written(decimals: 3 * group - number.place).droppingZeroFraction
  return (value < 0 ? "-" : "") + shown + suffix
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

  /// The digits with a point before the last `decimals` of them.
  func written(decimals: Int) -> String {
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}

extension String {
  /// `1.50` as `1.5` and `2.00` as `2`; text without a plain fraction as it is.
  fileprivate var droppingZeroFraction: String {
    guard contains("."), !contains("e") else { return self }
    var copy = self
    while copy.last == "0" { copy.removeLast() }
    if copy.last == "." { copy.removeLast() }
    return copy
  }
}
