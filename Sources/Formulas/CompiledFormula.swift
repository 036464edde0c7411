import CVectorMath

/// The order of the derivatives of a formula by its parameters.
public enum DerivativeOrder: Int, Sendable, Comparable {
  case value, gradient, hessian

  public static func < (a: DerivativeOrder, b: DerivativeOrder) -> Bool { a.rawValue < b.rawValue }
}

/// A formula compiled, with its exact derivatives, to instructions over whole columns.
///
/// Work is done as rarely as possible: parts that depend on data alone once for a table (`log N` in `N^alpha`), parts
/// that depend on parameters alone once for an evaluation, and only the rest once for a row. Parts that the formula and
/// its derivatives share are computed once.
public struct CompiledFormula: Sendable {
  public let formula: Formula
  public let parameters: [String]
  /// Further parameters, by which it is not differentiated; a ``BoundFormula`` holds their values.
  package let held: [String]
  /// The columns, in the order in which ``BoundFormula`` takes them.
  public let variables: [String]
  public let order: DerivativeOrder
  /// The variables known to be above 0 on every row.
  let positive: Set<String>
  /// The pairs a ≥ b of parameters whose second derivative is not identically zero, as outputs after the gradient.
  package let hessianPairs: [(a: Int, b: Int)]
  /// The parameters in which the formula is jointly linear: no product of two of them occurs.
  public let linearParameters: [Int]

  let uniform: [UniformInstruction]
  let scalarCount: Int
  let constants: [(slot: Int, value: Double)]
  let hoisted: [wt_instruction]
  let perRow: [wt_instruction]
  /// The numbers of ``perRow``'s instructions that give each order of derivatives and those before.
  let steps: [Int]
  let hoistedColumns: Int
  let registers: Int
  /// The vectors that hold the value, then the gradient, then the pairs.
  let outputs: [Int]

  /// An operation on scalars that depend on parameters alone.
  struct UniformInstruction: Sendable {
    let operation: Operation
    let destination: Int
    let a: Int
    let b: Int
    let c: Int
  }

  /// - Parameters:
  ///   - positive: the variables known to be > 0 on every row, which lets their logarithms be taken once.
  ///   - order: the derivatives wanted.
  /// - Throws: ``FormulaError`` if the formula has a name that is neither a parameter nor a variable.
  public init(
    _ formula: Formula, parameters: [String], variables: [String], positive: Set<String> = [],
    order: DerivativeOrder = .hessian
  ) throws(FormulaError) {
    try self.init(formula, parameters: parameters, held: [], variables: variables, positive: positive, order: order)
  }

  package init(
    _ formula: Formula, parameters: [String], held: [String], variables: [String], positive: Set<String>,
    order: DerivativeOrder
  ) throws(FormulaError) {
    let positives = Set(variables.indices.filter { positive.contains(variables[$0]) })
    var graph = Graph(positiveVariables: positives)
    let parameterIndex = Dictionary(zip(parameters + held, 0...), uniquingKeysWith: { first, _ in first })
    let variableIndex = Dictionary(zip(variables, 0...), uniquingKeysWith: { first, _ in first })
    let root = try graph.node(
      of: formula.expression,
      leaf: { graph, name throws(FormulaError) in
        if let index = parameterIndex[name] { return graph.parameter(index) }
        if let index = variableIndex[name] { return graph.variable(index) }
        let isColumn = parameters.isEmpty
        throw formula.unknown(name, known: parameters + variables, as: isColumn ? "column" : "parameter or column")
      },
      text: { FormulaError(.notNumeric, "a quoted text ('\($0)') is not a number", text: formula.text, position: 0) })

    var stages = [[root]]
    var pairs: [(a: Int, b: Int)] = []
    var linear: [Int] = []
    if order >= .gradient {
      var caches = [[Graph.ID: Graph.ID]](repeating: [:], count: parameters.count)
      let gradient = parameters.indices.map { graph.derivative(of: root, by: $0, cache: &caches[$0]) }
      stages.append(gradient)
      if order == .hessian {
        var seconds: [Graph.ID] = []
        for a in parameters.indices {
          for b in 0...a {
            let second = graph.derivative(of: gradient[a], by: b, cache: &caches[b])
            if graph.constant(of: second) != 0 {
              pairs.append((a, b))
              seconds.append(second)
            }
          }
        }
        stages.append(seconds)
        let cornered = graph.parametersAtCorners(under: root)
        for a in parameters.indices
        where !cornered.contains(a) && !pairs.contains(where: { $0.a == a && ($0.b == a || linear.contains($0.b)) }) {
          linear.append(a)
        }
      }
    }
    var lowering = Lowering(graph: graph, parameters: parameters.count + held.count, variables: variables.count)
    outputs = lowering.lower(stages)
    self.formula = formula
    self.parameters = parameters
    self.held = held
    self.variables = variables
    self.order = order
    self.positive = positive
    hessianPairs = pairs
    linearParameters = linear
    uniform = lowering.uniform
    scalarCount = lowering.scalarCount
    constants = lowering.constants
    hoisted = lowering.hoisted
    perRow = lowering.perRow
    steps = lowering.steps
    hoistedColumns = lowering.hoistedColumns
    registers = lowering.registers
  }
}
