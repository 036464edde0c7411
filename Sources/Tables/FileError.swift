import Foundation

/// A configuration file that cannot be used: where, what is wrong, and what would do.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
  /// Whether the file is missing, rather than wrong.
  public let isMissing: Bool

  public init(_ description: String, isMissing: Bool = false) {
    self.description = description
    self.isMissing = isMissing
  }

  /// The text of a file.
  ///
  /// - Parameters:
  ///   - kind: what it should be, for the message: `hardware file`.
  ///   - remedy: what to do when it is missing.
  public static func text(of path: String, _ kind: String, remedy: String) throws(FileError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw FileError("\(path): there is no such \(kind); \(remedy)", isMissing: true)
    }
    if isDirectory.boolValue {
      throw FileError("\(path): this is a directory; name a \(kind) in it", isMissing: true)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError("\(path): no permission to read the \(kind)", isMissing: true)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw FileError("\(path): this is no \(kind): it is not UTF-8 text")
    }
    return text
  }
}
