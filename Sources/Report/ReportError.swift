/// A failure to write a report: each case has the place, and its description says what to do.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's extension is not that of a format in which a plot can be written.
  case unknownFormat(path: String, accepted: [String])
  /// A program that draws the format is not installed.
  case toolMissing(tool: String, remedy: String)
  /// The program ran and reported a failure.
  case toolFailed(tool: String, reason: String)

  public var description: String {
    switch self {
    case .unknownFormat(let path, let accepted):
      "unknown format of '\(path)': name a file that ends in \(accepted.joined(separator: " or "))"
    case .toolMissing(let tool, let remedy):
      "'\(tool)' is not installed: \(remedy)"
    case .toolFailed(let tool, let reason):
      "'\(tool)' failed: \(reason)"
    }
  }

  /// The exit code of `sysexits.h` that fits: 64 usage, 69 unavailable.
  public var exitCode: Int32 {
    switch self {
    case .unknownFormat: 64
    case .toolMissing, .toolFailed: 69
    }
  }
}
