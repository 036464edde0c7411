/// A rectangle in SVG units.
struct Rectangle: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func contains(_ other: Rectangle) -> Bool {
    other.x >= x && other.right <= right && other.y >= y && other.bottom <= bottom
  }

  func grown(by margin: Double) -> Rectangle {
    Rectangle(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
  }
}

/// The parts of the frame that are already drawn on, in coarse cells, so that text finds a free place.
///
/// Text is placed on an area rather than on a point or a line, so these weigh more.
struct Occupancy {
  private let frame: Rectangle
  private let columns: Int
  private let rows: Int
  private var weights: [Int]

  init(_ frame: Rectangle) {
    self.frame = frame
    columns = max(1, Int((frame.width / cellSize).rounded(.up)))
    rows = max(1, Int((frame.height / cellSize).rounded(.up)))
    weights = [Int](repeating: 0, count: columns * rows)
  }

  mutating func mark(_ rectangle: Rectangle) {
    for cell in indices(rectangle) { weights[cell] = solidWeight }
  }

  /// Marks the inside of an area that two curves bound, given at the same places from left to right.
  mutating func markArea(between top: [Point], and bottom: [Point]) {
    let sides = Array(zip(top, bottom))
    for (left, right) in zip(sides, sides.dropFirst()) {
      let steps = Int(min(max(((right.0.x - left.0.x).magnitude / cellSize).rounded(.up), 1), 2000))
      for step in 0...steps {
        let share = Double(step) / Double(steps)
        let (y1, y2) = (mixed(left.0.y, right.0.y, share), mixed(left.1.y, right.1.y, share))
        let strip = Rectangle(x: mixed(left.0.x, right.0.x, share), y: min(y1, y2), width: 1, height: abs(y2 - y1))
        for cell in indices(strip) { weights[cell] = max(weights[cell], 1) }
      }
    }
  }

  mutating func mark(_ point: Point, radius: Double = 1) {
    mark(Rectangle(x: point.x - radius, y: point.y - radius, width: 2 * radius, height: 2 * radius))
  }

  /// Marks a straight line where it lies in the frame.
  mutating func mark(from start: Point, to end: Point) {
    let length = max((end.x - start.x).magnitude, (end.y - start.y).magnitude)
    let steps = Int(min(max((length / cellSize * 2).rounded(.up), 1), 2000))
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      mark(Point(x: mixed(start.x, end.x, share), y: mixed(start.y, end.y, share)))
    }
  }

  /// The amount of drawing that `rectangle` would cover; parts outside the frame count twice.
  func cost(_ rectangle: Rectangle) -> Int {
    let inside = indices(rectangle)
    let all = (rectangle.width / cellSize) * (rectangle.height / cellSize)
    let outside = frame.contains(rectangle) ? 0 : max(1, Int(min(all, 1e6)) - inside.count) * 2 * solidWeight
    return inside.reduce(outside) { $0 + weights[$1] }
  }

  private func indices(_ rectangle: Rectangle) -> [Int] {
    let across = range(rectangle.x - frame.x, rectangle.right - frame.x, count: columns)
    let down = range(rectangle.y - frame.y, rectangle.bottom - frame.y, count: rows)
    return down.flatMap { row in across.map { row * columns + $0 } }
  }

  private func range(_ start: Double, _ end: Double, count: Int) -> Range<Int> {
    guard start <= end, end >= 0, start < Double(count) * cellSize else { return 0..<0 }
    let first = Int((max(start, 0) / cellSize).rounded(.down))
    let last = Int((min(end, Double(count) * cellSize - 1) / cellSize).rounded(.down))
    return first..<max(first, min(last + 1, count))
  }
}

private let cellSize = 5.0
private let solidWeight = 8

private func mixed(_ a: Double, _ b: Double, _ share: Double) -> Double { a + (b - a) * share }
