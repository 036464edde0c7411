import Search
import Tables

/// The rows of a table by configuration, and then by rising fidelity.
struct TableCurves: Sendable {
  let fidelity: Fidelity?
  /// Rows by configuration and fidelity.
  private let order: [Int]
  /// The places in `order` of a configuration's rows.
  private let places: [Int: Range<Int>]
  /// The fidelity of every row of the table.
  private let fidelities: [Double]?

  /// - Parameters:
  ///   - numbers: the configuration of every row; nil for a row to be left out.
  ///   - isCanonical: whether a row has no values of absent parameters; other rows may repeat.
  /// - Throws: ``TableError`` for two rows of one configuration and fidelity, or a table without
  ///   rows for the space.
  init(
    _ table: Table, _ numbers: [Int?], key: [String], fidelity column: String?, reduction: Int,
    _ isCanonical: (Int) -> Bool
  ) throws {
    let fidelities = try column.map { try table.numbers($0) }
    if let fidelities, let row = fidelities.firstIndex(where: { !$0.isFinite }) {
      throw TableError(
        .badData, file: table.name, line: table.line(ofRow: row), column: column,
        message: "a fidelity is missing; every row of a learning curve needs one")
    }
    let kept = numbers.indices.compactMap { row in numbers[row].map { (number: $0, row: row) } }
    let sorted = kept.sorted {
      ($0.number, fidelities?[$0.row] ?? 0, $0.row) < ($1.number, fidelities?[$1.row] ?? 0, $1.row)
    }
    var order: [Int] = []
    var places: [Int: Range<Int>] = [:]
    for (index, entry) in sorted.enumerated() {
      let start = places[entry.number]?.lowerBound ?? order.count
      if index > 0, sorted[index - 1].number == entry.number,
        fidelities?[sorted[index - 1].row] == fidelities?[entry.row]
      {
        guard !isCanonical(entry.row) else {
          throw TableError(
            .badData, file: table.name, line: table.line(ofRow: entry.row),
            message: "the key \((key + (column.map { [$0] } ?? [])).joined(separator: ", ")) is that of line "
              + "\(table.line(ofRow: sorted[index - 1].row)) too; name more columns, or remove repeats")
        }
        order[order.count - 1] = entry.row
      } else {
        order.append(entry.row)
      }
      places[entry.number] = start..<order.count
    }
    guard !order.isEmpty else {
      throw TableError(.badData, file: table.name, message: "no row has the values that the space lists")
    }
    fidelity = try column.flatMap { name in
      let levels = order.compactMap { fidelities?[$0] }.filter { $0 > 0 }
      guard let low = levels.min(), let high = levels.max(), low < high else {
        throw TableError(
          .badData, file: table.name, column: name,
          message: "a fidelity should take several values above 0, as epochs do")
      }
      return try Fidelity(name, low...high, reduction: reduction)
    }
    self.order = order
    self.places = places
    self.fidelities = fidelities
  }

  /// All configurations, by number.
  var numbers: [Int] { places.keys.sorted() }

  /// The last row of every configuration.
  var lastRows: [Int] { places.values.map { order[$0.upperBound - 1] } }

  /// Whether a row is of a full training.
  func isFull(_ row: Int) -> Bool {
    guard let fidelities, let fidelity else { return true }
    return fidelities[row] >= fidelity.full
  }

  /// The row of a configuration at a fidelity, or the last one below it; nil beyond its last. The
  /// last row for a fidelity of nil.
  func row(_ number: Int, at wanted: Double?) -> Int? {
    guard let places = places[number] else { return nil }
    let last = order[places.upperBound - 1]
    guard let wanted, let fidelities else { return last }
    guard isFull(last) || fidelities[last] >= wanted else { return nil }
    return order[places].last { fidelities[$0] <= wanted } ?? order[places.lowerBound]
  }

  /// The fidelities of a configuration's rows, rising.
  func fidelities(_ number: Int) -> [Double] {
    guard let places = places[number], let fidelities else { return [] }
    return order[places].map { fidelities[$0] }
  }
}
