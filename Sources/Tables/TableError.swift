import Documents

/// What is wrong with an input table: where, what was expected and how to mend it.
///
/// Printed, it reads `runs.csv:17: column 'loss': expected a number, found 'abc'`.
public struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which exit code the mistake deserves.
  public enum Kind: Sendable, Equatable {
    /// The input does not exist or cannot be opened (sysexits `EX_NOINPUT`, 66).
    case missingInput
    /// The input was read, but its contents are not what they should be (sysexits `EX_DATAERR`, 65).
    case badData
  }

  public let kind: Kind
  /// The file as the caller named it.
  public let file: String
  /// The line of the file, counted from 1, where the mistake has one.
  public let line: Int?
  /// The name of the column, where the mistake has one.
  public let column: String?
  /// What is wrong, what was expected and how to mend it.
  public let message: String

  public init(_ kind: Kind, file: String, line: Int? = nil, column: String? = nil, message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  public var description: String {
    var place = excerpt(file, limit: 1024)
    if let line { place += ":\(line)" }
    if let column { place += ": column '\(excerpt(column))'" }
    return "\(place): \(message)"
  }
}
