import Foundation

/// Finished runs as plain columns, one entry a run: what compute-optimal exponents are estimated from.
public struct RunColumns: Hashable, Sendable {
  /// Sizes of the models in parameters (N).
  public let params: [Double]
  /// Training tokens seen (D).
  public let tokens: [Double]
  /// Training compute in FLOP (C).
  public let flops: [Double]
  /// Final losses in nats per token (L).
  public let loss: [Double]
  /// The compute in FLOP that each run was planned for; nil where runs are to be grouped by what they used.
  public let budget: [Double]?

  /// - Throws: ``LawError`` that names the run and the column where a value is not a finite number above zero, or where
  ///   the columns differ in length.
  public init(params: [Double], tokens: [Double], flops: [Double], loss: [Double], budget: [Double]? = nil)
    throws(LawError)
  {
    var columns = [("params", params), ("tokens", tokens), ("flops", flops), ("loss", loss)]
    if let budget { columns.append(("budget", budget)) }
    try requirePositive(columns, row: "run")
    self.params = params
    self.tokens = tokens
    self.flops = flops
    self.loss = loss
    self.budget = budget
  }

  public var count: Int { params.count }

  /// The same design with other losses, which are known to be sound.
  func observing(_ loss: [Double]) -> RunColumns {
    RunColumns(params: params, tokens: tokens, flops: flops, sound: loss, budget: budget)
  }

  private init(params: [Double], tokens: [Double], flops: [Double], sound loss: [Double], budget: [Double]?) {
    self.params = params
    self.tokens = tokens
    self.flops = flops
    self.loss = loss
    self.budget = budget
  }
}

/// Checks that columns are of one length, not empty, and of finite numbers above zero.
///
/// - Parameter row: what a row is called in the message, such as `run`.
func requirePositive(_ columns: [(name: String, values: [Double])], row: String) throws(LawError) {
  let count = columns.first?.values.count ?? 0
  for column in columns where column.values.count != count {
    throw LawError(
      "the column '\(column.name)' has \(column.values.count) values where '\(columns[0].name)' has \(count); give one a \(row)"
    )
  }
  guard count > 0 else { throw LawError("there is no \(row); give a table with at least one") }
  for column in columns {
    guard let bad = column.values.firstIndex(where: { !($0.isFinite && $0 > 0) }) else { continue }
    throw LawError(
      "\(row) \(bad + 1) (counted from 1) has \(column.name) \(column.values[bad]), which is not a finite number above "
        + "zero; leave the \(row) out or mend the table")
  }
}

/// The number of values that differ from one another by more than a thousandth: sizes read off a figure, or counted with other
/// rounding, are one size.
func distinctCount(_ values: [Double]) -> Int {
  var count = 0
  var last = 0.0
  for value in values.sorted() where value > last * 1.001 {
    count += 1
    last = value
  }
  return count
}
