import Foundation
import Report
import Testing

@Suite("Axes of a plot")
struct PlotAxisTests {
  private func ticks(_ axis: Plot.Axis, values: [Double] = []) throws -> (SVGReading, [SVGReading.Element]) {
    let plot = Plot(x: axis, y: .init("y"), layers: [.points(.init(x: values, y: values.map { _ in 1 }))])
    let svg = try SVGReading(plot.svg())
    return (svg, svg.all("x tick"))
  }

  @Test("Ticks of a log axis stand where the logarithm puts them")
  func logPositions() throws {
    let (svg, ticks) = try ticks(.init("compute", .log10, range: 3e17...5e22))
    let frame = try svg.frame()
    #expect(ticks.map { $0.number("data-value") } == [1e18, 1e19, 1e20, 1e21, 1e22])
    #expect(ticks.map(\.text) == ["1018", "1019", "1020", "1021", "1022"])
    for tick in ticks {
      let share = log10(tick.number("data-value") / 3e17) / log10(5e22 / 3e17)
      #expect(abs(tick.number("x") - (frame.x + share * frame.width)) < 0.01)
    }
  }

  @Test("Ticks of a linear axis stand at round values in proportion")
  func linearPositions() throws {
    let (svg, ticks) = try ticks(.init("loss", range: -0.25...0.8))
    let frame = try svg.frame()
    #expect(ticks.map(\.text) == ["−0.2", "0", "0.2", "0.4", "0.6", "0.8"])
    for tick in ticks {
      let share = (tick.number("data-value") + 0.25) / 1.05
      #expect(abs(tick.number("x") - (frame.x + share * frame.width)) < 0.01)
    }
  }

  @Test("Counts take suffixes, and many decades are thinned out")
  func labels() throws {
    #expect(try ticks(.init("n", .log10, range: 1e6...1e12)).1.map(\.text).contains("1B"))
    #expect(try ticks(.init("n", range: 0...4e6)).1.map(\.text).contains("2M"))
    let many = try ticks(.init("n", .log10, range: 1e-150...1e150)).1
    #expect(many.count >= 3 && many.count <= 9)
    let narrow = try ticks(.init("loss", .log10, range: 2.2...3.1)).1.map(\.text)
    #expect(narrow == ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "3.0", "3.1"])
    #expect(try ticks(.init("n", .log10, range: 1e6...1e9, numbers: .powers)).1.first?.text == "106")
  }

  @Test("Data of one value gets an axis around it", arguments: [0, 1, -3.5, 1e-30, 1e21, 1e299, -1e299])
  func zeroRange(value: Double) throws {
    let plot = Plot(x: .init("x"), y: .init("y"), layers: [.points(.init(x: [value, value], y: [value, value]))])
    let svg = try SVGReading(plot.svg())
    let frame = try svg.frame()
    let points = svg.all("point")
    #expect(points.count == 2)
    #expect(points.allSatisfy { abs($0.number("cx") - (frame.x + frame.width / 2)) < 0.1 })
  }

  @Test("Data that cannot be drawn gives an empty plot with axes, in every form")
  func nothingToDraw() throws {
    let bad: [Double] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude]
    for scale in [Plot.Axis.Scale.linear, .log10] {
      let plot = Plot(
        x: .init("x", scale, range: -1...0), y: .init("y", scale),
        layers: [
          .points(.init(x: bad, y: bad, ink: .values(bad), radii: bad)), .line(.init(x: bad, y: bad, width: .nan)),
          .band(.init(x: bad, lower: bad, upper: bad)), .contour(.init(xs: bad, ys: bad, z: bad)),
          .contour(.init(xs: [1, 2], ys: [1, 2], z: [.nan, .nan, .nan, .nan], levels: bad, fills: true)),
          .contour(.init(xs: [], ys: [], z: [])), .vertical(.init(.nan, label: "v")),
          .horizontal(.init(.infinity, label: "h")), .annotation(.init(x: .nan, y: 1, text: "a", marker: .star)),
        ], colorBar: .init("value", scale), width: .nan, height: .infinity)
      let svg = try SVGReading(plot.svg())
      #expect(svg.all("point").isEmpty)
      #expect(!svg.all("y tick").isEmpty)
      #expect(svg.all("note").first?.text.hasPrefix("4 points not shown") == true)
      #expect(plot.terminal().contains("│"))
    }
  }

  @Test("Points that a log axis cannot show are counted and do not move the axes")
  func notPositive() throws {
    let plot = Plot(
      x: .init("x", .log10), y: .init("y"),
      layers: [.points(.init(x: [0, -5, 10, 100, .nan], y: [1e9, 1e9, 1, 2, 3]))])
    let svg = try SVGReading(plot.svg())
    #expect(svg.all("point").count == 2)
    #expect(
      svg.all("note").map(\.text) == ["3 points not shown: 1 not finite, 2 not positive on a log axis"])
    #expect(svg.all("y tick").allSatisfy { $0.number("data-value") < 3 })
  }

  @Test("Points outside a given range are left out and counted")
  func outside() throws {
    let plot = Plot(
      x: .init("x", range: 0...1), y: .init("y"), layers: [.points(.init(x: [0, 0.5, 1, 2], y: [1, 2, 3, 4]))])
    let svg = try SVGReading(plot.svg())
    #expect(svg.all("point").count == 3)
    #expect(svg.all("note").map(\.text) == ["1 point not shown: outside the axes"])
  }

  @Test("A line that runs far beyond a tiny range is drawn as far as the frame shows it")
  func farBeyond() throws {
    let tiny = Plot.Axis("x", range: 0...1e-200)
    let line = Plot.Line(x: [-1e299, 0, 1e299], y: [-1, 0, 1e-300])
    let plot = Plot(x: tiny, y: tiny, layers: [.line(line), .annotation(.init(x: 1e299, y: 1, text: "far"))])
    #expect(try SVGReading(plot.svg()).all("line").count == 1)
    #expect(plot.terminal().contains("┤"))
  }
}
