/// A number read from bytes, and the index just past its last byte.
struct DecimalNumber {
  let value: Double
  let end: Int
}

/// Reads the decimal number (`12`, `-1.5e3`, `.5`, `7.`) that begins at `start`, rounded to the nearest double, ties to
/// even; nil when no number begins there.
///
/// Numbers of up to 19 significant digits with a decimal exponent in −27…27 (every double that a program prints in
/// full, unless it is huge or tiny) are rounded by exact integer arithmetic; the others are left to the standard
/// library.
func parseDecimal(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> DecimalNumber? {
  let count = bytes.count
  var index = start
  guard index < count else { return nil }
  let isNegative = bytes[index] == Byte.minus
  if isNegative || bytes[index] == Byte.plus { index += 1 }

  let integerStart = index
  while index < count, bytes[index] == Byte.zero { index += 1 }
  let zeros = index - integerStart
  var significand: UInt64 = 0
  let significantStart = index
  index = skipDigits(bytes, from: index, into: &significand)
  var significantDigits = index - significantStart
  var digits = zeros + significantDigits
  var exponent = 0

  if index < count, bytes[index] == Byte.point {
    index += 1
    let fractionStart = index
    // Leading zeros of a fraction are not significant and must not use up the 19 digits.
    if significantDigits == 0 {
      while index < count, bytes[index] == Byte.zero { index += 1 }
    }
    let digitStart = index
    index = skipDigits(bytes, from: index, into: &significand)
    significantDigits += index - digitStart
    digits += index - fractionStart
    exponent = fractionStart - index
  }
  guard digits > 0 else { return nil }

  if index < count, bytes[index] | 0x20 == Byte.lowerE, let written = parseExponent(bytes, from: index + 1) {
    exponent += written.exponent
    index = written.end
  }

  let magnitude: Double
  if significantDigits == 0 {
    magnitude = 0
  } else if significantDigits <= 19, exponent >= -27, exponent <= 27 {
    magnitude = rounded(significand, timesTenTo: exponent)
  } else {
    let text = String(decoding: bytes[integerStart..<index], as: UTF8.self)
    magnitude = Double(text) ?? .nan
  }
  return DecimalNumber(value: isNegative ? -magnitude : magnitude, end: index)
}

/// Appends the digits that begin at `start` to `significand`, modulo 2^64, and returns the index after them.
@inline(__always)
private func skipDigits(
  _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, into significand: inout UInt64
) -> Int {
  var index = start
  while index + 8 <= bytes.count {
    let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self)
    guard let eight = eightDigits(UInt64(littleEndian: word)) else { break }
    significand = significand &* 100_000_000 &+ eight
    index += 8
  }
  while index < bytes.count, case let digit = bytes[index] &- Byte.zero, digit < 10 {
    significand = significand &* 10 &+ UInt64(digit)
    index += 1
  }
  return index
}

/// The number whose eight digits are the bytes of `word`, the first in the lowest byte; nil when one is not a digit.
///
/// Digits are joined in pairs, the pairs in fours and the fours in eights, all in parallel in one word.
@inline(__always)
private func eightDigits(_ word: UInt64) -> UInt64? {
  let highNibbles: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
  // A byte is a digit when its high nibble is 3, also after adding 6.
  let isDigits = word & highNibbles | (word &+ 0x0606_0606_0606_0606) & highNibbles >> 4
  guard isDigits == 0x3333_3333_3333_3333 else { return nil }
  let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* (10 << 8 + 1)) >> 8
  let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* (100 << 16 + 1)) >> 16
  return ((fours & 0x0000_FFFF_0000_FFFF) &* (10_000 << 32 + 1)) >> 32
}

/// Reads a signed exponent; nil when there is no digit. Exponents beyond ±100,000 are clamped.
private func parseExponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (exponent: Int, end: Int)? {
  var index = start
  guard index < bytes.count else { return nil }
  let isNegative = bytes[index] == Byte.minus
  if isNegative || bytes[index] == Byte.plus { index += 1 }
  let digitStart = index
  var exponent = 0
  while index < bytes.count, case let digit = bytes[index] &- Byte.zero, digit < 10 {
    exponent = min(exponent * 10 + Int(digit), 100_000)
    index += 1
  }
  guard index > digitStart else { return nil }
  return (isNegative ? -exponent : exponent, index)
}

/// `significand` × 10^`exponent`, correctly rounded, for a significand above 0 and an exponent in −27…27.
private func rounded(_ significand: UInt64, timesTenTo exponent: Int) -> Double {
  if significand < 1 << 53, exponent >= -22, exponent <= 22 {
    // Both operands are exact doubles, so the single operation rounds once (Clinger 1990).
    return exponent < 0 ? Double(significand) / powersOfTen[-exponent] : Double(significand) * powersOfTen[exponent]
  }
  if exponent >= 0 {
    let product = significand.multipliedFullWidth(by: powersOfFive[exponent])
    guard product.high > 0 else { return Double(product.low) * powerOfTwo(exponent) }
    let shift = product.high.leadingZeroBitCount
    // In Swift `>>` gives 0 for a shift by 64, which is what a full high word needs.
    let leading = product.high << UInt64(shift) | product.low >> UInt64(64 - shift)
    let isInexact = product.low << UInt64(shift) != 0
    return Double(leading | (isInexact ? 1 : 0)) * powerOfTwo(64 - shift + exponent)
  }
  // Both numbers are shifted to full width, so the quotient has at least 63 bits: one bit for the remainder below them
  // decides ties as the infinitely precise quotient would.
  let divisor = powersOfFive[-exponent]
  let divisorShift = divisor.leadingZeroBitCount
  let shift = significand.leadingZeroBitCount
  let dividend = significand << UInt64(shift)
  let (quotient, remainder) = (divisor << UInt64(divisorShift)).dividingFullWidth((dividend >> 1, dividend << 63))
  return Double(quotient | (remainder == 0 ? 0 : 1)) * powerOfTwo(divisorShift - shift - 63 + exponent)
}

/// 2^`exponent` for an exponent of a normal double.
private func powerOfTwo(_ exponent: Int) -> Double {
  Double(bitPattern: UInt64(1023 + exponent) << 52)
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

private let powersOfFive: [UInt64] = [
  1, 5, 25, 125, 625, 3125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625, 1_220_703_125,
  6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625, 19_073_486_328_125,
  95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
  298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
]
