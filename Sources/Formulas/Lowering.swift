import CVectorMath

/// Turns a graph into the three programs of a ``CompiledFormula``: run once for a table, an evaluation, or a row.
///
/// Vectors are numbered: variables, then hoisted columns, then registers. Scalars: parameters, then constants and
/// results of the uniform program.
struct Lowering {
  private let graph: Graph
  private let variables: Int
  private(set) var uniform: [CompiledFormula.UniformInstruction] = []
  private(set) var constants: [(slot: Int, value: Double)] = []
  private(set) var scalarCount: Int
  private(set) var hoisted: [wt_instruction] = []
  private(set) var perRow: [wt_instruction] = []
  private(set) var hoistedColumns = 0
  private(set) var registers = 0
  /// The number of ``perRow``'s instructions that give the targets of an order and of those before.
  private(set) var steps: [Int] = []

  private var scalarOf: [Graph.ID: Int] = [:]
  private var columnOf: [Graph.ID: Int] = [:]

  init(graph: Graph, parameters: Int, variables: Int) {
    self.graph = graph
    self.variables = variables
    scalarCount = parameters
  }

  /// Emits all programs; returns the vector that holds each target.
  ///
  /// - Parameter stages: the targets of each order of derivatives; an evaluation may stop after any of them.
  mutating func lower(_ stages: [[Graph.ID]]) -> [Int] {
    let targets = stages.flatMap { $0 }
    let needed = reachable(from: targets)
    for id in needed where !graph.dependences[id].variables { emitScalar(id) }
    for id in needed where graph.dependences[id].variables && !graph.dependences[id].parameters { emitColumn(id) }

    // A target that depends on parameters alone is copied into a register; a constant one, into a column.
    let stageOf = firstStages(stages)
    let rows = needed.filter { graph.dependences[$0].variables && graph.dependences[$0].parameters }
      .sorted { (stageOf[$0], $0) < (stageOf[$1], $1) }
    var lastUse: [Graph.ID: Int] = [:]
    for (step, id) in rows.enumerated() {
      for operand in operands(of: id) { lastUse[operand] = step }
    }
    for target in targets { lastUse[target] = .max }

    let firstRegister = variables + hoistedColumns + Set(targets.filter { graph.constant(of: $0) != nil }).count
    var registerOf: [Graph.ID: Int] = [:]
    var free: [Int] = []
    for target in targets where registerOf[target] == nil && isUniform(target) {
      let register = nextRegister(from: firstRegister)
      registerOf[target] = register
      perRow.append(copy(from: target, to: register))
    }
    let copies = perRow.count
    steps = stages.indices.map { stage in copies + rows.count { stageOf[$0] <= stage } }
    for (step, id) in rows.enumerated() {
      let parts = operands(of: id)
      let slots = parts.map { operandSlot($0, registerOf: registerOf) }
      // An operand read here for the last time gives its register to the result: the kernels read before they write.
      for part in Set(parts) where lastUse[part] == step {
        if let register = registerOf[part] { free.append(register) }
      }
      let register = free.popLast() ?? nextRegister(from: firstRegister)
      registerOf[id] = register
      perRow.append(instruction(graph.nodes[id], destination: register, slots))
    }
    return targets.map { target in
      if let register = registerOf[target] { return register }
      if let column = columnOf[target] { return column }
      let column = variables + hoistedColumns
      hoistedColumns += 1
      columnOf[target] = column
      hoisted.append(copy(from: target, to: column))
      return column
    }
  }

  /// Whether a target depends on parameters alone.
  private func isUniform(_ target: Graph.ID) -> Bool {
    !graph.dependences[target].variables && graph.constant(of: target) == nil
  }

  /// The first stage that needs each node.
  private func firstStages(_ stages: [[Graph.ID]]) -> [Int] {
    var first = [Int](repeating: stages.count, count: graph.nodes.count)
    for (stage, targets) in stages.enumerated() {
      for target in targets { first[target] = min(first[target], stage) }
    }
    for id in graph.nodes.indices.reversed() {
      for operand in operands(of: id) { first[operand] = min(first[operand], first[id]) }
    }
    return first
  }

  private mutating func nextRegister(from first: Int) -> Int {
    registers += 1
    return first + registers - 1
  }

  private func copy(from id: Graph.ID, to destination: Int) -> wt_instruction {
    wt_instruction(
      operation: Int32(WT_COPY.rawValue), destination: Int32(destination), a: Int32(~(scalarOf[id] ?? 0)), b: 0, c: 0)
  }

  /// The nodes that the targets need, operands before results.
  private func reachable(from targets: [Graph.ID]) -> [Graph.ID] {
    var wanted = [Bool](repeating: false, count: graph.nodes.count)
    for target in targets { wanted[target] = true }
    // Operands always have smaller numbers than the nodes that use them.
    for id in graph.nodes.indices.reversed() where wanted[id] {
      for operand in operands(of: id) { wanted[operand] = true }
    }
    return graph.nodes.indices.filter { wanted[$0] }
  }

  private func operands(of id: Graph.ID) -> [Graph.ID] {
    switch graph.nodes[id] {
    case .constant, .parameter, .variable: []
    case .unary(_, let a): [a]
    case .binary(_, let a, let b): [a, b]
    case .select(let a, let b, let c): [a, b, c]
    }
  }

  private mutating func emitScalar(_ id: Graph.ID) {
    switch graph.nodes[id] {
    case .parameter(let index): scalarOf[id] = index
    case .constant(let bits):
      scalarOf[id] = scalarCount
      constants.append((scalarCount, Double(bitPattern: bits)))
      scalarCount += 1
    case let node:
      let slots = operands(of: id).map { scalarOf[$0] ?? 0 } + [0, 0]
      scalarOf[id] = scalarCount
      uniform.append(
        .init(operation: operation(of: node), destination: scalarCount, a: slots[0], b: slots[1], c: slots[2]))
      scalarCount += 1
    }
  }

  private mutating func emitColumn(_ id: Graph.ID) {
    if case .variable(let index) = graph.nodes[id] {
      columnOf[id] = index
      return
    }
    let slots = operands(of: id).map { operandSlot($0, registerOf: [:]) }
    let column = variables + hoistedColumns
    hoistedColumns += 1
    columnOf[id] = column
    hoisted.append(instruction(graph.nodes[id], destination: column, slots))
  }

  private func operandSlot(_ id: Graph.ID, registerOf: [Graph.ID: Int]) -> Int32 {
    if let register = registerOf[id] { return Int32(register) }
    if let column = columnOf[id] { return Int32(column) }
    return Int32(~(scalarOf[id] ?? 0))
  }

  private func operation(of node: Graph.Node) -> Operation {
    switch node {
    case .unary(let operation, _), .binary(let operation, _, _): operation
    case .select: WT_SELECT
    case .constant, .parameter, .variable: WT_COPY
    }
  }

  private func instruction(_ node: Graph.Node, destination: Int, _ slots: [Int32]) -> wt_instruction {
    wt_instruction(
      operation: Int32(operation(of: node).rawValue), destination: Int32(destination), a: slots[0],
      b: slots.count > 1 ? slots[1] : 0, c: slots.count > 2 ? slots[2] : 0)
  }
}
