import Foundation

extension PlotDrawing {
  mutating func drawLayer(_ index: Int) {
    switch plot.layers[index] {
    case .points(let points): draw(points, layer: index)
    case .line(let line): draw(line, layer: index)
    case .band(let band): draw(band, layer: index)
    case .spans(let spans): draw(spans, layer: index)
    case .contour(let contour): draw(contour)
    case .vertical(let reference): drawVertical(reference)
    case .horizontal(let reference): drawHorizontal(reference)
    // Annotations are drawn with the labels, beside everything else.
    case .annotation: break
    }
  }

  /// A marker of a radius around a point, with a thin white edge that keeps neighbors apart.
  mutating func addMarker(_ marker: Plot.Marker, at center: Point, radius: Double, color: Color, role: String = "") {
    let (x, y, r) = (center.x, center.y, radius)
    switch marker {
    case .circle:
      addCircle(center, radius: r, fill: hex(color), stroke: "#ffffff", width: "0.8", role: role)
    case .ring:
      addCircle(center, radius: r - 0.4, fill: "#ffffff", stroke: hex(color), width: "1.6", role: role)
    case .cross:
      let path = "M\(number(x - r)) \(number(y - r))L\(number(x + r)) \(number(y + r))"
      let back = "M\(number(x - r)) \(number(y + r))L\(number(x + r)) \(number(y - r))"
      svg.add("path", ["class": role, "d": path + back, "stroke": hex(color), "stroke-width": "1.8"])
    case .square:
      addPolygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], center, r, color, role: role)
    case .diamond:
      addPolygon([(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)], center, r, color, role: role)
    case .triangle:
      addPolygon([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)], center, r, color, role: role)
    case .star:
      let corners = (0..<10).map { corner in
        let reach = corner % 2 == 0 ? 1.4 : 0.6
        let angle = Double(corner) * .pi / 5
        return (reach * sin(angle), -reach * cos(angle))
      }
      addPolygon(corners, center, r, color, role: role)
    }
  }

  private mutating func draw(_ points: Plot.Points, layer: Int) {
    for (index, (x, y)) in zip(points.x, points.y).enumerated() {
      guard let center = position(x, y), !scales.x.leavesOut(x), !scales.y.leavesOut(y) else { continue }
      let radius = points.radii.isEmpty ? 4 : points.radii[min(index, points.radii.count - 1)]
      let size = bounded(radius, 0.5...40, else: 4)
      let color = scales.color(ofLayer: layer, at: index)
      addMarker(points.marker, at: center, radius: size, color: color, role: "point")
      occupancy.mark(center, radius: size + 1)
    }
  }

  private mutating func draw(_ line: Plot.Line, layer: Int) {
    let pieces = runs(line.x, line.y)
    let width = bounded(line.width, 0.2...20, else: 2)
    openClip()
    svg.add(
      "path",
      [
        "class": "line", "d": pieces.map { path($0) }.joined(), "fill": "none",
        "stroke": hex(scales.color(ofLayer: layer)), "stroke-width": number(width), "stroke-linejoin": "round",
        "stroke-linecap": line.dash.cap, "stroke-dasharray": line.dash.pattern(width),
      ])
    svg.close("svg")
    for piece in pieces { occupy(piece) }
  }

  private mutating func draw(_ band: Plot.Band, layer: Int) {
    let both = zip(zip(band.x, band.lower), band.upper).map { (x: $0.0, lower: $0.1, upper: $1) }
    let runs = both.split { position($0.x, $0.lower) == nil || position($0.x, $0.upper) == nil }
    openClip()
    for run in runs {
      let top = run.compactMap { position($0.x, $0.upper) }
      let bottom = run.compactMap { position($0.x, $0.lower) }
      svg.add(
        "path",
        [
          "class": "band", "d": path(top + bottom.reversed()) + "Z", "fill": hex(scales.color(ofLayer: layer)),
          "fill-opacity": "0.18",
        ])
      occupancy.markArea(between: top, and: bottom)
    }
    svg.close("svg")
  }

  private mutating func draw(_ spans: Plot.Spans, layer: Int) {
    openClip()
    for (index, span) in spans.drawn.enumerated() {
      guard let corner = position(span.start, span.top), let opposite = position(span.end, span.bottom) else {
        continue
      }
      let width = opposite.x - corner.x
      // A gap, where there is room for one, keeps neighbors apart.
      let box = Rectangle(
        x: corner.x, y: corner.y, width: width - min(0.6, 0.15 * width), height: opposite.y - corner.y)
      svg.add(
        "rect",
        [
          "class": "span", "x": number(box.x), "y": number(box.y), "width": number(box.width),
          "height": number(box.height), "fill": hex(scales.color(ofLayer: layer, at: index).tinted(spans.shade.tint)),
        ])
      occupancy.mark(box)
    }
    svg.close("svg")
  }

  private mutating func draw(_ contour: Plot.Contour) {
    guard let grid = grid(contour) else { return }
    let levels = contour.drawnLevels
    openClip()
    if contour.fills {
      let floors = [-Double.greatestFiniteMagnitude] + levels
      for (index, floor) in floors.enumerated() {
        let share = Double(index) / Double(max(1, levels.count))
        svg.add(
          "path",
          [
            "d": grid.outlines(above: floor).map { path($0) + "Z" }.joined(), "fill-rule": "evenodd",
            "fill": hex(sequentialColor(share).tinted(0.62)),
          ])
      }
    }
    for level in levels {
      let lines = grid.isolines(at: level)
      guard !lines.isEmpty else { continue }
      svg.add(
        "path",
        [
          "class": "contour", "d": lines.map { path($0) }.joined(), "fill": "none",
          "stroke": contour.fills ? "#ffffff" : "#9a9a9a", "stroke-width": contour.fills ? "1.2" : "1",
          "stroke-linejoin": "round", "data-value": "\(level)",
        ])
    }
    svg.close("svg")
  }

  private mutating func drawVertical(_ reference: Plot.Reference) {
    guard let fraction = scales.x.fraction(reference.value), !scales.x.leavesOut(reference.value) else { return }
    let x = frame.x + fraction * frame.width
    addRule(x, frame.y, x, frame.bottom, color: "#555555", width: 1.2, dash: reference.dash)
    occupancy.mark(from: Point(x: x, y: frame.y), to: Point(x: x, y: frame.bottom))
  }

  private mutating func drawHorizontal(_ reference: Plot.Reference) {
    guard let fraction = scales.y.fraction(reference.value), !scales.y.leavesOut(reference.value) else { return }
    let y = frame.bottom - fraction * frame.height
    addRule(frame.x, y, frame.right, y, color: "#555555", width: 1.2, dash: reference.dash)
    occupancy.mark(from: Point(x: frame.x, y: y), to: Point(x: frame.right, y: y))
  }

  /// A contour's grid in drawing coordinates, or nil if it has none.
  func grid(_ contour: Plot.Contour) -> Grid? {
    let xs = contour.xs.compactMap { scales.x.fraction($0).map { frame.x + $0 * frame.width } }
    let ys = contour.ys.compactMap { scales.y.fraction($0).map { frame.bottom - $0 * frame.height } }
    guard xs.count == contour.xs.count, ys.count == contour.ys.count else { return nil }
    return Grid(xs: xs, ys: ys, z: contour.z)
  }

  /// The segments of a line between the points that cannot be drawn.
  private func runs(_ x: [Double], _ y: [Double]) -> [[Point]] {
    zip(x, y).map { position($0, $1) }.split { $0 == nil }.map { $0.compactMap { $0 } }
  }

  private mutating func occupy(_ points: [Point]) {
    for (a, b) in zip(points, points.dropFirst()) { occupancy.mark(from: a, to: b) }
  }

  /// Opens a nested drawing that shows only what lies in the frame, with coordinates as outside.
  private mutating func openClip() {
    let (x, y) = (number(frame.x), number(frame.y))
    let (width, height) = (number(frame.width), number(frame.height))
    svg.open(
      "svg",
      [
        "x": x, "y": y, "width": width, "height": height, "viewBox": "\(x) \(y) \(width) \(height)",
        "overflow": "hidden", "preserveAspectRatio": "none",
      ])
  }

  private mutating func addCircle(
    _ center: Point, radius: Double, fill: String, stroke: String, width: String, role: String
  ) {
    svg.add(
      "circle",
      [
        "class": role, "cx": number(center.x), "cy": number(center.y), "r": number(radius), "fill": fill,
        "stroke": stroke, "stroke-width": width,
      ])
  }

  private mutating func addPolygon(
    _ corners: [(Double, Double)], _ center: Point, _ radius: Double, _ color: Color, role: String
  ) {
    let points = corners.map { Point(x: center.x + $0.0 * radius, y: center.y + $0.1 * radius) }
    svg.add(
      "path",
      ["class": role, "d": path(points) + "Z", "fill": hex(color), "stroke": "#ffffff", "stroke-width": "0.8"])
  }
}

