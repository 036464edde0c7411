/// A formula's syntax tree.
///
/// Truth values are numbers: a comparison gives 1 or 0, and any value but 0 is true.
public indirect enum Expression: Hashable, Sendable {
  case number(Double)
  /// A parameter or a column; the caller decides which.
  case name(String)
  /// A quoted text. It is valid only on one side of `==` or `!=`, against a column of text.
  case text(String)
  case negate(Expression)
  case not(Expression)
  case binary(BinaryOperator, Expression, Expression)
  case call(Function, [Expression])
}

/// The infix operators, from the loosest to the tightest.
public enum BinaryOperator: String, Sendable, CaseIterable {
  case or = "||"
  case and = "&&"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case power = "^"
}

/// The functions that a formula may call.
public enum Function: String, Sendable, CaseIterable {
  case exp, expm1, log, log1p, log2, log10, sqrt, abs, tanh, sin, cos, atan
  /// The smallest and the largest of two or more.
  case min, max
  /// `log(exp(a) + exp(b) + …)`, without overflow.
  case logsumexp
  /// `smoothmax(a, b, k) = logsumexp(k a, k b) / k`: a maximum without a corner, sharper for larger k > 0.
  case smoothmax
  /// `where(condition, a, b)`: a where the condition is true, else b.
  case `where`

  /// The valid numbers of arguments.
  public var arity: ClosedRange<Int> {
    switch self {
    case .min, .max, .logsumexp: 2...64
    case .smoothmax, .where: 3...3
    default: 1...1
    }
  }
}

extension Expression {
  /// The names in the expression, each once, in order of first appearance.
  public var names: [String] {
    var seen: Set<String> = []
    var ordered: [String] = []
    visit { part in
      if case .name(let name) = part, seen.insert(name).inserted { ordered.append(name) }
    }
    return ordered
  }

  /// Calls `body` with this expression and every part of it, outermost and leftmost first.
  public func visit(_ body: (Expression) -> Void) {
    body(self)
    for child in children { child.visit(body) }
  }

  /// The expression with numbers substituted for some names.
  public func substituting(_ values: [String: Double]) -> Expression {
    switch self {
    case .number, .text: self
    case .name(let name): values[name].map { .number($0) } ?? self
    case .negate(let operand): .negate(operand.substituting(values))
    case .not(let operand): .not(operand.substituting(values))
    case .binary(let symbol, let left, let right):
      .binary(symbol, left.substituting(values), right.substituting(values))
    case .call(let function, let arguments): .call(function, arguments.map { $0.substituting(values) })
    }
  }

  /// The operands, left to right.
  public var children: [Expression] {
    switch self {
    case .number, .name, .text: []
    case .negate(let operand), .not(let operand): [operand]
    case .binary(_, let left, let right): [left, right]
    case .call(_, let arguments): arguments
    }
  }
}
