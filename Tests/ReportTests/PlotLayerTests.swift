import Foundation
import Report
import Testing

@Suite("Layers of a plot")
struct PlotLayerTests {
  private let axis = Plot.Axis("", range: -1...1)

  /// The points of the contour lines in data coordinates, for axes from -1 to 1.
  private func contour(_ contour: Plot.Contour) throws -> [[(x: Double, y: Double)]] {
    let svg = try SVGReading(Plot(x: axis, y: axis, layers: [.contour(contour)]).svg())
    let frame = try svg.frame()
    return svg.all("contour").flatMap { SVGReading.pieces($0.attributes["d"] ?? "") }.map { piece in
      piece.map { ((($0.x - frame.x) / frame.width) * 2 - 1, 1 - (($0.y - frame.y) / frame.height) * 2) }
    }
  }

  private func grid(_ count: Int, _ z: (Double, Double) -> Double, levels: [Double]) -> Plot.Contour {
    let nodes = (0..<count).map { Double($0) / Double(count - 1) * 2 - 1 }
    return .init(xs: nodes, ys: nodes, z: nodes.flatMap { y in nodes.map { z($0, y) } }, levels: levels)
  }

  @Test("A contour of x² + y² is one closed circle")
  func circle() throws {
    let lines = try contour(grid(81, { $0 * $0 + $1 * $1 }, levels: [0.36]))
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    let first = try #require(line.first)
    let last = try #require(line.last)
    #expect(hypot(first.x - last.x, first.y - last.y) < 1e-9)
    #expect(line.allSatisfy { abs(hypot($0.x, $0.y) - 0.6) < 1e-3 })
    let turned = zip(line, line.dropFirst()).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
    #expect(abs(abs(turned) - .pi * 0.36) < 2e-3)
  }

  @Test("A contour of a plane is the straight line of the closed form, exact on any grid")
  func plane() throws {
    let lines = try contour(grid(5, { 2 * $0 + $1 }, levels: [0.5]))
    #expect(lines.count == 1)
    #expect(lines.joined().allSatisfy { abs(2 * $0.x + $0.y - 0.5) < 1e-3 })
    let ends = try #require(lines.first)
    #expect(abs(abs((ends.first?.y ?? 0) - (ends.last?.y ?? 0)) - 2) < 1e-3)
  }

