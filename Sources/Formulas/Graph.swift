import CVectorMath
import Foundation

/// An expression as a directed acyclic graph in which equal parts are one node, so that a formula and its derivatives
/// share all common parts.
///
/// Building simplifies: constants fold, neutral operands vanish, a product's sign moves to the cheapest part.
struct Graph {
  typealias ID = Int

  enum Node: Hashable {
    case constant(UInt64)
    case parameter(Int)
    case variable(Int)
    case unary(Operation, ID)
    case binary(Operation, ID, ID)
    case select(ID, ID, ID)
  }

  /// The dependence of a node, which decides how often it is evaluated.
  struct Dependence {
    var parameters = false
    var variables = false
    /// Known to be > 0 on every row, whatever the parameters.
    var positive = false
  }

  private(set) var nodes: [Node] = []
  private(set) var dependences: [Dependence] = []
  private var known: [Node: ID] = [:]
  private let positiveVariables: Set<Int>

  init(positiveVariables: Set<Int>) { self.positiveVariables = positiveVariables }

  func constant(of id: ID) -> Double? {
    if case .constant(let bits) = nodes[id] { Double(bitPattern: bits) } else { nil }
  }

  private func isPerRowOnly(_ id: ID) -> Bool { !dependences[id].parameters }

  private mutating func insert(_ node: Node, _ dependence: Dependence) -> ID {
    if let id = known[node] { return id }
    nodes.append(node)
    dependences.append(dependence)
    known[node] = nodes.count - 1
    return nodes.count - 1
  }

  mutating func constant(_ value: Double) -> ID {
    insert(.constant(value.bitPattern), Dependence(positive: value > 0))
  }

  mutating func parameter(_ index: Int) -> ID { insert(.parameter(index), Dependence(parameters: true)) }

  mutating func variable(_ index: Int) -> ID {
    insert(.variable(index), Dependence(variables: true, positive: positiveVariables.contains(index)))
  }

  mutating func unary(_ operation: Operation, _ a: ID) -> ID {
    if let x = constant(of: a) { return constant(operation.value(x)) }
    switch (operation, nodes[a]) {
    case (.negate, .unary(.negate, let inner)): return inner
    case (.negate, .binary(.subtract, let x, let y)): return subtract(y, x)
    case (.negate, .binary(.multiply, let x, let y)):
      // The sign goes to a part that is computed only once, if there is one.
      if isPerRowOnly(x) { return multiply(unary(.negate, x), y) }
      if isPerRowOnly(y) { return multiply(x, unary(.negate, y)) }
    case (.exp, .unary(.log, let inner)) where dependences[inner].positive: return inner
    case (.log, .unary(.exp, let inner)): return inner
    case (.log, .binary(.multiply, let x, let y)) where splits(x, y):
      return add(unary(.log, x), unary(.log, y))
    case (.log, .binary(.divide, let x, let y)) where splits(x, y):
      return subtract(unary(.log, x), unary(.log, y))
    default: break
    }
    var dependence = dependences[a]
    dependence.positive = operation == .exp
    return insert(.unary(operation, a), dependence)
  }

  /// Whether the logarithm of a product or quotient may be split: one part is positive on every row, so the other's
  /// sign alone decides whether the logarithm exists, before and after; and it saves work only if a part is data alone.
  private func splits(_ x: ID, _ y: ID) -> Bool {
    (dependences[x].positive && isPerRowOnly(x) && dependences[y].parameters)
      || (dependences[y].positive && isPerRowOnly(y) && dependences[x].parameters)
  }

  private mutating func binary(_ operation: Operation, _ a: ID, _ b: ID) -> ID {
    if let x = constant(of: a), let y = constant(of: b) { return constant(operation.value(x, y)) }
    let ordered = operation.commutes && b < a ? (b, a) : (a, b)
    let x = dependences[a]
    let y = dependences[b]
    let bothPositive = x.positive && y.positive
    let positive =
      switch operation {
      case .add, .multiply, .divide, .minimum, .maximum: bothPositive
      default: false
      }
    return insert(
      .binary(operation, ordered.0, ordered.1),
      Dependence(parameters: x.parameters || y.parameters, variables: x.variables || y.variables, positive: positive))
  }

  mutating func add(_ a: ID, _ b: ID) -> ID {
    if constant(of: a) == 0 { return b }
    if constant(of: b) == 0 { return a }
    if case .unary(.negate, let inner) = nodes[b] { return subtract(a, inner) }
    if case .unary(.negate, let inner) = nodes[a] { return subtract(b, inner) }
    return binary(.add, a, b)
  }

  mutating func subtract(_ a: ID, _ b: ID) -> ID {
    if constant(of: b) == 0 { return a }
    if constant(of: a) == 0 { return unary(.negate, b) }
    if case .unary(.negate, let inner) = nodes[b] { return add(a, inner) }
    return a == b ? constant(0) : binary(.subtract, a, b)
  }

