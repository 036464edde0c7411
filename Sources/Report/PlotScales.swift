/// The shared basis of every drawing of a plot: its projections, its colors, and the points it leaves out.
struct PlotScales {
  let x: Projection
  let y: Projection
  let color: Projection
  /// Whether any layer takes colors from values.
  let usesColorScale: Bool
  /// The inks of the layers, with a palette index for each automatic one.
  let inks: [Plot.Ink]
  /// A note on the points that could not be drawn; empty if all could.
  let note: String

  init(_ plot: Plot) {
    let extents = plot.layers.map { $0.extent(plot.x.scale, plot.y.scale) }
    x = Projection(plot.x, values: extents.flatMap(\.x), edges: extents.flatMap(\.xEdges))
    y = Projection(plot.y, values: extents.flatMap(\.y), edges: extents.flatMap(\.yEdges))
    let colored = plot.layers.flatMap(\.inkValues)
    color = Projection(plot.colorBar, values: [], edges: colored)
    usesColorScale = !colored.isEmpty
    inks = resolved(plot.layers.map(\.ink))
    note = leftOut(plot, x, y)
  }

  /// The single color of a layer.
  func color(ofLayer layer: Int) -> Color {
    color(ofLayer: layer, at: 0)
  }

  /// The color of a layer's point.
  func color(ofLayer layer: Int, at point: Int) -> Color {
    switch inks[layer] {
    case .automatic: paletteColor(0)
    case .index(let index): paletteColor(index)
    case .gray: .gray
    case .value(let value): sequentialColor(color.fraction(value) ?? .nan)
    case .values(let values): sequentialColor(point < values.count ? color.fraction(values[point]) ?? .nan : .nan)
    }
  }
}

/// The values a layer needs to see on the axes; edges are shown without a margin.
private struct Extent {
  var x: [Double] = []
  var y: [Double] = []
  var xEdges: [Double] = []
  var yEdges: [Double] = []
}

extension Plot.Layer {
  fileprivate func extent(_ x: Plot.Axis.Scale, _ y: Plot.Axis.Scale) -> Extent {
    // A point that cannot be drawn because of one coordinate must not stretch the other axis.
    func pairs(_ xs: [Double], _ ys: [Double]) -> Extent {
      let drawn = zip(xs, ys).filter { scaled($0, x) != nil && scaled($1, y) != nil }
      return Extent(x: drawn.map(\.0), y: drawn.map(\.1))
    }
    switch self {
    case .points(let points): return pairs(points.x, points.y)
    case .line(let line): return pairs(line.x, line.y)
    case .band(let band):
      let (lower, upper) = (pairs(band.x, band.lower), pairs(band.x, band.upper))
      return Extent(x: lower.x + upper.x, y: lower.y + upper.y)
    case .spans(let spans):
      let drawn = spans.drawn.filter { span in
        [span.start, span.end].allSatisfy { scaled($0, x) != nil }
          && [span.bottom, span.top].allSatisfy { scaled($0, y) != nil }
      }
      return Extent(xEdges: drawn.flatMap { [$0.start, $0.end] }, yEdges: drawn.flatMap { [$0.bottom, $0.top] })
    case .contour(let contour): return Extent(xEdges: contour.xs, yEdges: contour.ys)
    case .vertical(let reference): return Extent(x: [reference.value])
    case .horizontal(let reference): return Extent(y: [reference.value])
    case .annotation(let annotation): return pairs([annotation.x], [annotation.y])
    }
  }

  fileprivate var ink: Plot.Ink {
    switch self {
    case .points(let points): points.ink
    case .line(let line): line.ink
    case .band(let band): band.ink
    case .spans(let spans): spans.ink
    case .annotation(let annotation): annotation.ink
    case .contour, .vertical, .horizontal: .gray
    }
  }

  fileprivate var inkValues: [Double] {
    switch ink {
    case .value(let value): [value]
    case .values(let values): values
    default: []
    }
  }
}

private func resolved(_ inks: [Plot.Ink]) -> [Plot.Ink] {
  var taken = Set(
    inks.compactMap { ink -> Int? in
      guard case .index(let index) = ink else { return nil }
      return index
    })
  return inks.map { ink in
    guard ink == .automatic else { return ink }
    let next = (0...taken.count).first { !taken.contains($0) } ?? 0
    taken.insert(next)
    return .index(next)
  }
}

private func leftOut(_ plot: Plot, _ x: Projection, _ y: Projection) -> String {
  var notFinite = 0
  var notPositive = 0
  var outside = 0
  for case .points(let points) in plot.layers {
    for (a, b) in zip(points.x, points.y) {
      if !a.isFinite || !b.isFinite {
        notFinite += 1
      } else if x.fraction(a) == nil || y.fraction(b) == nil {
        notPositive += 1
      } else if x.leavesOut(a) || y.leavesOut(b) {
        outside += 1
      }
    }
  }
  let reasons = [
    (notFinite, "not finite"), (notPositive, "not positive on a log axis"), (outside, "outside the axes"),
  ].filter { $0.0 > 0 }
  guard !reasons.isEmpty else { return "" }
  let total = reasons.reduce(0) { $0 + $1.0 }
  let list = reasons.count == 1 ? reasons[0].1 : reasons.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  return "\(total) point\(total == 1 ? "" : "s") not shown: \(list)"
}
