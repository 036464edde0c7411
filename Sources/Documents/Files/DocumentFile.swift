import Foundation

/// Reads whole files, and writes them so that no reader sees a part of one.
public enum DocumentFile {
  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - kind: what the file should be, for messages: `fit document`.
  ///   - remedy: how to get such a file, for the message where it is missing.
  /// - Throws: ``DocumentError`` of code `missing` for a file that does not exist, is a directory or cannot be read.
  public static func bytes(of path: String, _ kind: String, remedy: String) throws(DocumentError) -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw DocumentError("\(path): there is no such \(kind); \(remedy)", code: .missing)
    }
    if isDirectory.boolValue {
      throw DocumentError("\(path): this is a directory; name \(article(kind)) in it", code: .missing)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DocumentError("\(path): no permission to read the \(kind)", code: .missing)
    }
    return data
  }

  /// The text of a file; see ``bytes(of:_:remedy:)``.
  ///
  /// - Throws: ``DocumentError``, also for bytes that are not UTF-8.
  public static func text(of path: String, _ kind: String, remedy: String) throws(DocumentError) -> String {
    try text(try bytes(of: path, kind, remedy: remedy), of: path, kind)
  }

  /// The text of a file's bytes.
  ///
  /// - Throws: ``DocumentError`` for bytes that are not UTF-8.
  static func text(_ bytes: Data, of path: String, _ kind: String) throws(DocumentError) -> String {
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw DocumentError("\(path): this is not \(article(kind)): it is not UTF-8 text")
    }
    return text
  }
}
