import Documents

/// A mistake in an input table: its place, what was expected and how to correct it.
///
/// Printed, it reads `runs.csv:17: column 'loss': expected a number, found 'abc'`.
public struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of mistake, which decides the exit code.
  public enum Kind: Sendable, Equatable {
    /// The input does not exist or cannot be opened (sysexits `EX_NOINPUT`, 66).
    case missingInput
    /// The input was read, but its contents are not what they should be (sysexits `EX_DATAERR`, 65).
    case badData
  }

  public let kind: Kind
  /// The file as the caller named it.
  public let file: String
  /// The line of the file, counted from 1, if the mistake has one.
  public let line: Int?
  /// The name of the column, if the mistake has one.
  public let column: String?
  /// The mistake, what was expected and how to correct it.
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
