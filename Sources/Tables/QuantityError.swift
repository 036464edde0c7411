import Documents

/// The reason why a text cannot be read as a quantity, its place, and valid examples.
///
/// Printed: `cannot read the budget 'banana' (character 1): expected a number; examples: '1e23 FLOP', '2M USD'`.
public struct QuantityError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of quantity, such as `budget` or `duration`.
  public let quantity: String
  /// The whole text as given.
  public let text: String
  /// The character at which reading failed, counted from 1.
  public let position: Int
  /// The text that was expected there, or the problem with the value.
  public let message: String
  /// Texts that are valid.
  public let examples: [String]

  public init(quantity: String, text: String, position: Int, message: String, examples: [String]) {
    self.quantity = quantity
    self.text = text
    self.position = position
    self.message = message
    self.examples = examples
  }

  public var description: String {
    let examples = examples.map { "'\($0)'" }.joined(separator: ", ")
    return "cannot read the \(quantity) '\(excerpt(text))' (character \(position)): \(message); examples: \(examples)"
  }
}
