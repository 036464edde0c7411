import Documents
import Foundation

extension PlotDrawing {
  /// Labels at the right ends of lines, moved apart where they would overlap.
  mutating func drawEndLabels() {
    let ends = plot.layers.indices.compactMap { index -> (label: String, at: Point, color: Color)? in
      guard case .line(let line) = plot.layers[index], line.labelsEnd, !line.label.isEmpty else { return nil }
      let drawn = zip(line.x, line.y).compactMap { x, y in
        scales.x.leavesOut(x) || scales.y.leavesOut(y) ? nil : position(x, y)
      }
      return drawn.last.map { (line.label, $0, scales.color(ofLayer: index)) }
    }
    var taken: [Rectangle] = []
    for end in ends.sorted(by: { $0.at.y < $1.at.y }) {
      var box = Rectangle(
        x: end.at.x + 6, y: end.at.y - 7, width: textWidth(end.label, size: FontSize.tick), height: 14)
      while let other = taken.first(where: { $0.overlaps(box) }) { box.y = other.bottom + 0.5 }
      taken.append(box)
      occupancy.mark(box)
      addText(
        escaped(end.label), at: Point(x: box.x, y: box.bottom - 3), size: FontSize.tick,
        color: hex(end.color.mixed(with: Color(red: 0, green: 0, blue: 0), 0.2)), role: "end label", halo: 3)
    }
  }

  /// The label of a reference line or an annotation with its marker, placed where it covers least.
  mutating func drawLabel(_ layer: Plot.Layer) {
    switch layer {
    case .vertical(let reference): labelVertical(reference)
    case .horizontal(let reference): labelHorizontal(reference)
    case .annotation(let annotation): annotate(annotation)
    default: break
    }
  }

  /// The level on the longest piece of each contour line, turned with the line.
  mutating func drawContourLabels(_ layer: Plot.Layer) {
    guard case .contour(let contour) = layer, let grid = grid(contour) else { return }
    for level in contour.drawnLevels {
      let lines = grid.isolines(at: level).map { $0.filter(isInFrame) }
      guard let line = lines.max(by: { $0.count < $1.count }), line.count > 6 else { continue }
      let text = NumberText.count(level, 4)
      let width = textWidth(text, size: 10.5)
      let middle = line.count / 2
      let candidates = (2..<line.count - 2).map { index in
        let center = line[index]
        let box = Rectangle(x: center.x - width / 2 - 4, y: center.y - 9, width: width + 8, height: 18)
        return (index: index, box: box, cost: occupancy.cost(box) * 1000 + (index - middle).magnitude.asInt)
      }
      guard let best = candidates.min(by: { $0.cost < $1.cost }), best.cost < 32_000 else { continue }
      occupancy.mark(best.box)
      let (before, after) = (line[best.index - 2], line[best.index + 2])
      var angle = atan2(after.y - before.y, after.x - before.x) * 180 / .pi
      if angle > 90 { angle -= 180 } else if angle < -90 { angle += 180 }
      let turn = angle * .pi / 180
      let foot = Point(x: line[best.index].x - 3.6 * sin(turn), y: line[best.index].y + 3.6 * cos(turn))
      addText(
        escaped(text), at: foot, size: 10.5, color: "#444444", anchor: "middle", role: "level", rotation: angle,
        halo: contour.fills ? 3 : 6)
    }
  }

  private func isInFrame(_ point: Point) -> Bool {
    frame.contains(Rectangle(x: point.x, y: point.y, width: 0, height: 0).grown(by: 8))
  }

  private mutating func labelVertical(_ reference: Plot.Reference) {
    guard let fraction = scales.x.fraction(reference.value), !scales.x.leavesOut(reference.value) else { return }
    let x = frame.x + fraction * frame.width
    let size = textSize(reference.label)
    let sides = [x + 6, x - 6 - size.width]
    let heights = [frame.y + 4, frame.bottom - 6 - size.height]
    place(reference.label, size, candidates: heights.flatMap { y in sides.map { Point(x: $0, y: y) } })
  }

  private mutating func labelHorizontal(_ reference: Plot.Reference) {
    guard let fraction = scales.y.fraction(reference.value), !scales.y.leavesOut(reference.value) else { return }
    let y = frame.bottom - fraction * frame.height
    let size = textSize(reference.label)
    let sides = [frame.right - 6 - size.width, frame.x + 8]
    let heights = [y - 6 - size.height, y + 6]
    place(reference.label, size, candidates: sides.flatMap { x in heights.map { Point(x: x, y: $0) } })
  }

  private mutating func annotate(_ annotation: Plot.Annotation) {
    guard let point = position(annotation.x, annotation.y), !scales.x.leavesOut(annotation.x),
      !scales.y.leavesOut(annotation.y)
    else { return }
    let color = annotation.ink.annotationColor(scales)
    let radius = annotation.marker == .star ? 8.0 : 5.5
    if annotation.marker != nil { occupancy.mark(point, radius: radius) }
    let size = textSize(annotation.text)
    let spots = [13.0, 30, 52].flatMap { distance -> [Point] in
      let (right, left) = (point.x + distance, point.x - distance - size.width)
      let (above, below) = (point.y - distance * 0.7 - size.height, point.y + distance * 0.7)
      return [
        Point(x: right, y: above), Point(x: left, y: above), Point(x: right, y: below), Point(x: left, y: below),
        Point(x: right, y: point.y - size.height / 2), Point(x: left, y: point.y - size.height / 2),
      ]
    }
    if let box = place(annotation.text, size, candidates: spots), (box.x - point.x).magnitude > 20,
      (box.right - point.x).magnitude > 20
    {
      let near = Point(
        x: box.x > point.x ? box.x - 3 : box.right + 3,
        y: min(max(point.y, box.y + 4), box.bottom - 4))
      addRule(point.x, point.y, near.x, near.y, color: "#888888")
    }
    if let marker = annotation.marker {
      addMarker(marker, at: point, radius: radius, color: color, role: "annotation")
    }
  }

  /// Writes lines of text at the candidate (top left corner) that covers least, and returns it.
  @discardableResult
  private mutating func place(_ text: String, _ size: Rectangle, candidates: [Point]) -> Rectangle? {
    guard !text.isEmpty else { return nil }
    let boxes = candidates.map { Rectangle(x: $0.x, y: $0.y, width: size.width, height: size.height) }
    guard let box = boxes.min(by: { occupancy.cost($0) < occupancy.cost($1) }) else { return nil }
    occupancy.mark(box)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      addText(
        escaped(String(line)), at: Point(x: box.x, y: box.y + 11.5 + Double(index) * lineHeight), size: FontSize.tick,
        color: "#222222", role: "annotation", halo: 3)
    }
    return box
  }

  private func textSize(_ text: String) -> Rectangle {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let width = lines.map { textWidth(String($0), size: FontSize.tick) }.max() ?? 0
    return Rectangle(x: 0, y: 0, width: width, height: Double(lines.count) * lineHeight)
  }
}

private let lineHeight = 15.0

extension Plot.Ink {
  fileprivate func annotationColor(_ scales: PlotScales) -> Color {
    switch self {
    case .index(let index): paletteColor(index)
    case .value(let value): sequentialColor(scales.color.fraction(value) ?? .nan)
    case .automatic, .values, .gray: .gray
    }
  }
}

extension Rectangle {
  fileprivate func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}

extension UInt {
  fileprivate var asInt: Int { Int(clamping: self) }
}
