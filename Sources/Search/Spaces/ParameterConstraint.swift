import Documents
import Formulas

/// A constraint between the parameters of a configuration, as `layers * width <= 4096`.
public struct ParameterConstraint: Sendable {
  private let formula: CompiledFormula
  private let places: [Int]

  /// A constraint from its text.
  ///
  /// - Throws: `FormulaError` for a formula that cannot be read or names an unknown parameter;
  ///   ``SearchError`` for one that names no parameter, or a parameter whose values are not
  ///   numbers.
  public init(_ text: String, in space: SearchSpace) throws {
    let formula = try Formula(text)
    if let name = formula.target {
      throw formula.fault(.syntax, "'=' is not a comparison; write '==', as in '\(name) == …'", at: name)
    }
    try formula.check(known: space.parameters.map(\.name), as: "parameter")
    let names = formula.names
    guard !names.isEmpty else { throw SearchError("the constraint '\(text)' names no parameter") }
    places = names.compactMap { name in space.parameters.firstIndex { $0.name == name } }
    for place in places where !space.parameters[place].isNumeric {
      throw SearchError(
        "the constraint '\(text)' computes with '\(space.parameters[place].name)', whose values are not numbers")
    }
    self.formula = try CompiledFormula(formula, parameters: [], variables: names, order: .value)
  }

  /// Whether the constraint holds; it does where a parameter that it names is absent.
  public func holds(_ point: SearchSpace.Point, in space: SearchSpace) -> Bool {
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

/// A combination of values that is excluded, as `optimizer: sgd` with `batch: [512, 1024]`.
public struct ForbiddenCombination: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    let place: Int
    let coordinates: Set<Double>
  }

  private let entries: [Entry]

  /// A combination that is excluded.
  ///
  /// - Parameters:
  ///   - combination: parameters with their values; several values of one parameter are
  ///     alternatives.
  ///   - space: the space of the parameters.
  /// - Throws: ``SearchError`` for an unknown parameter, a real number, or a value that the
  ///   parameter cannot take.
  public init(_ combination: [(parameter: String, values: [ParameterValue])], in space: SearchSpace) throws(SearchError)
  {
    var entries: [Entry] = []
    for (name, values) in combination {
      let place = try space.place(of: name)
      guard space.parameters[place].levels != nil else {
        throw SearchError("'\(name)' is a real number, whose single values cannot be forbidden; write a constraint")
      }
      var coordinates: Set<Double> = []
      for value in values { coordinates.insert(try space.coordinate(of: value, at: place)) }
      entries.append(Entry(place: place, coordinates: coordinates))
    }
    guard !entries.isEmpty else { throw SearchError("an empty combination forbids everything; name parameters") }
    self.entries = entries
  }

  /// Whether a configuration has the combination, by the coordinates of its parameters.
  package func holds(_ coordinate: (Int) -> Double) -> Bool {
    entries.allSatisfy { $0.coordinates.contains(coordinate($0.place)) }
  }
}

extension ForbiddenCombination: CustomStringConvertible {
  /// The indices of its parameters with their coordinates, the same in every process.
  public var description: String {
    entries.map { "\($0.place): \($0.coordinates.sorted())" }.joined(separator: ", ")
  }
}

extension SearchSpace {
  /// The index of a parameter.
  func place(of name: String) throws(SearchError) -> Int {
    if let place = parameters.firstIndex(where: { $0.name == name }) { return place }
    let hint = nearestName(to: name, among: parameters.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
    throw SearchError("there is no parameter '\(name)'\(hint)")
  }

  func coordinate(of value: ParameterValue, at place: Int) throws(SearchError) -> Double {
    if let coordinate = parameters[place].coordinate(of: value) { return coordinate }
    throw SearchError("'\(parameters[place].name)' cannot be \(value)")
  }
}

extension Parameter {
  /// Whether all of its values are numbers or flags.
  fileprivate var isNumeric: Bool {
    switch domain {
    case .float, .stepped, .int: true
    case .ordinal(let values), .categorical(let values):
      values.allSatisfy { if case .text = $0 { false } else { true } }
    case .permutation: false
    }
  }
}
