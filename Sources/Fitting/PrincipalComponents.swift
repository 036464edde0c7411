import COpenBLAS
import Foundation

/// The directions along which rows of numbers vary most, in order (Pearson 1901, Hotelling 1933).
public struct PrincipalComponents: Sendable, Equatable {
  /// The mean of each column.
  public let means: [Double]
  /// The components by descending variance: unit vectors with one entry for each column, with the sign that makes the
  /// sum of their entries positive.
  public let loadings: [[Double]]
  /// The variance along each component, dividing by the number of rows.
  public let variances: [Double]

  /// - Parameter rows: at least two, all of the same length and finite.
  /// - Throws: ``FitError`` if there is nothing to decompose.
  public init(_ rows: [[Double]]) throws(FitError) {
    let width = rows.first?.count ?? 0
    guard rows.count > 1, width > 0, rows.allSatisfy({ $0.count == width && $0.allSatisfy(\.isFinite) }) else {
      throw FitError("components need two rows or more, all of one length and finite")
    }
    let count = Double(rows.count)
    let means = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    var matrix = [Double](repeating: 0, count: width * width)
    for row in rows {
      for a in 0..<width {
        for b in 0...a { matrix[a * width + b] += (row[a] - means[a]) * (row[b] - means[b]) / count }
      }
    }
    var values = [Double](repeating: 0, count: width)
    // Row-major with the lower triangle filled; the vectors come back as columns, by ascending eigenvalue.
    let status = LAPACKE_dsyev(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), CInt(width), &matrix, CInt(width), &values)
    guard status == 0 else { throw FitError("the components of the rows could not be found") }
    let order = (0..<width).reversed()
    self.means = means
    variances = order.map { max(0, values[$0]) }
    loadings = order.map { component in
      let vector = (0..<width).map { matrix[$0 * width + component] }
      return vector.reduce(0, +) < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Each component's share of the whole variance; 0 for all if nothing varies.
  public var shares: [Double] {
    let sum = variances.reduce(0, +)
    return variances.map { sum > 0 ? $0 / sum : 0 }
  }

  /// The scores of a row along the first components.
  public func scores(of row: [Double], components: Int) -> [Double] {
    loadings.prefix(components).map { loading in
      loading.indices.reduce(0) { $0 + loading[$1] * (row[$1] - means[$1]) }
    }
  }

  /// The row that has these scores along the first components.
  func row(of scores: [Double]) -> [Double] {
    means.indices.map { column in
      zip(loadings, scores).reduce(means[column]) { $0 + $1.0[column] * $1.1 }
    }
  }
}

/// Missing cells filled in by the first components of the others, iterated until they no longer change.
///
/// Columns are first scaled to mean 0 and deviation 1 over their known cells.
public struct ComponentImputation: Sendable {
  /// The rows without missing cells.
  public let rows: [[Double]]
  private let means: [Double]
  private let deviations: [Double]
  private let components: PrincipalComponents
  private let count: Int

  /// - Parameters:
  ///   - rows: of the same length; NaN marks a missing cell.
  ///   - count: the number of components used to fill in the missing cells.
  /// - Throws: ``FitError`` for a column without a known cell, and for fewer than two rows.
  public init(_ rows: [[Double]], components count: Int) throws(FitError) {
    let width = rows.first?.count ?? 0
    var means: [Double] = []
    var deviations: [Double] = []
    for column in 0..<width {
      let known = rows.map { $0[column] }.filter { !$0.isNaN }
      guard !known.isEmpty else { throw FitError("column \(column + 1) has no known cell to fill in the others from") }
      let mean = known.reduce(0, +) / Double(known.count)
      let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
      means.append(mean)
      deviations.append(variance > 0 ? variance.squareRoot() : 1)
    }
    let scaled = rows.map { row in row.indices.map { (row[$0] - means[$0]) / deviations[$0] } }
    let isMissing = scaled.map { $0.map(\.isNaN) }
    var filled = scaled.map { $0.map { $0.isNaN ? 0 : $0 } }
    var found = try PrincipalComponents(filled)
    if isMissing.contains(where: { $0.contains(true) }) {
      for _ in 0..<Self.mostRounds {
        var change = 0.0
        for index in filled.indices where isMissing[index].contains(true) {
          let image = found.row(of: found.scores(of: filled[index], components: count))
          for column in 0..<width where isMissing[index][column] {
            change = max(change, abs(image[column] - filled[index][column]))
            filled[index][column] = image[column]
          }
        }
        found = try PrincipalComponents(filled)
        if change < Self.rest { break }
      }
    }
    self.means = means
    self.deviations = deviations
    self.count = count
    components = found
    self.rows = filled.map { row in row.indices.map { row[$0] * deviations[$0] + means[$0] } }
  }

  /// Another row with its missing cells filled in by the same components.
  public func filling(_ row: [Double]) -> [Double] {
    let missing = row.indices.filter { row[$0].isNaN }
    guard !missing.isEmpty else { return row }
    var scaled = row.indices.map { row[$0].isNaN ? 0 : (row[$0] - means[$0]) / deviations[$0] }
    for _ in 0..<Self.mostRounds {
      let image = components.row(of: components.scores(of: scaled, components: count))
      let change = missing.reduce(0) { max($0, abs(image[$1] - scaled[$1])) }
      for column in missing { scaled[column] = image[column] }
      if change < Self.rest { break }
    }
    return row.indices.map { row[$0].isNaN ? scaled[$0] * deviations[$0] + means[$0] : row[$0] }
  }

  /// A cell that moves by less than this share of its column's deviation has converged.
  private static let rest = 1e-12
  private static let mostRounds = 20_000
}
