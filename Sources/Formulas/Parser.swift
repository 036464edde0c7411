import Documents

/// Reads a formula by precedence climbing.
struct Parser {
  private let text: String
  private let tokens: [Token]
  private var index = 0
  private var depth = 0
  /// The first place of each name.
  private(set) var positions: [String: (position: Int, length: Int)] = [:]

  init(_ text: String) throws(FormulaError) {
    self.text = text
    tokens = try Formulas.tokens(of: text)
  }

  /// `target = expression`, `target ~ expression` or just an expression, to the end of the text.
  mutating func formula() throws(FormulaError) -> (target: String?, expression: Expression) {
    var target: String?
    if case .name(let name) = current.kind, case .symbol(let sign) = tokens[index + 1].kind, sign == "=" || sign == "~"
    {
      target = name
      index += 2
    }
    if case .end = current.kind {
      throw FormulaError(.syntax, "the formula is empty; an example: E + A/N^alpha + B/D^beta", text: text, position: 0)
    }
    let expression = try self.expression(above: 0)
    switch current.kind {
    case .end: return (target, expression)
    case .symbol("="): throw fault("'=' does not compare; write '==' to compare")
    case .symbol(")"): throw fault("this ')' has no matching '('")
    default: throw fault("expected an operator, found \(described(current))")
    }
  }

  private var current: Token { tokens[index] }

  private func fault(_ message: String) -> FormulaError {
    FormulaError(.syntax, message, text: text, position: current.position, length: current.length)
  }

  private func described(_ token: Token) -> String {
    switch token.kind {
    case .end: "the end of the formula"
    case .symbol(let symbol): "'\(symbol)'"
    case .number, .name, .text: "'\(String(Array(text)[token.position..<(token.position + token.length)]))'"
    }
  }

  private mutating func accept(_ symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    index += 1
    return true
  }

  private func infix(_ token: Token) -> BinaryOperator? {
    switch token.kind {
    case .symbol(let symbol): BinaryOperator(rawValue: symbol)
    case .name("and"): .and
    case .name("or"): .or
    default: nil
    }
  }

  private mutating func expression(above floor: Int) throws(FormulaError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw fault("the formula is nested more than 100 levels deep here") }
    var left = try prefix()
    while let operation = infix(current), operation.precedence > floor {
      let place = current
      index += 1
      // Only the power is right-associative: 2^3^2 is 2^9.
      let right = try expression(above: operation == .power ? operation.precedence - 1 : operation.precedence)
      if operation.isComparison, case .binary(let inner, _, _) = left, inner.isComparison {
        throw FormulaError(
          .syntax, "comparisons do not chain; write a < b && b < c", text: text, position: place.position,
          length: place.length)
      }
      try checkTexts(operation, left, right, at: place)
      left = .binary(operation, left, right)
    }
    return left
  }

  private func checkTexts(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, at place: Token
  ) throws(FormulaError) {
    let texts = [left, right].filter { if case .text = $0 { true } else { false } }.count
    guard texts > 0 else { return }
    let other = [left, right].contains { if case .name = $0 { true } else { false } }
    guard texts == 1, other, operation == .equal || operation == .notEqual else {
      throw FormulaError(
        .notNumeric, "a quoted text can only be compared with a column, by == or !=", text: text,
        position: place.position,
        length: place.length)
    }
  }

  private mutating func prefix() throws(FormulaError) -> Expression {
    if accept("-") { return .negate(try expression(above: BinaryOperator.multiply.precedence)) }
    if accept("+") { return try expression(above: BinaryOperator.multiply.precedence) }
    if accept("!") { return .not(try expression(above: BinaryOperator.multiply.precedence)) }
    if current.kind == .name("not") {
      index += 1
      return .not(try expression(above: BinaryOperator.and.precedence))
    }
    return try primary()
  }

  private mutating func primary() throws(FormulaError) -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      index += 1
      return .number(value)
    case .text(let content):
      index += 1
      return .text(content)
    case .name(let name):
      index += 1
      if current.kind == .symbol("(") { return try call(name, at: token) }
      if name == "pi" { return .number(.pi) }
      if positions[name] == nil { positions[name] = (token.position, token.length) }
      return .name(name)
    case .symbol("("):
      index += 1
      let inside = try expression(above: 0)
      guard accept(")") else { throw fault("expected ')', found \(described(current))") }
      return inside
    default:
      throw fault("expected a number, a name or '(', found \(described(token))")
    }
  }

  private mutating func call(_ name: String, at place: Token) throws(FormulaError) -> Expression {
    guard let function = Function(rawValue: name) ?? Self.synonyms[name] else {
      let known = Function.allCases.map(\.rawValue)
      let hint =
        nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "the functions are \(known.joined(separator: ", "))"
      throw FormulaError(
        .unknownFunction, "there is no function '\(name)'; \(hint)", text: text, position: place.position,
        length: place.length)
    }
    index += 1
    var arguments: [Expression] = []
    if !accept(")") {
      repeat { arguments.append(try expression(above: 0)) } while accept(",")
      guard accept(")") else { throw fault("expected ',' or ')', found \(described(current))") }
    }
    guard function.arity.contains(arguments.count) else {
      let wanted = function.arity.lowerBound
      let atLeast = function.arity.count > 1 ? "at least " : ""
      throw FormulaError(
        .wrongArity, "\(name) takes \(atLeast)\(wanted) argument\(wanted == 1 ? "" : "s"), not \(arguments.count)",
        text: text, position: place.position, length: place.length)
    }
    if arguments.contains(where: { if case .text = $0 { true } else { false } }) {
      throw FormulaError(
        .notNumeric, "\(name) takes numbers, not a text", text: text, position: place.position, length: place.length)
    }
    return .call(function, arguments)
  }

  private static let synonyms: [String: Function] = ["ln": .log, "lse": .logsumexp, "arctan": .atan, "if": .where]
}

extension BinaryOperator {
  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: 3
    case .add, .subtract: 4
    case .multiply, .divide: 5
    case .power: 6
    }
  }

  var isComparison: Bool { precedence == 3 }
}
