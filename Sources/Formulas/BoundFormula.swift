import CVectorMath

/// A compiled formula with its columns, ready to be evaluated for any parameters.
///
/// Columns are kept in blocks that stay in cache, padded with copies of their last row to whole vectors. One bound
/// formula serves any number of threads, each with a `Workspace` of its own.
public final class BoundFormula: Sendable {
  public let compiled: CompiledFormula
  public let rowCount: Int
  /// The rows and their padding.
  package let paddedRowCount: Int

  /// The number of rows evaluated at a time: the registers of a law and its derivatives then fit the inner cache.
  package static let blockRows = 256

  /// `columns` of `paddedRowCount` doubles each, one after another: the variables, then quantities of them alone.
  private let storage: AlignedDoubles
  /// The values of the formula's held parameters.
  private let heldValues: [Double]

  /// - Parameter columns: one for each variable, in the compiled order, all of the same length.
  /// - Precondition: there are as many columns as the formula has variables.
  public convenience init(_ compiled: CompiledFormula, columns: [[Double]]) {
    self.init(compiled, columns: columns, held: compiled.held.map { _ in .nan })
  }

  private init(_ compiled: CompiledFormula, columns: [[Double]], held: [Double]) {
    heldValues = held
    precondition(columns.count == compiled.variables.count, "a column for each of \(compiled.variables) is needed")
    self.compiled = compiled
    let rows = columns.map(\.count).min() ?? 1
    rowCount = rows
    paddedRowCount = Self.padded(rows)
    let stride = paddedRowCount
    storage = AlignedDoubles(count: max(1, (columns.count + compiled.hoistedColumns) * stride))
    for (index, column) in columns.enumerated() {
      for row in 0..<stride {
        storage.start[index * stride + row] = rows == 0 ? .nan : column[min(row, rows - 1)]
      }
    }
    var scalars = [Double](repeating: 0, count: compiled.scalarCount)
    for constant in compiled.constants { scalars[constant.slot] = constant.value }
    var vectors = (0..<(columns.count + compiled.hoistedColumns)).map { Optional(storage.start + $0 * stride) }
    wt_run(compiled.hoisted, Int32(compiled.hoisted.count), &vectors, scalars, Int32(stride))
  }

  /// The same formula over some of the rows.
  package func selecting(rows: [Int]) -> BoundFormula {
    let columns = compiled.variables.indices.map { index in rows.map { storage.start[index * paddedRowCount + $0] } }
    return BoundFormula(compiled, columns: columns, held: heldValues)
  }

  /// The same rows under the formula with one more parameter held, whose value is not set yet.
  package func holding(_ parameter: String) throws(FormulaError) -> BoundFormula {
    let fixed = try CompiledFormula(
      compiled.formula, parameters: compiled.parameters.filter { $0 != parameter },
      held: compiled.held + [parameter], variables: compiled.variables, positive: compiled.positive,
      order: compiled.order)
    let columns = compiled.variables.indices.map { index in
      Array(UnsafeBufferPointer(start: storage.start + index * paddedRowCount, count: rowCount))
    }
    return BoundFormula(fixed, columns: columns, held: heldValues + [.nan])
  }

  /// The same rows with the last held parameter set to a value.
  package func held(at value: Double) -> BoundFormula {
    BoundFormula(compiled, rowCount, storage, held: heldValues.dropLast() + [value])
  }

  private init(_ compiled: CompiledFormula, _ rowCount: Int, _ storage: AlignedDoubles, held: [Double]) {
    self.compiled = compiled
    self.rowCount = rowCount
    self.storage = storage
    paddedRowCount = Self.padded(rowCount)
    heldValues = held
  }

  /// A row count rounded up to whole vectors.
  package static func padded(_ rows: Int) -> Int {
    let lanes = Int(WT_LANES)
    return (rows + lanes - 1) / lanes * lanes
  }

  /// The prediction for each row.
  ///
  /// - Precondition: there are as many parameters as the formula has.
  public func values(parameters: [Double]) -> [Double] {
    let workspace = Workspace(self)
    workspace.set(parameters: parameters)
    var result: [Double] = []
    result.reserveCapacity(paddedRowCount)
    for block in 0..<workspace.blockCount {
      workspace.run(block: block, .value)
      result += UnsafeBufferPointer(start: workspace.output(0), count: workspace.rows(ofBlock: block).count)
    }
    return Array(result.prefix(rowCount))
  }

  /// The derivatives of each row's prediction: one column for each parameter.
  ///
  /// - Precondition: compiled for at least the gradient; otherwise the result has no columns.
  public func jacobian(parameters: [Double]) -> [[Double]] {
    guard compiled.order >= .gradient else { return [] }
    let workspace = Workspace(self)
    workspace.set(parameters: parameters)
    var result = compiled.parameters.map { _ in [Double]() }
    for block in 0..<workspace.blockCount {
      workspace.run(block: block, .gradient)
      for parameter in result.indices {
        result[parameter] += UnsafeBufferPointer(
          start: workspace.output(1 + parameter), count: workspace.rows(ofBlock: block).count)
      }
    }
    return result.map { Array($0.prefix(rowCount)) }
  }

