/// The positions of the parts of a plot, in SVG units.
struct PlotLayout {
  let width: Double
  let height: Double
  let titleLines: [String]
  let subtitleLines: [String]
  /// The area between the axes.
  let frame: Rectangle
  let xTicks: [Tick]
  let yTicks: [Tick]
  let colorTicks: [Tick]
  /// Nil if the plot has no color bar.
  let colorBar: Rectangle?
  /// The positions of the entries of a legend above the frame, at their left and middle; empty for a legend in the
  /// frame.
  let legendSpots: [Point]

  init(_ plot: Plot, _ scales: PlotScales, hasLegendAbove: Bool) {
    width = bounded(plot.width, 240...4000, else: 720)
    height = bounded(plot.height, 180...4000, else: 480)
    titleLines = broken(plot.title, to: width - 32, size: FontSize.title)
    subtitleLines = broken(plot.subtitle, to: width - 32, size: FontSize.subtitle)
    let heading = Double(titleLines.count) * 21 + Double(subtitleLines.count) * 17
    let headingEnd = 14 + heading + (heading > 0 ? 10 : 0)
    legendSpots = hasLegendAbove ? spots(plot.layers.map(\.legendLabel), below: headingEnd, width: width) : []
    let top = (legendSpots.last.map { $0.y + 10 } ?? headingEnd) + (hasLegendAbove ? 8 : 0)
    let bottom = 30.0 + (plot.x.label.isEmpty ? 0 : 20) + (scales.note.isEmpty ? 4 : 20)
    let frameHeight = max(60, height - top - bottom)

    yTicks = ticks(scales.y, wanted: Int(frameHeight / 45))
    let left = 14 + (plot.y.label.isEmpty ? 0 : 20) + widest(yTicks) + 8

    let showsBar = scales.usesColorScale && !plot.colorBar.label.isEmpty
    colorTicks = showsBar ? ticks(scales.color, wanted: Int(frameHeight / 45)) : []
    let barWidth = showsBar ? 16 + 12 + 7 + widest(colorTicks) + 22 : 0
    let roomy = max(80, width - left - barWidth - 18)
    let overhang = plot.layers.reduce(0) { max($0, $1.labelOverhang(scales.x, frameWidth: roomy)) }
    let frameWidth = max(80, roomy - overhang)

    frame = Rectangle(x: left, y: top, width: frameWidth, height: frameHeight)
    xTicks = ticks(scales.x, wanted: Int(frameWidth / 85))
    colorBar = showsBar ? Rectangle(x: frame.right + overhang + 16, y: top, width: 12, height: frameHeight) : nil
  }
}

/// The sizes of text in a plot.
enum FontSize {
  static let title = 16.0
  static let subtitle = 12.5
  static let label = 13.0
  static let tick = 12.0
  static let note = 11.0
}

/// A size that a drawing can have.
func bounded(_ value: Double, _ range: ClosedRange<Double>, else fallback: Double) -> Double {
  value.isNaN ? fallback : min(max(value, range.lowerBound), range.upperBound)
}

/// `text` in lines of at most `width`, broken at spaces; no lines if it is empty.
func broken(_ text: String, to width: Double, size: Double) -> [String] {
  var lines: [String] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    if let last = lines.last, textWidth("\(last) \(word)", size: size) <= width {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(String(word))
    }
  }
  return lines
}

/// Positions for the entries of a legend, one for each label that is not empty, in as many rows as needed.
private func spots(_ labels: [String], below top: Double, width: Double) -> [Point] {
  var spots: [Point] = []
  var spot = Point(x: 16, y: top + 9)
  for label in labels where !label.isEmpty {
    let room = textWidth(label, size: FontSize.tick) + 44
    if spot.x > 16, spot.x + room > width - 8 { spot = Point(x: 16, y: spot.y + 19) }
    spots.append(spot)
    spot.x += room
  }
  return spots
}

private func widest(_ ticks: [Tick]) -> Double {
  ticks.compactMap(\.label).map { textWidth($0, size: FontSize.tick) }.max() ?? 0
}

extension Plot.Layer {
  /// The length by which a label at the end of a line extends over the right side of the frame.
  fileprivate func labelOverhang(_ x: Projection, frameWidth: Double) -> Double {
    guard case .line(let line) = self, line.labelsEnd, let end = line.x.last(where: { x.fraction($0) != nil }),
      let fraction = x.fraction(end)
    else { return 0 }
    let free = (1 - min(max(fraction, 0), 1)) * frameWidth
    return max(0, textWidth(line.label, size: FontSize.tick) + 8 - free)
  }
}
