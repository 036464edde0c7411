import Fitting

/// A Gaussian process that grows with the trials of a search, with hyperparameters that are fitted
/// again from time to time.
struct Surrogate: Sendable {
  /// The number of rows, without those ahead.
  private(set) var count = 0
  private var process: GaussianProcess?
  private var fittedCount = 0

  /// The most rows that hyperparameters are fitted to.
  private static let mostFitted = 300

  /// The process of all rows so far.
  ///
  /// - Parameters:
  ///   - features: of every row.
  ///   - rows: the new rows.
  ///   - values: of all rows, with mean 0.
  ///   - ahead: rows that are assumed to come out as predicted, for this call only.
  mutating func process(
    _ features: [GaussianProcess.Feature], adding rows: [[Double]], values: [Double], ahead: [[Double]]
  ) -> GaussianProcess {
    var process = self.process ?? GaussianProcess(features)
    // Taken out while it changes, so that it is not copied.
    self.process = nil
    process.truncate(to: count)
    for row in rows { process.append(row) }
    count = process.count
    if count >= fittedCount + max(1, fittedCount / 16) {
      process.refactor(fitted(process, values))
      fittedCount = count
    }
    process.setValues(values)
    for row in ahead { process.append(row) }
    self.process = process
    return process
  }

  private func fitted(_ process: GaussianProcess, _ values: [Double]) -> GaussianProcess.Hyperparameters {
    var rows = Array(values.indices)
    if rows.count > Self.mostFitted {
      // A third are the best, the rest evenly spread over the others.
      rows.sort { values[$0] < values[$1] }
      let best = Self.mostFitted / 3
      let stride = Double(rows.count - best) / Double(Self.mostFitted - best)
      rows = rows[..<best] + (best..<Self.mostFitted).map { rows[best + Int(Double($0 - best) * stride)] }
    }
    let evidence = Evidence(process.features, columns: process.columns(ofRows: rows), values: rows.map { values[$0] })
    return evidence.maximize(from: process.hyperparameters, steps: fittedCount == 0 ? 40 : 12)
  }
}

/// Losses transformed for a Gaussian process: those below the median in units of their own spread,
/// and those above it by the normal quantiles of their ranks, so that failures and a heavy tail do
/// not dominate (after the half-rank warping of Song et al. 2024).
func standardizedLosses(_ losses: [Double]) -> [Double] {
  let order = losses.indices.sorted { losses[$0] < losses[$1] }
  guard let first = order.first, losses[first].isFinite else { return [Double](repeating: 0, count: losses.count) }
  let middle = losses[order[(losses.count(where: \.isFinite) - 1) / 2]]
  let good = order.filter { losses[$0] <= middle }
  let squares = good.reduce(0.0) { $0 + (losses[$1] - middle) * (losses[$1] - middle) }
  let spread = (squares / Double(good.count)).squareRoot()
  let scale = spread > 0 ? 1 / spread : 1
  var values = [Double](repeating: 0, count: losses.count)
  for row in good { values[row] = (losses[row] - middle) * scale }
  // Equal losses share the quantile of their last.
  var rank = good.count
  while rank < order.count {
    var last = rank
    while last + 1 < order.count, losses[order[last + 1]] == losses[order[rank]] { last += 1 }
    let quantile = standardNormalQuantile((Double(last) + 0.5) / Double(order.count))
    for index in rank...last { values[order[index]] = max(0, quantile) }
    rank = last + 1
  }
  let center = mean(values)
  return values.map { $0 - center }
}
