/// A drawing of dots, two across and four down in each character cell, with marks and text on top.
struct BrailleCanvas {
  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  private var marks: [Character?]
  private var colors: [Color?]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = [UInt8](repeating: 0, count: columns * rows)
    marks = [Character?](repeating: nil, count: columns * rows)
    colors = [Color?](repeating: nil, count: columns * rows)
  }

  /// Sets the dot nearest to a point given as shares of the width (from the left) and height (from the bottom).
  mutating func setDot(_ across: Double, _ up: Double, _ color: Color?) {
    guard let x = index(across, count: 2 * columns), let y = index(1 - up, count: 4 * rows) else { return }
    let cell = y / 4 * columns + x / 2
    dots[cell] |= dotBits[y % 4][x % 2]
    if marks[cell] == nil { colors[cell] = color }
  }

  /// Sets the dots of a straight line; every `stride`th of them.
  mutating func drawLine(from start: Point, to end: Point, _ color: Color?, stride: Int = 1) {
    let across = (end.x - start.x).magnitude * Double(2 * columns)
    let up = (end.y - start.y).magnitude * Double(4 * rows)
    let steps = Int(min(max(across, up, 1), 4000).rounded(.up))
    for step in Swift.stride(from: 0, through: steps, by: stride) {
      let share = Double(step) / Double(steps)
      setDot(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share, color)
    }
  }

  /// Puts a character over the contents of the cell.
  mutating func setMark(_ mark: Character, _ across: Double, _ up: Double, _ color: Color?) {
    guard let x = index(across, count: columns), let y = index(1 - up, count: rows) else { return }
    marks[y * columns + x] = mark
    colors[y * columns + x] = color
  }

  /// Puts a character into all cells whose middle lies between two corners, lower left and upper right.
  mutating func fill(_ mark: Character, from corner: Point, to opposite: Point, _ color: Color?) {
    for row in cells(1 - opposite.y, 1 - corner.y, count: rows) {
      for column in cells(corner.x, opposite.x, count: columns) {
        marks[row * columns + column] = mark
        colors[row * columns + column] = color
      }
    }
  }

  /// Writes `text` beside a point, on the side where it fits.
  mutating func write(_ text: String, beside across: Double, _ up: Double) {
    guard let x = index(across, count: columns), let y = index(1 - up, count: rows) else { return }
    let start = x + 2 + text.count <= columns ? x + 2 : x - 1 - text.count
    guard start >= 0, text.unicodeScalars.allSatisfy({ displayWidth(String($0)) == 1 }) else { return }
    for (offset, character) in text.enumerated() {
      marks[y * columns + start + offset] = character
      colors[y * columns + start + offset] = nil
    }
  }

  /// A row of cells as text, with color sequences or without.
  func line(_ row: Int, usesColor: Bool) -> String {
    var text = ""
    var current: Color?
    for column in 0..<columns {
      let cell = row * columns + column
      let isEmpty = dots[cell] == 0 && marks[cell] == nil
      let color = isEmpty || !usesColor ? nil : colors[cell]
      if color != current {
        text += color?.terminalSequence ?? "\u{1B}[0m"
        current = color
      }
      text.append(marks[cell] ?? braille(dots[cell]))
    }
    return current == nil ? text : text + "\u{1B}[0m"
  }

  private func braille(_ bits: UInt8) -> Character {
    bits == 0 ? " " : Unicode.Scalar(0x2800 + UInt32(bits)).map(Character.init) ?? " "
  }

  /// The cells whose middle lies from one share of the width or height up to another.
  private func cells(_ from: Double, _ to: Double, count: Int) -> Range<Int> {
    func cell(_ share: Double) -> Int { Int((min(max(share, 0), 1) * Double(count) - 0.5).rounded(.up)) }
    return cell(from)..<max(cell(from), cell(to))
  }

  private func index(_ share: Double, count: Int) -> Int? {
    guard share >= -1e-9, share <= 1 + 1e-9 else { return nil }
    return min(max(Int(share * Double(count)), 0), count - 1)
  }
}

extension Color {
  /// Switches the terminal to the nearest color of its 6×6×6 cube.
  var terminalSequence: String {
    func level(_ part: Int) -> Int { (part * 5 + 127) / 255 }
    return "\u{1B}[38;5;\(16 + 36 * level(red) + 6 * level(green) + level(blue))m"
  }
}

/// The bit of each dot in a braille character, by row and column.
private let dotBits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
