extension Plot {
  /// One thing drawn between the axes. Arrays that belong together are read up to the shortest.
  public enum Layer: Sendable {
    case points(Points)
    case line(Line)
    case band(Band)
    case spans(Spans)
    case contour(Contour)
    case vertical(Reference)
    case horizontal(Reference)
    case annotation(Annotation)
  }

  /// The source of a color.
  public enum Ink: Sendable, Equatable {
    /// The next palette color that no layer asks for.
    case automatic
    /// A color of the palette, counted from 0; eight colors, then again from the first.
    case index(Int)
    /// The color of a value on the plot's color bar.
    case value(Double)
    /// A color of the bar for each point; for lines and areas the first counts.
    case values([Double])
    case gray
  }

  public enum Marker: Sendable, CaseIterable {
    case circle
    case square
    case triangle
    case diamond
    case cross
    case ring
    case star
  }

  public enum Dash: Sendable {
    case solid
    case dashed
    case dotted
  }

  public struct Points: Sendable {
    public var x: [Double]
    public var y: [Double]
    public var ink: Ink
    /// Radii in SVG units: one for all points, or one each.
    public var radii: [Double]
    public var marker: Marker
    /// The text in the legend; an empty label keeps the layer out of it.
    public var label: String

    public init(
      x: [Double], y: [Double], ink: Ink = .automatic, radii: [Double] = [4], marker: Marker = .circle,
      label: String = ""
    ) {
      self.x = x
      self.y = y
      self.ink = ink
      self.radii = radii
      self.marker = marker
      self.label = label
    }
  }

  /// A line through points in their order; it breaks at points that cannot be drawn.
  public struct Line: Sendable {
    public var x: [Double]
    public var y: [Double]
    public var ink: Ink
    public var width: Double
    public var dash: Dash
    public var label: String
    /// Whether the label is written at the line's right end instead of in the legend.
    public var labelsEnd: Bool

    public init(
      x: [Double], y: [Double], ink: Ink = .automatic, width: Double = 2, dash: Dash = .solid, label: String = "",
      labelsEnd: Bool = false
    ) {
      self.x = x
      self.y = y
      self.ink = ink
      self.width = width
      self.dash = dash
      self.label = label
      self.labelsEnd = labelsEnd
    }
  }

  /// The area between two curves over the same x, such as an interval.
  public struct Band: Sendable {
    public var x: [Double]
    public var lower: [Double]
    public var upper: [Double]
    public var ink: Ink
    public var label: String

    public init(x: [Double], lower: [Double], upper: [Double], ink: Ink = .index(0), label: String = "") {
      self.x = x
      self.lower = lower
      self.upper = upper
      self.ink = ink
      self.label = label
    }
  }

  /// Bars along x, each centered on a y: the activity of a device over time.
  public struct Spans: Sendable {
    public var start: [Double]
    public var end: [Double]
    public var y: [Double]
    /// The height of a bar, on the y axis.
    public var thickness: Double
    public var ink: Ink
    public var shade: Shade
    public var label: String

    public init(
      start: [Double], end: [Double], y: [Double], thickness: Double = 0.9, ink: Ink = .automatic, shade: Shade = .full,
      label: String = ""
    ) {
      self.start = start
      self.end = end
      self.y = y
      self.thickness = thickness
      self.ink = ink
      self.shade = shade
      self.label = label
    }
  }

  /// The strength of an area's color; in a terminal without colors it distinguishes the layers.
  public enum Shade: Sendable, CaseIterable {
    case full
    case dark
    case medium
    case light
  }

  /// Lines of equal z over a grid. `z` is row-major: row r, column c is `z[r * xs.count + c]` at `(xs[c], ys[r])`.
  /// Between grid points z is linear in the axes as drawn. Cells with a corner that is not finite stay empty, and so
  /// does Between grid points z is linear in the axes as drawn. Cells with a corner that is not finite stay empty, and
  /// so does a layer whose `z` does not have `xs.count * ys.count` values.
  public struct Contour: Sendable {
    public var xs: [Double]
    public var ys: [Double]
    public var z: [Double]
    /// The levels; about ten round ones if empty.
    public var levels: [Double]
    /// Whether the areas between the lines are tinted.
    public var fills: Bool
    public var label: String

    public init(
      xs: [Double], ys: [Double], z: [Double], levels: [Double] = [], fills: Bool = false, label: String = ""
    ) {
      self.xs = xs
      self.ys = ys
      self.z = z
      self.levels = levels
      self.fills = fills
      self.label = label
    }
  }

  /// A line across the whole plot at one value, with a label on it.
  public struct Reference: Sendable {
    public var value: Double
    public var label: String
    public var dash: Dash

    public init(_ value: Double, label: String = "", dash: Dash = .dashed) {
      self.value = value
      self.label = label
      self.dash = dash
    }
  }

  /// Text beside a point, placed where it covers least; it may have several lines.
  public struct Annotation: Sendable {
    public var x: Double
    public var y: Double
    public var text: String
    /// The marker at the point; nil draws only the text.
    public var marker: Marker?
    public var ink: Ink

    public init(x: Double, y: Double, text: String, marker: Marker? = nil, ink: Ink = .index(1)) {
      self.x = x
      self.y = y
      self.text = text
      self.marker = marker
      self.ink = ink
    }
  }
}
