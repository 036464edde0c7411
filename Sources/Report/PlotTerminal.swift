extension Plot {
  /// The plot as text: lines in braille dots, points as marks, axes with their numbers, and a legend.
  ///
  /// It is `width` columns wide with `height` rows between the axes, and plain text without escape sequences unless
  /// `color` is true.
  public func terminal(width: Int = 64, height: Int = 16, color: Bool = false) -> String {
    let scales = PlotScales(self)
    let rows = min(max(height, 4), 500)
    let yLabels = labels(scales.y, cells: rows, wanted: max(2, rows / 4)) { rows - 1 - $0 }
    let gutter = yLabels.values.map(displayWidth).max() ?? 0
    let columns = min(max(width, 20), 1000) - gutter - 2
    var canvas = BrailleCanvas(columns: max(10, columns), rows: rows)
    for index in layers.indices { canvas.draw(layers[index], scales, layer: index) }

    var lines = [title, y.label.isEmpty ? "" : y.label].map(singleLine).filter { !$0.isEmpty }
    for row in 0..<rows {
      let label = yLabels[row] ?? ""
      let padding = String(repeating: " ", count: gutter - displayWidth(label))
      let cells = canvas.line(row, usesColor: color)
      lines.append("\(padding)\(label) \(label.isEmpty ? "│" : "┤")\(cells)")
    }
    lines += xAxis(scales, columns: canvas.columns, indent: gutter + 1)
    lines += legend(scales, width: width, color: color)
    if !scales.note.isEmpty { lines.append(scales.note) }
    return lines.map { line in line.trimmingSpacesAtEnd + "\n" }.joined()
  }

  /// The line of the x axis, its numbers, and its label.
  private func xAxis(_ scales: PlotScales, columns: Int, indent: Int) -> [String] {
    let labels = labels(scales.x, cells: columns, wanted: max(2, columns / 12)) { $0 }
    var rule = [Character](repeating: "─", count: columns)
    var numbers = [Character](repeating: " ", count: indent + columns + 8)
    var free = 0
    for (column, label) in labels.sorted(by: { $0.key < $1.key }) {
      rule[column] = "┬"
      let last = indent + 1 + columns - label.count
      let start = max(0, min(indent + 1 + column - label.count / 2, last))
      guard start >= free, start + label.count <= numbers.count else { continue }
      numbers.replaceSubrange(start..<start + label.count, with: label)
      free = start + label.count + 1
    }
    let name = singleLine(x.label)
    let center = indent + 1 + max(0, (columns - displayWidth(name)) / 2)
    let edge = String(repeating: " ", count: indent) + "└" + String(rule)
    return [edge, String(numbers)] + (name.isEmpty ? [] : [String(repeating: " ", count: center) + name])
  }

  /// The labels of an axis by the cell in which they stand.
  private func labels(
    _ projection: Projection, cells: Int, wanted: Int, _ cell: (Int) -> Int
  ) -> [Int: String] {
    var labels: [Int: String] = [:]
    for tick in ticks(projection, wanted: wanted) {
      guard let label = tick.label, let share = projection.fraction(tick.value) else { continue }
      labels[cell(min(max(Int(bounded(share, 0...1, else: 0) * Double(cells)), 0), cells - 1))] = label.plain
    }
    return labels
  }

  private func legend(_ scales: PlotScales, width: Int, color: Bool) -> [String] {
    var entries = layers.indices.compactMap { index -> String? in
      let label = layers[index].terminalLabel
      guard !label.isEmpty else { return nil }
      let swatch = layers[index].swatch
      guard color else { return "\(swatch) \(singleLine(label))" }
      return "\(scales.swatchColor(ofLayer: index).terminalSequence)\(swatch)\u{1B}[0m \(singleLine(label))"
    }
    if color, scales.usesColorScale, !colorBar.label.isEmpty {
      let steps = (0..<8).map { sequentialColor(Double($0) / 7).terminalSequence + "█" }.joined()
      let ends = ticks(scales.color, wanted: 4).compactMap { $0.label?.plain }
      let range = [ends.first, ends.last].compactMap { $0 }.joined(separator: "…")
      entries.append("\(steps)\u{1B}[0m \(singleLine(colorBar.label)) \(range)")
    }
    return entries.reduce(into: []) { lines, entry in
      if let last = lines.last, displayWidth("\(last)   \(entry)") <= width {
        lines[lines.count - 1] = "\(last)   \(entry)"
      } else {
        lines.append(entry)
      }
    }
  }
}