extension Plot.Spans {
  /// The edges of the bars; one that ends before it starts has no width.
  var drawn: [(start: Double, end: Double, bottom: Double, top: Double)] {
    let half = bounded(thickness, 0...1e300, else: 0) / 2
    return zip(zip(start, end), y).map { ($0.0, max($0.0, $0.1), $1 - half, $1 + half) }
  }
}

extension Plot.Shade {
  /// The position of the color between itself and white.
  var tint: Double {
    switch self {
    case .full: 0
    case .dark: 0.25
    case .medium: 0.5
    case .light: 0.72
    }
  }
}

extension Plot.Contour {
  /// The levels to draw: those requested, or about ten round ones.
  var drawnLevels: [Double] {
    guard levels.isEmpty else { return levels.filter(\.isFinite).sorted() }
    let known = z.filter { scaled($0, .linear) != nil }
    guard let low = known.min(), let high = known.max() else { return [] }
    return roundValues(low, high, wanted: 10)
  }
}

extension Plot.Dash {
  /// The dashes of a line of the given width, as SVG writes them; empty for a solid line.
  func pattern(_ width: Double) -> String {
    switch self {
    case .solid: ""
    case .dashed: "\(number(3.5 * width + 1)) \(number(2.5 * width + 1))"
    case .dotted: "0.1 \(number(2.2 * width + 1))"
    }
  }

  /// The round ends that turn a dotted line's dashes into dots.
  var cap: String { self == .dotted ? "round" : "" }
}

private func path(_ points: [Point]) -> String {
  points.enumerated().map { "\($0 == 0 ? "M" : "L")\(number($1.x)) \(number($1.y))" }.joined()
}
