/// A plot as data: axes and layers, drawn as SVG, as PNG or as text for a terminal.
///
/// Numbers that cannot be drawn (not finite, or not positive on a logarithmic axis) are left out, and a line under the
/// axes says how many. The same plot always gives the same bytes.
public struct Plot: Sendable {
  public var title: String
  /// A line under the title, which describes the data or the finding.
  public var subtitle: String
  public var x: Axis
  public var y: Axis
  /// Drawn in order, so later layers lie on top.
  public var layers: [Layer]
  /// The quantity shown by inks made from values; the bar is drawn when a layer uses one and the label is not empty.
  public var colorBar: Axis
  /// In SVG units (CSS pixels).
  public var width: Double
  public var height: Double

  public init(
    title: String = "", subtitle: String = "", x: Axis, y: Axis, layers: [Layer] = [], colorBar: Axis = Axis(""),
    width: Double = 720, height: Double = 480
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.layers = layers
    self.colorBar = colorBar
    self.width = width
    self.height = height
  }

  /// An axis: its quantity, its scale, and the notation of its numbers.
  public struct Axis: Sendable {
    public enum Scale: Sendable {
      case linear
      case log10
    }

    public enum Numbers: Sendable {
      /// Suffixes where they are customary (1k…1T), powers of ten beyond, plain numbers otherwise.
      case automatic
      /// 1k, 2M, 70B, 1T.
      case suffixes
      /// 10²¹.
      case powers
    }

    public var label: String
    public var scale: Scale
    /// The range of the axis; all data with a margin if nil or if it cannot be shown (log scale, not positive).
    public var range: ClosedRange<Double>?
    public var numbers: Numbers

    public init(
      _ label: String, _ scale: Scale = .linear, range: ClosedRange<Double>? = nil, numbers: Numbers = .automatic
    ) {
      self.label = label
      self.scale = scale
      self.range = range
      self.numbers = numbers
    }
  }
}