  /// The memory that one thread needs to evaluate a bound formula.
  package final class Workspace {
    private let bound: BoundFormula
    private let registers: AlignedDoubles
    private let scalars: AlignedDoubles
    private let vectors: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
    private let fixedColumns: Int
    /// The columns that are evaluated: the table's own, or those of selected rows.
    private var columns: UnsafeMutablePointer<Double>
    private var stride: Int
    private var chosen: AlignedDoubles?

    package init(_ bound: BoundFormula) {
      self.bound = bound
      let compiled = bound.compiled
      fixedColumns = compiled.variables.count + compiled.hoistedColumns
      let rows = min(BoundFormula.blockRows, bound.paddedRowCount)
      registers = AlignedDoubles(count: max(1, compiled.registers * rows))
      scalars = AlignedDoubles(count: max(1, compiled.scalarCount))
      vectors = .allocate(capacity: max(1, fixedColumns + compiled.registers))
      columns = bound.storage.start
      stride = bound.paddedRowCount
      for index in 0..<compiled.registers { vectors[fixedColumns + index] = registers.start + index * rows }
      for constant in compiled.constants { scalars.start[constant.slot] = constant.value }
      for (index, value) in bound.heldValues.enumerated() { scalars.start[compiled.parameters.count + index] = value }
    }

    deinit { vectors.deallocate() }

    package var blockCount: Int { (stride + BoundFormula.blockRows - 1) / BoundFormula.blockRows }

    /// The padded rows of a block.
    package func rows(ofBlock block: Int) -> Range<Int> {
      block * BoundFormula.blockRows..<min((block + 1) * BoundFormula.blockRows, stride)
    }

    /// Evaluates only some rows from now on, gathered and padded with copies of the last.
    ///
    /// - Parameter rows: at least one.
    package func choose(_ rows: UnsafeBufferPointer<Int>) {
      let memory = chosen ?? AlignedDoubles(count: max(1, fixedColumns * bound.paddedRowCount))
      chosen = memory
      stride = BoundFormula.padded(rows.count)
      columns = memory.start
      for index in 0..<fixedColumns {
        let source = bound.storage.start + index * bound.paddedRowCount
        let target = columns + index * stride
        for row in 0..<rows.count { target[row] = source[rows[row]] }
        for row in rows.count..<stride { target[row] = target[rows.count - 1] }
      }
    }

    /// Evaluates every row again.
    package func chooseAll() {
      columns = bound.storage.start
      stride = bound.paddedRowCount
    }

    /// Sets the parameters for the runs that follow.
    package func set(parameters: some Collection<Double>) {
      precondition(parameters.count == bound.compiled.parameters.count, "a value for each parameter is needed")
      var slot = 0
      for value in parameters {
        scalars.start[slot] = value
        slot += 1
      }
      evaluateUniforms()
    }

    package func set(parameters: UnsafePointer<Double>) {
      scalars.start.update(from: parameters, count: bound.compiled.parameters.count)
      evaluateUniforms()
    }

    private func evaluateUniforms() {
      let values = scalars.start
      for step in bound.compiled.uniform {
        let x = values[step.a]
        values[step.destination] =
          switch step.operation {
          case WT_SELECT: x != 0 ? values[step.b] : values[step.c]
          case let unary where unary.rawValue < WT_ADD.rawValue: unary.value(x)
          case let binary: binary.value(x, values[step.b])
          }
      }
    }

    /// Evaluates a block of rows; the outputs stay valid until the next run.
    ///
    /// - Parameter order: the outputs that are wanted, at most those that were compiled.
    package func run(block: Int, _ order: DerivativeOrder) {
      let rows = rows(ofBlock: block)
      let steps = bound.compiled.steps[order.rawValue]
      for index in 0..<fixedColumns { vectors[index] = columns + index * stride + rows.lowerBound }
      bound.compiled.perRow.withUnsafeBufferPointer {
        wt_run($0.baseAddress, Int32(steps), vectors, scalars.start, Int32(rows.count))
      }
    }

    /// The value (0), the derivative by parameter k (1 + k), then the pairs of second derivatives, from the last run.
    package func output(_ index: Int) -> UnsafePointer<Double> {
      UnsafePointer(vectors[bound.compiled.outputs[index]] ?? registers.start)
    }
  }
}

/// Doubles on a cache-line boundary, freed with their owner.
package final class AlignedDoubles: @unchecked Sendable {
  // Sendable because owners write only before they share.
  package let start: UnsafeMutablePointer<Double>
  package let count: Int

  package init(count: Int) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Double>.stride, alignment: 64)
    start = bytes.initializeMemory(as: Double.self, repeating: 0, count: count)
  }

  deinit { start.deallocate() }
}
