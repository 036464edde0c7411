extension Expression: CustomStringConvertible {
  /// The expression as a formula's text, which parses to the same tree: names that are not plain in backquotes, brackets
  /// only where the grouping needs them.
  public var description: String {
    switch self {
    case .number(let value): Self.text(of: value)
    case .name(let name): Self.isPlain(name) ? name : "`\(name)`"
    case .text(let text): text.contains("\"") ? "'\(text)'" : "\"\(text)\""
    case .negate(let operand): "-\(operand.bracketed(unlessAbove: BinaryOperator.multiply.precedence))"
    case .not(let operand): "!\(operand.bracketed(unlessAbove: BinaryOperator.multiply.precedence))"
    case .call(let function, let arguments):
      "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
    case .binary(let operation, let left, let right):
      Self.text(operation, left, right)
    }
  }

  private static func text(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> String {
    let own = operation.precedence
    // Only the power groups from the right, and binds tighter than a sign before it.
    let isPower = operation == .power
    let isSigned = isPower && left.isPrefixed
    let first = isSigned ? "(\(left))" : left.bracketed(unlessAbove: isPower ? own : own - 1)
    let second = right.bracketed(unlessAbove: isPower ? own - 1 : own)
    let isTight = own >= BinaryOperator.multiply.precedence
    return isTight ? first + operation.rawValue + second : "\(first) \(operation.rawValue) \(second)"
  }

  private func bracketed(unlessAbove floor: Int) -> String {
    if case .binary(let operation, _, _) = self, operation.precedence <= floor { return "(\(self))" }
    return description
  }

  /// Whether the text begins with a sign.
  private var isPrefixed: Bool {
    switch self {
    case .negate, .not: true
    case .number(let value): value.sign == .minus
    default: false
    }
  }

  private static func text(of number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func isPlain(_ name: String) -> Bool {
    guard let first = name.first, first.isLetter || first == "_", !["and", "or", "not", "pi"].contains(name) else {
      return false
    }
    return name.allSatisfy { $0.isLetter || $0 == "_" || $0.isNumber }
  }
}