  @Test("A saddle gives two lines that do not cross")
  func saddle() throws {
    let lines = try contour(grid(20, { $0 * $1 }, levels: [0.01]))
    #expect(lines.count == 2)
    for line in lines { #expect(Set(line.map { $0.x > 0 }).count == 1) }
  }

  @Test("Filled areas reach the borders and leave out cells without values")
  func fills() throws {
    var filled = grid(11, { x, _ in x }, levels: [0])
    filled.fills = true
    filled.z[0] = .nan
    let svg = try SVGReading(Plot(x: axis, y: axis, layers: [.contour(filled)]).svg())
    let frame = try svg.frame()
    let areas = svg.elements.filter { $0.attributes["fill-rule"] == "evenodd" }
    #expect(areas.count == 2)
    let right = SVGReading.pieces(areas.last?.attributes["d"] ?? "").joined()
    #expect(abs((right.map(\.x).max() ?? 0) - (frame.x + frame.width)) < 0.02)
    #expect(abs((right.map(\.x).min() ?? 0) - (frame.x + frame.width / 2)) < 0.02)
  }

  @Test("A line breaks where a point is missing and keeps its closed form elsewhere")
  func brokenLine() throws {
    let plot = Plot(x: axis, y: axis, layers: [.line(.init(x: [-1, -0.5, 0, 0.5, 1], y: [-1, -0.5, .nan, 0.5, 1]))])
    let svg = try SVGReading(plot.svg())
    let pieces = SVGReading.pieces(try #require(svg.all("line").first?.attributes["d"]))
    #expect(pieces.map(\.count) == [2, 2])
  }

  @Test("Spans are bars from start to end around their row, in the shade of their color")
  func spans() throws {
    let spans = Plot.Spans(
      start: [0, 2, .nan, 3], end: [1, 4, 5, 2], y: [0, 1, 1, 0], thickness: 0.5, ink: .index(0), shade: .medium,
      label: "forward")
    let plot = Plot(x: .init("", range: 0...4), y: .init("", range: -0.5...1.5), layers: [.spans(spans)])
    let svg = try SVGReading(plot.svg())
    let frame = try svg.frame()
    let bars = svg.all("span")
    // The one that is not a number is left out, the one that ends too early has no width.
    #expect(bars.count == 3 && bars.last?.number("width") == 0)
    let (first, second) = (try #require(bars.first), bars[1])
    #expect(abs(first.number("x") - frame.x) < 0.02 && abs(second.number("x") - frame.x - frame.width / 2) < 0.02)
    #expect(abs(first.number("width") - frame.width / 4) < 0.7 && abs(second.number("width") - frame.width / 2) < 0.7)
    #expect(abs(first.number("height") - frame.height / 4) < 0.02)
    #expect(abs(first.number("y") - frame.y - frame.height * 5 / 8) < 0.02)
    // Half way from the palette's first color, #0072b2, to white.
    #expect(bars.allSatisfy { $0.attributes["fill"] == "#80b9d9" })
    #expect(svg.all("legend").contains { $0.text == "forward" })
  }

  @Test("Axes without a range of their own end where the spans end")
  func spanExtent() throws {
    let spans = Plot.Spans(start: [10, 12], end: [12, 20], y: [0, 3], thickness: 1)
    let svg = try SVGReading(Plot(x: .init(""), y: .init(""), layers: [.spans(spans)]).svg())
    let frame = try svg.frame()
    let bars = svg.all("span")
    #expect(abs((bars.first?.number("x") ?? 0) - frame.x) < 0.02)
    #expect(abs((bars.last?.number("y") ?? 0) - frame.y) < 0.02)
    #expect(abs((bars.first?.number("height") ?? 0) - frame.height / 4) < 0.02)
  }

  @Test("Text is escaped, and characters that XML forbids are dropped")
  func escaping() throws {
    let nasty = "a<b> & \"c\" \u{0}\u{1B}[31m'd'\u{FFFF}"
    let plot = Plot(
      title: nasty, subtitle: nasty, x: .init(nasty), y: .init(nasty),
      layers: [
        .points(.init(x: [1], y: [1], ink: .values([1]), label: nasty)),
        .line(.init(x: [1, 2], y: [1, 2], label: nasty, labelsEnd: true)), .vertical(.init(1, label: nasty)),
        .annotation(.init(x: 1, y: 1, text: nasty)),
      ], colorBar: .init(nasty))
    let svg = try SVGReading(plot.svg())
    #expect(svg.all("title").first?.text == "a<b> & \"c\" [31m'd'")
    #expect(svg.all("legend").contains { $0.text == "a<b> & \"c\" [31m'd'" })
    #expect(try SVGReading(PlotGrid(title: nasty, rows: [[plot, plot], []]).svg()).all("frame").count == 2)
  }

  @Test("The legend stands where no data is, above the frame when the frame is full")
  func legend() throws {
    let x = (0..<400).map { Double($0 % 20) }
    let y = (0..<400).map { Double($0 / 20) }
    let full = Plot(x: .init("x"), y: .init("y"), layers: [.points(.init(x: x, y: y, label: "all over"))])
    let svg = try SVGReading(full.svg())
    let entry = try #require(svg.all("legend").first { $0.name == "text" })
    #expect(entry.number("y") < (try svg.frame()).y)

    let free = Plot(x: .init("x"), y: .init("y"), layers: [.line(.init(x: [0, 1], y: [0, 1], label: "rising"))])
    let box = try #require(try SVGReading(free.svg()).all("legend").first { $0.name == "rect" })
    let frame = try SVGReading(free.svg()).frame()
    // The line runs from the lower left to the upper right, so the box must lie on one side of it.
    let slope = frame.height / frame.width
    let below = box.number("y") - (frame.y + frame.height - slope * (box.number("x") + box.number("width") - frame.x))
    let corner = frame.y + frame.height - slope * (box.number("x") - frame.x)
    #expect(below > 0 || box.number("y") + box.number("height") < corner)
  }

  @Test("The same plot gives the same bytes")
  func deterministic() {
    let plot = Plot(
      title: "t", x: .init("x"), y: .init("y"),
      layers: [.contour(grid(30, { $0 * $0 - $1 }, levels: [])), .points(.init(x: [0, 1], y: [0, 1], label: "p"))])
    #expect(plot.svg() == plot.svg())
    #expect(plot.terminal(color: true) == plot.terminal(color: true))
  }
}
