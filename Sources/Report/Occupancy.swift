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

/// Where in the frame something is drawn already, in coarse cells, so that text finds a free place.
struct Occupancy {
  private let frame: Rectangle
  private let columns: Int
  private let rows: Int
  private var cells: [Bool]

  init(_ frame: Rectangle) {
    self.frame = frame
    columns = max(1, Int((frame.width / cellSize).rounded(.up)))
    rows = max(1, Int((frame.height / cellSize).rounded(.up)))
    cells = [Bool](repeating: false, count: columns * rows)
  }

  mutating func mark(_ rectangle: Rectangle) {
    for cell in indices(rectangle) { cells[cell] = true }
  }

  mutating func mark(_ point: Point, radius: Double = 1) {
    mark(Rectangle(x: point.x - radius, y: point.y - radius, width: 2 * radius, height: 2 * radius))
  }

  /// Marks a straight line as far as it runs in the frame.
  mutating func mark(from start: Point, to end: Point) {
    let length = max((end.x - start.x).magnitude, (end.y - start.y).magnitude)
    let steps = Int(min(max((length / cellSize * 2).rounded(.up), 1), 2000))
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      mark(Point(x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share))
    }
  }

  /// How many cells of `rectangle` are taken; every cell's worth outside the frame counts as two.
  func cost(_ rectangle: Rectangle) -> Int {
    let inside = indices(rectangle)
    let all = (rectangle.width / cellSize) * (rectangle.height / cellSize)
    let outside = frame.contains(rectangle) ? 0 : max(1, Int(min(all, 1e6)) - inside.count) * 2
    return inside.count { cells[$0] } + outside
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
