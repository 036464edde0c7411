import Foundation

/// The properties of the terminal behind an output stream.
///
/// Text styled for a stream that is not a terminal is returned unchanged, so a caller styles without checking.
public struct Terminal: Sendable, Equatable {
  /// Whether it is a person's terminal, not a file or a pipe.
  public var isInteractive: Bool
  /// The number of columns of text, 80 if unknown.
  public var columns: Int
  /// Whether escape sequences for color and weight are welcome: an interactive terminal, `TERM` other than `dumb`, and
  /// `NO_COLOR` unset or empty (no-color.org).
  public var usesColor: Bool

  public init(isInteractive: Bool, columns: Int = 80, usesColor: Bool) {
    self.isInteractive = isInteractive
    self.columns = columns
    self.usesColor = usesColor
  }

  /// The terminal behind standard output, as it is now.
  public static var standardOutput: Terminal { Terminal(file: STDOUT_FILENO) }

  /// The terminal behind standard error, as it is now.
  public static var standardError: Terminal { Terminal(file: STDERR_FILENO) }

  /// `text` in a style, or unchanged if color is not welcome.
  public func styled(_ text: String, _ style: TextStyle) -> String {
    usesColor && !text.isEmpty ? "\u{1B}[\(style.code)m\(text)\u{1B}[0m" : text
  }

  private init(file: Int32) {
    let environment = ProcessInfo.processInfo.environment
    isInteractive = isatty(file) == 1
    columns = 80
    var size = winsize()
    if isInteractive, ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      columns = Int(size.ws_col)
    }
    usesColor = isInteractive && environment["TERM"] != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
  }
}

/// A style for a piece of text on a terminal.
public enum TextStyle: Sendable {
  case bold
  case dim
  /// Yellow.
  case warning
  /// Red.
  case failure

  fileprivate var code: String {
    switch self {
    case .bold: "1"
    case .dim: "2"
    case .warning: "33"
    case .failure: "31"
    }
  }
}
