extension Plot {
  /// The plot as a self-contained SVG document.
  public func svg() -> String {
    let drawing = drawn()
    return svgDocument(drawing.svg, width: drawing.layout.width, height: drawing.layout.height, title: title)
  }

  func drawn() -> PlotDrawing {
    let scales = PlotScales(self)
    var drawing = PlotDrawing(self, scales, hasLegendAbove: false)
    if !drawing.draw() {
      drawing = PlotDrawing(self, scales, hasLegendAbove: true)
      _ = drawing.draw()
    }
    return drawing
  }
}

/// `body` on white paper, as a separate document.
func svgDocument(_ body: SVGText, width: Double, height: Double, title: String) -> String {
  var svg = SVGText()
  svg.open(
    "svg",
    [
      "xmlns": "http://www.w3.org/2000/svg", "width": number(width), "height": number(height),
      "viewBox": "0 0 \(number(width)) \(number(height))", "role": "img",
      "font-family": "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif",
    ])
  svg.add("title", [:], escaped(title))
  svg.add("rect", ["width": number(width), "height": number(height), "fill": "#ffffff"])
  svg.append(body)
  svg.close("svg")
  return svg.text
}

/// A plot during conversion to SVG. Text goes to free places, so everything that it must not cover is drawn before it.
struct PlotDrawing {
  let plot: Plot
  let scales: PlotScales
  let layout: PlotLayout
  var svg = SVGText()
  var occupancy: Occupancy

  var frame: Rectangle { layout.frame }

  init(_ plot: Plot, _ scales: PlotScales, hasLegendAbove: Bool) {
    self.plot = plot
    self.scales = scales
    layout = PlotLayout(plot, scales, hasLegendAbove: hasLegendAbove)
    occupancy = Occupancy(layout.frame)
  }

  /// Draws everything; false if the legend found no free place in the frame.
  mutating func draw() -> Bool {
    drawHeading()
    drawGrid()
    for index in plot.layers.indices { drawLayer(index) }
    drawAxes()
    drawColorBar()
    drawEndLabels()
    for layer in plot.layers { drawLabel(layer) }
    for layer in plot.layers { drawContourLabels(layer) }
    return drawLegend()
  }

  /// The position of a point, or nil if it cannot be drawn.
  func position(_ x: Double, _ y: Double) -> Point? {
    guard let across = scales.x.fraction(x), let up = scales.y.fraction(y) else { return nil }
    return Point(x: frame.x + across * frame.width, y: frame.bottom - up * frame.height)
  }

  mutating func addText(
    _ content: String, at point: Point, size: Double, color: String = "#333333", anchor: String = "start",
    weight: String = "", role: String = "", rotation: Double? = nil, halo: Double = 0, value: Double? = nil
  ) {
    let turn = rotation.map { "rotate(\(number($0)) \(number(point.x)) \(number(point.y)))" } ?? ""
    svg.add(
      "text",
      [
        "class": role, "x": number(point.x), "y": number(point.y), "font-size": number(size), "fill": color,
        "text-anchor": anchor == "start" ? "" : anchor, "font-weight": weight, "transform": turn,
        "stroke": halo > 0 ? "#ffffff" : "", "stroke-width": halo > 0 ? number(halo) : "",
        "stroke-linejoin": halo > 0 ? "round" : "", "paint-order": halo > 0 ? "stroke" : "",
        "data-value": value.map { "\($0)" } ?? "",
      ], content)
  }

  private mutating func drawHeading() {
    var y = 14.0
    for line in layout.titleLines {
      y += 21
      addText(
        escaped(line), at: Point(x: 16, y: y - 5), size: FontSize.title, color: "#111111", weight: "600", role: "title")
    }
    for line in layout.subtitleLines {
      y += 17
      addText(
        escaped(line), at: Point(x: 16, y: y - 4), size: FontSize.subtitle, color: "#666666", role: "subtitle")
    }
  }

  private mutating func drawGrid() {
    svg.add(
      "rect",
      [
        "class": "frame", "x": number(frame.x), "y": number(frame.y), "width": number(frame.width),
        "height": number(frame.height), "fill": "none",
      ])
    for tick in layout.xTicks where tick.label != nil {
      if let x = xPosition(tick) { addRule(x, frame.y, x, frame.bottom, color: "#e9e9e9") }
    }
    for tick in layout.yTicks where tick.label != nil {
      if let y = yPosition(tick) { addRule(frame.x, y, frame.right, y, color: "#e9e9e9") }
    }
  }

  private mutating func drawAxes() {
    addRule(frame.x, frame.y, frame.x, frame.bottom, color: "#444444")
    addRule(frame.x, frame.bottom, frame.right, frame.bottom, color: "#444444")
    for tick in layout.xTicks {
      guard let x = xPosition(tick) else { continue }
      addRule(x, frame.bottom, x, frame.bottom + (tick.label == nil ? 3 : 6), color: "#444444")
      guard let label = tick.label else { continue }
      addText(
        markup(label), at: Point(x: x, y: frame.bottom + 20), size: FontSize.tick, anchor: "middle", role: "x tick",
        value: tick.value)
    }
    for tick in layout.yTicks {
      guard let y = yPosition(tick) else { continue }
      addRule(frame.x - (tick.label == nil ? 3 : 6), y, frame.x, y, color: "#444444")
      guard let label = tick.label else { continue }
      addText(
        markup(label), at: Point(x: frame.x - 9, y: y + 4), size: FontSize.tick, anchor: "end", role: "y tick",
        value: tick.value)
    }
    let center = Point(x: frame.x + frame.width / 2, y: frame.y + frame.height / 2)
    if !plot.x.label.isEmpty {
      addText(
        escaped(plot.x.label), at: Point(x: center.x, y: frame.bottom + 42), size: FontSize.label, color: "#222222",
        anchor: "middle", role: "x label")
    }
    if !plot.y.label.isEmpty {
      addText(
        escaped(plot.y.label), at: Point(x: 22, y: center.y), size: FontSize.label, color: "#222222",
        anchor: "middle", role: "y label", rotation: -90)
    }
    if !scales.note.isEmpty {
      addText(
        escaped(scales.note), at: Point(x: layout.width - 14, y: layout.height - 9), size: FontSize.note,
        color: "#888888", anchor: "end", role: "note")
    }
  }

  private func xPosition(_ tick: Tick) -> Double? {
    scales.x.fraction(tick.value).map { frame.x + $0 * frame.width }
  }

  private func yPosition(_ tick: Tick) -> Double? {
    scales.y.fraction(tick.value).map { frame.bottom - $0 * frame.height }
  }

  mutating func addRule(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String, width: Double = 1, dash: Plot.Dash = .solid
  ) {
    svg.add(
      "line",
      [
        "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2), "stroke": color,
        "stroke-width": width == 1 ? "" : number(width), "stroke-linecap": dash.cap,
        "stroke-dasharray": dash.pattern(width),
      ])
  }
}

/// A tick's number with its power raised; `dy` is the only way to raise text that every renderer supports.
func markup(_ label: TickLabel) -> String {
  guard let exponent = label.exponent else { return escaped(label.text) }
  let power = "\(exponent)".replacing("-", with: "−")
  return escaped(label.text) + "<tspan dy=\"-0.45em\" font-size=\"72%\">\(power)</tspan>"
}
