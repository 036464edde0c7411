import Documents

/// A formula in text, parsed: `E + A/N^alpha + B/D^beta`.
///
/// It has numbers, names, `+ - * / ^`, comparisons, `&& || !`, and the functions of ``Function``. `x^y` of a
/// non-constant y is `exp(y log x)` and so requires x > 0. A formula may name the quantity it predicts: `loss = E + …`.
///
/// ```swift
/// let chinchilla = try Formula("E + A/N^alpha + B/D^beta")
/// chinchilla.names  // ["E", "A", "N", "alpha", "B", "D", "beta"]
/// ```
public struct Formula: Hashable, Sendable, CustomStringConvertible {
  public let text: String
  /// The name before `=` or `~`, if the formula has one.
  public let target: String?
  public let expression: Expression

  private let positions: [String: Place]

  private struct Place: Hashable, Sendable {
    let position: Int
    let length: Int
  }

  /// The largest number of characters in a formula.
  public static let longestText = 4096

  public init(_ text: String) throws(FormulaError) {
    var parser = try Parser(text)
    (target, expression) = try parser.formula()
    self.text = text
    positions = parser.positions.mapValues { Place(position: $0.position, length: $0.length) }
  }

  /// The same formula with another expression, for callers that rewrite parts of it.
  public func replacing(expression: Expression) -> Formula {
    Formula(text: text, target: target, expression: expression, positions: positions)
  }

  /// The same formula with numbers substituted for some names; its text stays.
  public func substituting(_ values: [String: Double]) -> Formula {
    replacing(expression: expression.substituting(values))
  }

  /// The formula with other names, also in its text. A name may become any text that stands for a value.
  public func renaming(_ names: [String: String]) throws(FormulaError) -> Formula {
    let characters = Array(text)
    var result = ""
    var end = 0
    for token in try tokens(of: text) {
      guard case .name(let name) = token.kind, let new = names[name] else { continue }
      result += String(characters[end..<token.position]) + new
      end = token.position + token.length
    }
    return try Formula(result + String(characters[end...]))
  }

  private init(text: String, target: String?, expression: Expression, positions: [String: Place]) {
    self.text = text
    self.target = target
    self.expression = expression
    self.positions = positions
  }

  /// The parameters and columns, in order of first appearance.
  public var names: [String] { expression.names }

  public var description: String { text }

  /// Throws for the first name that is not among the known ones, and suggests the closest one.
  ///
  /// - Parameter what: the kind of the known names, for the message: "column", "parameter or column".
  public func check(known: some Collection<String>, as what: String = "name") throws(FormulaError) {
    for name in names where !known.contains(name) { throw unknown(name, known: known, as: what) }
  }

  /// The error for an unknown name.
  public func unknown(_ name: String, known: some Collection<String>, as what: String) -> FormulaError {
    let hint =
      nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
      ?? (known.isEmpty ? "" : "; the known ones are \(known.prefix(20).joined(separator: ", "))")
    return fault(.unknownName, "there is no \(what) '\(name)'\(hint)", at: name)
  }

  /// An error at the first place of a name.
  public func fault(_ kind: FormulaError.Kind, _ message: String, at name: String) -> FormulaError {
    let place = positions[name] ?? Place(position: 0, length: 1)
    return FormulaError(kind, message, text: text, position: place.position, length: place.length)
  }

  /// The value for one set of names.
  ///
  /// - Throws: ``FormulaError`` if a name has no value.
  public func value(_ values: [String: Double]) throws(FormulaError) -> Double {
    let variables = values.keys.sorted()
    let compiled = try CompiledFormula(self, parameters: [], variables: variables, order: .value)
    return BoundFormula(compiled, columns: variables.map { [values[$0] ?? .nan] }).values(parameters: [])[0]
  }
}

extension Formula: DocumentScalar {
  public static let documentKind = "a formula, as E + A/N^alpha"
  public static let documentExample = "E + A/N^alpha"
  public var documentText: String { text }

  public init(documentText: String) throws { try self.init(documentText) }
}

extension Formula {
  /// The text without the name it predicts.
  public var expressionText: String {
    guard target != nil, let sign = text.firstIndex(where: { $0 == "=" || $0 == "~" }) else { return text }
    return text[text.index(after: sign)...].trimmingPrefix(while: \.isWhitespace).description
  }
}