extension BrailleCanvas {
  fileprivate mutating func draw(_ layer: Plot.Layer, _ scales: PlotScales, layer index: Int) {
    func place(_ x: Double, _ y: Double) -> Point? {
      guard let across = scales.x.fraction(x), let up = scales.y.fraction(y) else { return nil }
      return Point(x: across, y: up)
    }
    let color = scales.color(ofLayer: index)
    switch layer {
    case .points(let points):
      for (point, (x, y)) in zip(points.x, points.y).enumerated() {
        guard let spot = place(x, y) else { continue }
        setMark(points.marker.character, spot.x, spot.y, scales.color(ofLayer: index, at: point))
      }
    case .line(let line):
      drawCurve(zip(line.x, line.y).map(place), color, stride: line.dash == .solid ? 1 : 3)
      if line.labelsEnd, let end = zip(line.x, line.y).compactMap(place).last {
        write(singleLine(line.label), beside: end.x, end.y)
      }
    case .band(let band):
      drawCurve(zip(band.x, band.lower).map(place), color, stride: 3)
      drawCurve(zip(band.x, band.upper).map(place), color, stride: 3)
    case .spans(let spans):
      for (bar, span) in spans.drawn.enumerated() {
        guard let corner = place(span.start, span.bottom), let opposite = place(span.end, span.top) else { continue }
        fill(spans.shade.character, from: corner, to: opposite, scales.color(ofLayer: index, at: bar))
      }
    case .contour(let contour):
      let (xs, ys) = (contour.xs.compactMap(scales.x.fraction), contour.ys.compactMap(scales.y.fraction))
      guard xs.count == contour.xs.count, ys.count == contour.ys.count, let grid = Grid(xs: xs, ys: ys, z: contour.z)
      else { return }
      for line in contour.drawnLevels.flatMap(grid.isolines) { drawCurve(line, color) }
    case .vertical(let reference):
      guard let x = scales.x.fraction(reference.value) else { return }
      drawLine(from: Point(x: x, y: 0), to: Point(x: x, y: 1), .gray, stride: 2)
      write(singleLine(reference.label), beside: x, 1)
    case .horizontal(let reference):
      guard let y = scales.y.fraction(reference.value) else { return }
      drawLine(from: Point(x: 0, y: y), to: Point(x: 1, y: y), .gray, stride: 2)
    case .annotation(let annotation):
      guard let spot = place(annotation.x, annotation.y) else { return }
      if let marker = annotation.marker { setMark(marker.character, spot.x, spot.y, color) }
      write(singleLine(annotation.text), beside: spot.x, spot.y)
    }
  }

  private mutating func drawCurve(_ points: [Point?], _ color: Color, stride: Int = 1) {
    for case (let start?, let end?) in zip(points, points.dropFirst()) {
      drawLine(from: start, to: end, color, stride: stride)
    }
  }
}

extension Plot.Layer {
  /// In a terminal there may be no room for the label at the end of a line, so the legend lists only other lines.
  fileprivate var terminalLabel: String {
    if case .horizontal(let reference) = self { return reference.label }
    return legendLabel
  }

  fileprivate var swatch: String {
    switch self {
    case .points(let points): String(points.marker.character)
    case .line(let line): line.dash == .solid ? "⠒⠒" : "⠂⠐"
    case .band: "⠌⠌"
    case .spans(let spans): String(repeating: spans.shade.character, count: 2)
    case .contour: "⠒⠒"
    case .vertical, .horizontal: "⠂⠂"
    case .annotation: ""
    }
  }
}

extension Plot.Shade {
  fileprivate var character: Character {
    switch self {
    case .full: "█"
    case .dark: "▓"
    case .medium: "▒"
    case .light: "░"
    }
  }
}

extension Plot.Marker {
  fileprivate var character: Character {
    switch self {
    case .circle: "•"
    case .square: "▪"
    case .triangle: "▴"
    case .diamond: "◆"
    case .cross: "×"
    case .ring: "◦"
    case .star: "★"
    }
  }
}

extension String {
  fileprivate var trimmingSpacesAtEnd: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}
