import Formulas

/// A constraint between the numbers of a configuration, as `layers * width <= 4096`.
struct ParameterConstraint: Sendable {
  private let formula: CompiledFormula
  private let places: [Int]

  /// - Throws: ``FormulaError`` for a formula that cannot be read or names what is no parameter; ``SearchError`` for one that
  ///   compares nothing, or a parameter whose values are no numbers.
  init(_ text: String, in space: SearchSpace) throws {
    let formula = try Formula(text)
    if let name = formula.target {
      throw formula.fault(.syntax, "one '=' compares nothing; write '==', as in '\(name) == …'", at: name)
    }
    try formula.check(known: space.parameters.map(\.name), as: "parameter")
    let names = formula.names
    guard !names.isEmpty else { throw SearchError("the constraint '\(text)' names no parameter") }
    places = names.compactMap { name in space.parameters.firstIndex { $0.name == name } }
    for place in places where !space.parameters[place].isNumeric {
      throw SearchError("the constraint '\(text)' computes with '\(space.parameters[place].name)', which is no number")
    }
    self.formula = try CompiledFormula(formula, parameters: [], variables: names, order: .value)
  }

  /// Whether it holds; it does where a parameter that it names is absent.
  func holds(_ point: SearchSpace.Point, in space: SearchSpace) -> Bool {
    var columns: [[Double]] = []
    for place in places {
      guard point[place] >= 0 else { return true }
      switch space.parameters[place].value(atCoordinate: point[place]) {
      case .number(let number): columns.append([number])
      case .flag(let flag): columns.append([flag ? 1 : 0])
      case .text: return false
      }
    }
    let value = BoundFormula(formula, columns: columns).values(parameters: [])[0]
    return value != 0 && !value.isNaN
  }
}

extension Parameter {
  /// Whether all of its values are numbers or flags.
  fileprivate var isNumeric: Bool {
    switch domain {
    case .float, .stepped, .int: true
    case .ordinal(let values), .categorical(let values):
      values.allSatisfy { if case .text = $0 { false } else { true } }
    }
  }
}
