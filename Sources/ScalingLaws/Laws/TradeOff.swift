import Formulas

extension Law.TradeOff {
  /// Recognizes a sum with one term `A/x^p` in the size, one `B/y^q` in the tokens, and any others without either.
  public init?(recognizing formula: Formula, size: String, tokens: String) {
    let terms = Self.terms(of: formula.expression)
    let ofSize = terms.filter { $0.names.contains(size) }
    let ofTokens = terms.filter { $0.names.contains(tokens) }
    guard ofSize.count == 1, ofTokens.count == 1, let n = Self.power(ofSize[0], of: size),
      let d = Self.power(ofTokens[0], of: tokens)
    else { return nil }
    let letters = [n.factor, n.exponent, d.factor, d.exponent].compactMap { try? Formula($0.description) }
    guard letters.count == 4 else { return nil }
    self.init(a: letters[0], alpha: letters[1], b: letters[2], beta: letters[3])
  }

  private static func terms(of expression: Expression) -> [Expression] {
    if case .binary(.add, let left, let right) = expression { return terms(of: left) + terms(of: right) }
    return [expression]
  }

  /// The factor and the exponent of `factor / x^exponent` or `factor * x^-exponent`, neither with another variable.
  private static func power(_ term: Expression, of name: String) -> (factor: Expression, exponent: Expression)? {
    let parts: (Expression, Expression)?
    switch term {
    case .binary(.divide, let factor, .binary(.power, .name(name), let exponent)): parts = (factor, exponent)
    case .binary(.divide, let factor, .name(name)): parts = (factor, .number(1))
    case .binary(.multiply, let factor, .binary(.power, .name(name), .negate(let exponent))),
      .binary(.multiply, .binary(.power, .name(name), .negate(let exponent)), let factor):
      parts = (factor, exponent)
    default: parts = nil
    }
    guard let (factor, exponent) = parts, !(factor.names + exponent.names).contains(name) else { return nil }
    return (factor, exponent)
  }
}
