/// A color as red, green and blue from 0 to 255.
struct Color: Equatable {
  var red: Int
  var green: Int
  var blue: Int

  static let gray = Color(red: 0x75, green: 0x75, blue: 0x75)

  /// The color mixed with white: 0 as it is, 1 white.
  func tinted(_ amount: Double) -> Color {
    mixed(with: Color(red: 255, green: 255, blue: 255), amount)
  }

  func mixed(with other: Color, _ amount: Double) -> Color {
    func mix(_ a: Int, _ b: Int) -> Int { Int((Double(a) + (Double(b) - Double(a)) * amount).rounded()) }
    return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  fileprivate init(hex: Int) {
    self.init(red: hex >> 16 & 255, green: hex >> 8 & 255, blue: hex & 255)
  }

  init(red: Int, green: Int, blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// A color that people with any color vision can distinguish from the others; the index wraps around.
func paletteColor(_ index: Int) -> Color {
  palette[((index % palette.count) + palette.count) % palette.count]
}

/// A color for an amount from 0 (dark) to 1 (light); gray if there is no amount.
func sequentialColor(_ fraction: Double) -> Color {
  guard !fraction.isNaN else { return .gray }
  // The last tenth of the scale is a yellow too pale for white paper.
  let position = min(max(fraction, 0), 1) * 0.9 * Double(viridis.count - 1)
  let index = min(Int(position), viridis.count - 2)
  return viridis[index].mixed(with: viridis[index + 1], position - Double(index))
}

/// Okabe and Ito (2008), "Color Universal Design", reordered, with wine instead of their yellow, which is invisible on
/// white paper.
private let palette = [
  0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x882255, 0x444444,
].map(Color.init(hex:))

/// Eleven stops of viridis (van der Walt and Smith, 2015), which is even in lightness.
private let viridis = [
  0x440154, 0x482475, 0x414487, 0x355F8D, 0x2A788E, 0x21918C, 0x22A884, 0x44BF70, 0x7AD151, 0xBDDF26, 0xFDE725,
].map(Color.init(hex:))
