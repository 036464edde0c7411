/// Plots in rows and columns in one drawing, under one title.
public struct PlotGrid: Sendable {
  public var title: String
  /// The rows from the top; the plots of a row from the left, each in its own size.
  public var rows: [[Plot]]

  public init(title: String = "", rows: [[Plot]]) {
    self.title = title
    self.rows = rows
  }

  /// The grid as a self-contained SVG document.
  public func svg() -> String {
    let drawn = rows.map { $0.map { $0.drawn() } }
    let width = max(240, drawn.map { $0.reduce(0) { $0 + $1.layout.width } }.max() ?? 0)
    let titleLines = broken(title, to: width - 32, size: titleSize)
    var body = SVGText()
    var top = 0.0
    for line in titleLines {
      top += 26
      body.add(
        "text",
        [
          "class": "title", "x": "16", "y": number(top + 2), "font-size": number(titleSize), "font-weight": "600",
          "fill": "#111111",
        ], escaped(line))
    }
    if top > 0 { top += 10 }
    for row in drawn {
      var left = 0.0
      for panel in row {
        body.open("g", ["transform": "translate(\(number(left)) \(number(top)))"])
        body.append(panel.svg)
        body.close("g")
        left += panel.layout.width
      }
      top += row.map(\.layout.height).max() ?? 0
    }
    return svgDocument(body, width: width, height: max(top, 40), title: title)
  }
}

private let titleSize = 19.0
