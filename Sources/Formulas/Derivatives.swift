/// Building graph nodes from expressions, and nodes from nodes by differentiation.
extension Graph {
  /// The node of an expression.
  ///
  /// - Parameter leaf: returns the node of a name.
  mutating func node(
    of expression: Expression, leaf: (inout Graph, String) throws(FormulaError) -> ID,
    text: (String) -> FormulaError
  ) throws(FormulaError) -> ID {
    switch expression {
    case .number(let value): return constant(value)
    case .name(let name): return try leaf(&self, name)
    case .text(let content): throw text(content)
    case .negate(let operand): return unary(.negate, try node(of: operand, leaf: leaf, text: text))
    case .not(let operand): return unary(.not, try node(of: operand, leaf: leaf, text: text))
    case .binary(let operation, let left, let right):
      let a = try node(of: left, leaf: leaf, text: text)
      let b = try node(of: right, leaf: leaf, text: text)
      return binary(operation, a, b)
    case .call(let function, let arguments):
      var operands: [ID] = []
      for argument in arguments { operands.append(try node(of: argument, leaf: leaf, text: text)) }
      return call(function, operands)
    }
  }

  private mutating func binary(_ operation: BinaryOperator, _ a: ID, _ b: ID) -> ID {
    switch operation {
    case .add: return add(a, b)
    case .subtract: return subtract(a, b)
    case .multiply: return multiply(a, b)
    case .divide: return divide(a, b)
    case .power: return power(a, b)
    case .less: return compare(.less, a, b)
    case .lessOrEqual: return compare(.lessOrEqual, a, b)
    case .greater: return compare(.less, b, a)
    case .greaterOrEqual: return compare(.lessOrEqual, b, a)
    case .equal: return compare(.equal, a, b)
    case .notEqual: return unary(.not, compare(.equal, a, b))
    case .and: return compare(.and, a, b)
    case .or: return compare(.or, a, b)
    }
  }

  private mutating func call(_ function: Function, _ operands: [ID]) -> ID {
    let first = operands[0]
    switch function {
    case .exp: return unary(.exp, first)
    case .expm1: return unary(.expm1, first)
    case .log: return unary(.log, first)
    case .log1p: return unary(.log1p, first)
    case .log2: return multiply(unary(.log, first), constant(1.4426950408889634))
    case .log10: return multiply(unary(.log, first), constant(0.43429448190325182))
    case .sqrt: return unary(.sqrt, first)
    case .abs: return unary(.abs, first)
    case .tanh: return unary(.tanh, first)
    case .sin: return unary(.sin, first)
    case .cos: return unary(.cos, first)
    case .atan: return unary(.atan, first)
    case .min: return fold(.minimum, operands)
    case .max: return fold(.maximum, operands)
    case .logsumexp: return fold(.logaddexp, operands)
    case .smoothmax:
      let sharpness = operands[2]
      let scaled = [multiply(sharpness, first), multiply(sharpness, operands[1])]
      return divide(fold(.logaddexp, scaled), sharpness)
    case .where: return select(first, operands[1], operands[2])
    }
  }

  private mutating func fold(_ operation: Operation, _ operands: [ID]) -> ID {
    operands.dropFirst().reduce(operands[0]) { compare(operation, $0, $1) }
  }

  /// The parameters under a branch or a corner: their second derivatives may vanish although the formula is not linear
  /// in them.
  func parametersAtCorners(under root: ID) -> Set<Int> {
    var found: Set<Int> = []
    var seen: Set<[ID]> = []
    func visit(_ id: ID, atCorner: Bool) {
      guard dependences[id].parameters, seen.insert([id, atCorner ? 1 : 0]).inserted else { return }
      switch nodes[id] {
      case .constant, .variable: break
      case .parameter(let index): if atCorner { found.insert(index) }
      case .unary(let operation, let a): visit(a, atCorner: atCorner || operation == .abs || operation == .not)
      case .binary(let operation, let a, let b):
        let smooth: Bool
        switch operation {
        case .add, .subtract, .multiply, .divide, .logaddexp: smooth = true
        default: smooth = false
        }
        visit(a, atCorner: atCorner || !smooth)
        visit(b, atCorner: atCorner || !smooth)
      case .select(let a, let b, let c): for part in [a, b, c] { visit(part, atCorner: true) }
      }
    }
    visit(root, atCorner: false)
    return found
  }

  /// The derivative of a node by a parameter. Corners (abs, min, max, where) have the derivative of the active side.
  ///
  /// - Parameter cache: the derivatives already taken by this parameter.
  mutating func derivative(of id: ID, by parameter: Int, cache: inout [ID: ID]) -> ID {
    if !dependences[id].parameters { return constant(0) }
    if let done = cache[id] { return done }
    let result: ID
    switch nodes[id] {
    case .constant, .variable: result = constant(0)
    case .parameter(let index): result = constant(index == parameter ? 1 : 0)
    case .unary(let operation, let a):
      let da = derivative(of: a, by: parameter, cache: &cache)
      result = constant(of: da) == 0 ? da : unaryDerivative(operation, id, a, da)
    case .binary(let operation, let a, let b):
      let da = derivative(of: a, by: parameter, cache: &cache)
      let db = derivative(of: b, by: parameter, cache: &cache)
      result = binaryDerivative(operation, id, a, b, da, db)
    case .select(let condition, let yes, let no):
      let dYes = derivative(of: yes, by: parameter, cache: &cache)
      let dNo = derivative(of: no, by: parameter, cache: &cache)
      result = select(condition, dYes, dNo)
    }
    cache[id] = result
    return result
  }

  private mutating func unaryDerivative(_ operation: Operation, _ id: ID, _ a: ID, _ da: ID) -> ID {
    let one = constant(1)
    switch operation {
    case .negate: return unary(.negate, da)
    case .exp: return multiply(id, da)
    case .expm1: return multiply(add(id, one), da)
    case .log: return divide(da, a)
    case .log1p: return divide(da, add(one, a))
    case .sqrt: return divide(da, multiply(constant(2), id))
    case .abs:
      let negated = unary(.negate, da)
      return select(compare(.less, a, constant(0)), negated, da)
    case .tanh: return multiply(subtract(one, multiply(id, id)), da)
    case .sin: return multiply(unary(.cos, a), da)
    case .cos: return unary(.negate, multiply(unary(.sin, a), da))
    case .atan: return divide(da, add(one, multiply(a, a)))
    default: return constant(0)
    }
  }

  private mutating func binaryDerivative(
    _ operation: Operation, _ id: ID, _ a: ID, _ b: ID, _ da: ID, _ db: ID
  ) -> ID {
    switch operation {
    case .add: return add(da, db)
    case .subtract: return subtract(da, db)
    case .multiply:
      // A zero derivative ends here, so that no product with an infinite operand is kept.
      return add(multiply(da, b), multiply(a, db))
    case .divide:
      let first = divide(da, b)
      if constant(of: db) == 0 { return first }
      return subtract(first, multiply(divide(id, b), db))
    case .minimum: return select(compare(.less, b, a), db, da)
    case .maximum: return select(compare(.less, a, b), db, da)
    case .logaddexp:
      let weightA = unary(.exp, subtract(a, id))
      let weightB = unary(.exp, subtract(b, id))
      return add(multiply(weightA, da), multiply(weightB, db))
    default: return constant(0)
    }
  }
}
