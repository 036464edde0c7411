/// A value that documents write as one scalar in a grammar of its own: a formula, `300B` tokens, `12h`.
public protocol DocumentScalar: Codable {
  /// - Throws: an error that says what was expected, without the place.
  init(documentText: String) throws
  /// The scalar, which reads back as the same value.
  var documentText: String { get }
  /// The kind of scalar, for messages: `a duration, as 12h`.
  static var documentKind: String { get }
  /// A valid text.
  static var documentExample: String { get }
}

extension DocumentScalar {
  public init(from decoder: any Decoder) throws {
    try self.init(documentText: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(documentText)
  }
}
