import Foundation

/// A Gaussian process of the excess over measured constraints, over the rows of a search; none
/// before the first excess.
struct ExcessModel {
  /// The excesses of the rows, nil for failures; empty until there is one.
  private var excesses: [Double?] = []
  private var model = Surrogate()

  /// - Parameter rows: the number of rows without this one.
  mutating func append(_ excess: Double?, after rows: Int) {
    if excess != nil, excesses.isEmpty { excesses = [Double?](repeating: nil, count: rows) }
    if excess != nil || !excesses.isEmpty { excesses.append(excess) }
  }

  func isFeasible(_ row: Int) -> Bool { excesses.isEmpty || (excesses[row] ?? 1) <= 0 }

  /// A row's loss, or its penalty where constraints are exceeded.
  func penalized(_ loss: Double, row: Int) -> Double {
    guard !excesses.isEmpty, let excess = excesses[row], excess > 0 else { return loss }
    return Outcome.penalty(excess: excess)
  }

  /// The limit by the rows so far; nil where nothing was measured.
  ///
  /// - Parameters:
  ///   - rows: the features of the rows from a number on.
  ///   - ahead: rows that are assumed to come out as predicted.
  mutating func limit(
    _ features: [GaussianProcess.Feature], rows: (_ from: Int) -> [[Double]], ahead: [[Double]]
  ) -> ExcessLimit? {
    guard !excesses.isEmpty else { return nil }
    let (values, bound) = standardizedExcesses(excesses)
    let process = model.process(features, adding: rows(model.count), values: values, ahead: ahead)
    return ExcessLimit(process: process, bound: bound)
  }

  /// Keeps only some of the rows.
  mutating func keep(_ rows: [Int]) {
    if !excesses.isEmpty { excesses = rows.map { excesses[$0] } }
    model = Surrogate()
  }
}

/// A process of the transformed excess over measured constraints, and the value of an excess of 0.
struct ExcessLimit {
  let process: GaussianProcess
  let bound: Double

  /// The logarithm of each row's chance to satisfy the constraints.
  func logChances(_ rows: [[Double]]) -> [Double] {
    let (means, variances) = process.posterior(rows)
    return zip(means, variances).map { mean, variance in
      logProbability(mean: mean, deviation: variance.squareRoot(), atMost: bound)
    }
  }
}

/// Excesses transformed for a Gaussian process: their inverse hyperbolic sines in units of the
/// median, less the mean.
///
/// - Returns: one value per row, 0 for failures, and the value of an excess of 0.
private func standardizedExcesses(_ excesses: [Double?]) -> (values: [Double], bound: Double) {
  let known = excesses.compactMap(\.self)
  let sizes = known.map(abs).filter { $0 > 0 }.sorted()
  let unit = sizes.isEmpty ? 1 : sizes[sizes.count / 2]
  let mean = known.reduce(0.0) { $0 + asinh($1 / unit) } / Double(max(1, known.count))
  return (excesses.map { excess in excess.map { asinh($0 / unit) - mean } ?? 0 }, -mean)
}