  mutating func multiply(_ a: ID, _ b: ID) -> ID {
    for (x, y) in [(a, b), (b, a)] {
      switch constant(of: x) {
      case 0: return constant(0)
      case 1: return y
      case -1: return unary(.negate, y)
      default: break
      }
    }
    if case .unary(.negate, let x) = nodes[a] {
      if case .unary(.negate, let y) = nodes[b] { return multiply(x, y) }
      return isPerRowOnly(a) ? binary(.multiply, a, b) : unary(.negate, multiply(x, b))
    }
    if case .unary(.negate, let y) = nodes[b], !isPerRowOnly(b) { return unary(.negate, multiply(a, y)) }
    return binary(.multiply, a, b)
  }

  mutating func divide(_ a: ID, _ b: ID) -> ID {
    if constant(of: a) == 0 { return a }
    // Data is divided exactly, so that comparisons with the quotient are exact.
    if let y = constant(of: b), y != 0, dependences[a].parameters { return multiply(a, constant(1 / y)) }
    // Multiplication is cheaper, and exp(-u) is shared with the derivatives.
    if case .unary(.exp, let exponent) = nodes[b] {
      let inverse = unary(.negate, exponent)
      return multiply(a, unary(.exp, inverse))
    }
    return binary(.divide, a, b)
  }

  mutating func power(_ base: ID, _ exponent: ID) -> ID {
    if let y = constant(of: exponent) {
      if let x = constant(of: base) { return constant(pow(x, y)) }
      if y == 0.5 { return unary(.sqrt, base) }
      if y == y.rounded(), abs(y) <= 64 {
        let whole = integerPower(base, Int(abs(y)))
        return y < 0 ? divide(constant(1), whole) : whole
      }
    }
    return unary(.exp, multiply(exponent, logarithmOfBase(base)))
  }

  /// A column that may be 0 has powers with derivatives there (0^y is 0 for y > 0), which an infinite logarithm would
  /// lose.
  private mutating func logarithmOfBase(_ base: ID) -> ID {
    if constant(of: base) == 0 { return constant(-1e6) }
    let logarithm = unary(.log, base)
    let dependence = dependences[base]
    guard dependence.variables, !dependence.parameters, !dependence.positive else { return logarithm }
    return select(compare(.equal, base, constant(0)), constant(-1e6), logarithm)
  }

  private mutating func integerPower(_ base: ID, _ count: Int) -> ID {
    if count == 0 { return constant(1) }
    if count == 1 { return base }
    let half = integerPower(base, count / 2)
    let square = multiply(half, half)
    return count % 2 == 0 ? square : multiply(square, base)
  }

  mutating func compare(_ operation: Operation, _ a: ID, _ b: ID) -> ID { binary(operation, a, b) }

  mutating func select(_ condition: ID, _ yes: ID, _ no: ID) -> ID {
    if let truth = constant(of: condition) { return truth != 0 ? yes : no }
    if yes == no { return yes }
    let parts = [condition, yes, no].map { dependences[$0] }
    return insert(
      .select(condition, yes, no),
      Dependence(
        parameters: parts.contains { $0.parameters }, variables: parts.contains { $0.variables },
        positive: parts[1].positive && parts[2].positive))
  }
}

/// The operations of the columnar machine.
typealias Operation = wt_operation

extension Operation {
  static let negate = WT_NEGATE
  static let not = WT_NOT
  static let abs = WT_ABS
  static let sqrt = WT_SQRT
  static let exp = WT_EXP
  static let expm1 = WT_EXPM1
  static let log = WT_LOG
  static let log1p = WT_LOG1P
  static let tanh = WT_TANH
  static let sin = WT_SIN
  static let cos = WT_COS
  static let atan = WT_ATAN
  static let add = WT_ADD
  static let subtract = WT_SUBTRACT
  static let multiply = WT_MULTIPLY
  static let divide = WT_DIVIDE
  static let minimum = WT_MINIMUM
  static let maximum = WT_MAXIMUM
  static let logaddexp = WT_LOGADDEXP
  static let less = WT_LESS
  static let lessOrEqual = WT_LESS_EQUAL
  static let equal = WT_EQUAL
  static let and = WT_AND
  static let or = WT_OR

  var commutes: Bool {
    switch self {
    case .add, .multiply, .minimum, .maximum, .logaddexp, .equal, .and, .or: true
    default: false
    }
  }

  /// The operation on one number.
  func value(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .not: x == 0 ? 1 : 0
    case .abs: Swift.abs(x)
    case .sqrt: x.squareRoot()
    case .exp: Foundation.exp(x)
    case .expm1: Foundation.expm1(x)
    case .log: Foundation.log(x)
    case .log1p: Foundation.log1p(x)
    case .tanh: Foundation.tanh(x)
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    case .atan: Foundation.atan(x)
    default: x
    }
  }

  /// The operation on two numbers.
  func value(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .minimum: x < y || x.isNaN ? x : y
    case .maximum: x > y || x.isNaN ? x : y
    case .logaddexp:
      x == y && x.isInfinite ? x : Swift.max(x, y) + Foundation.log1p(Foundation.exp(-Swift.abs(x - y)))
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    default: .nan
    }
  }
}
