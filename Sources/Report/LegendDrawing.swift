extension PlotDrawing {
  /// Draws the legend above the frame, or at a free place at the frame's sides; false if there is no such place.
  mutating func drawLegend() -> Bool {
    guard !entries.isEmpty else { return true }
    if !layout.legendSpots.isEmpty {
      for (entry, spot) in zip(entries, layout.legendSpots) { draw(entry, at: spot) }
      return true
    }
    let width = 46 + (entries.map { textWidth($0.label, size: FontSize.tick) }.max() ?? 0)
    let height = Double(entries.count) * rowHeight + 8
    let (left, right) = (frame.x + 10, frame.right - width - 8)
    let (top, bottom) = (frame.y + 6, frame.bottom - height - 10)
    let shares = [0, 0.2, 0.4, 0.5, 0.6, 0.8]
    let corners = [(right, top), (left, top), (right, bottom), (left, bottom)]
    let sides = shares.flatMap { share in
      let (x, y) = (left + share * (right - left), top + share * (bottom - top))
      return [(x, top), (x, bottom), (right, y), (left, y)]
    }
    let boxes = (corners + sides).map { Rectangle(x: $0.0, y: $0.1, width: width, height: height) }
    guard let box = boxes.first(where: { occupancy.cost($0) == 0 }) else { return false }
    svg.add(
      "rect",
      [
        "class": "legend", "x": number(box.x), "y": number(box.y), "width": number(box.width),
        "height": number(box.height), "rx": "3", "fill": "#ffffff", "fill-opacity": "0.88",
      ])
    for (row, entry) in entries.enumerated() {
      draw(entry, at: Point(x: box.x + 8, y: box.y + 4 + (Double(row) + 0.5) * rowHeight))
    }
    return true
  }

  /// The bar that maps colors to values.
  mutating func drawColorBar() {
    guard let bar = layout.colorBar else { return }
    let steps = 60
    let height = bar.height / Double(steps)
    for step in 0..<steps {
      svg.add(
        "rect",
        [
          "x": number(bar.x), "y": number(bar.bottom - Double(step + 1) * height), "width": number(bar.width),
          // A little overlap hides the seams that renderers leave between neighbors.
          "height": number(height + (step == 0 ? 0 : 0.5)),
          "fill": hex(sequentialColor((Double(step) + 0.5) / Double(steps))),
        ])
    }
    for tick in layout.colorTicks {
      guard let fraction = scales.color.fraction(tick.value), let label = tick.label else { continue }
      let y = bar.bottom - fraction * bar.height
      addRule(bar.right, y, bar.right + 4, y, color: "#444444")
      addText(
        markup(label), at: Point(x: bar.right + 7, y: y + 4), size: FontSize.tick, role: "color tick",
        value: tick.value)
    }
    let widest = layout.colorTicks.compactMap(\.label).map { textWidth($0, size: FontSize.tick) }.max() ?? 0
    addText(
      escaped(plot.colorBar.label), at: Point(x: bar.right + 7 + widest + 15, y: bar.y + bar.height / 2),
      size: FontSize.label, color: "#222222", anchor: "middle", role: "color label", rotation: -90)
  }

  private var entries: [(label: String, layer: Int)] {
    plot.layers.indices.compactMap { index in
      let label = plot.layers[index].legendLabel
      return label.isEmpty ? nil : (label, index)
    }
  }

  /// A swatch and its label, from the left end at the middle of the row.
  private mutating func draw(_ entry: (label: String, layer: Int), at spot: Point) {
    drawSwatch(entry.layer, from: spot.x, to: spot.x + 20, y: spot.y)
    addText(escaped(entry.label), at: Point(x: spot.x + 27, y: spot.y + 4), size: FontSize.tick, role: "legend")
  }

  private mutating func drawSwatch(_ layer: Int, from left: Double, to right: Double, y: Double) {
    let color = scales.swatchColor(ofLayer: layer)
    switch plot.layers[layer] {
    case .points(let points):
      addMarker(points.marker, at: Point(x: (left + right) / 2, y: y), radius: 4.5, color: color)
    case .line(let line):
      let width = bounded(line.width, 1...4, else: 2)
      addRule(left, y, right, y, color: hex(color), width: width, dash: line.dash)
    case .band:
      svg.add(
        "rect",
        [
          "x": number(left), "y": number(y - 5), "width": number(right - left), "height": "10", "fill": hex(color),
          "fill-opacity": "0.25",
        ])
    case .spans(let spans):
      svg.add(
        "rect",
        [
          "x": number(left), "y": number(y - 5), "width": number(right - left), "height": "10",
          "fill": hex(color.tinted(spans.shade.tint)),
        ])
    case .contour:
      addRule(left, y, right, y, color: "#9a9a9a")
    case .vertical, .horizontal, .annotation:
      break
    }
  }
}

private let rowHeight = 18.0

extension Plot.Layer {
  /// The text of the layer in the legend; empty if it is not in the legend.
  var legendLabel: String {
    switch self {
    case .points(let points): points.label
    case .line(let line): line.labelsEnd ? "" : line.label
    case .band(let band): band.label
    case .spans(let spans): spans.label
    case .contour(let contour): contour.label
    case .vertical, .horizontal, .annotation: ""
    }
  }
}

extension PlotScales {
  /// A single color that represents a layer; gray for a layer of many.
  func swatchColor(ofLayer layer: Int) -> Color {
    if case .values = inks[layer] { return .gray }
    return color(ofLayer: layer)
  }
}
