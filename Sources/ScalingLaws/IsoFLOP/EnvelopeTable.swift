import Foundation

/// The loss of every curve at every FLOP value of an envelope.
struct EnvelopeTable {
  let curves: [TrainingCurves.Curve]
  let smoothed: [SmoothedCurve]
  /// ln C of each value.
  let logFlops: [Double]
  /// For each value, the curves that cover it, by ascending loss.
  let byLoss: [[Entry]]
  /// For each value, the curves that cover it, by ascending size.
  let bySize: [[Int]]

  struct Entry {
    var run: Int
    var logLoss: Double
    var logTokens: Double
  }

  /// The lowest curve at one value.
  struct Winner {
    var value: Int
    var run: Int
    var logLoss: Double
    var logTokens: Double
  }

  struct Winners {
    /// Whether it is neither the smallest nor the largest size present.
    var inside: [Winner] = []
    var smallest: [Winner] = []
    var largest: [Winner] = []
  }

  init(_ curves: TrainingCurves, _ options: EnvelopeOptions) throws(LawError) {
    self.curves = curves.curves
    let smoothed = curves.curves.map { $0.smoothed(options.smoothing) }
    self.smoothed = smoothed
    let logFlops = try Self.grid(curves.curves, options)
    self.logFlops = logFlops
    var byLoss = [[Entry]](repeating: [], count: logFlops.count)
    for (run, curve) in curves.curves.enumerated() {
      var upper = 1
      for (value, x) in logFlops.enumerated() where curve.covers(x) {
        while upper < curve.logFlops.count - 1, curve.logFlops[upper] < x { upper += 1 }
        let fraction = (x - curve.logFlops[upper - 1]) / (curve.logFlops[upper] - curve.logFlops[upper - 1])
        func between(_ y: [Double]) -> Double { y[upper - 1] + fraction * (y[upper] - y[upper - 1]) }
        byLoss[value].append(
          Entry(run: run, logLoss: between(smoothed[run].logLoss), logTokens: between(curve.logTokens)))
      }
    }
    self.byLoss = byLoss.map { entries in entries.sorted { ($0.logLoss, $0.run) < ($1.logLoss, $1.run) } }
    bySize = byLoss.map { entries in
      entries.map(\.run).sorted { (curves.curves[$0].params, $0) < (curves.curves[$1].params, $1) }
    }
  }

  /// The lowest curve at each value, among the runs that are present.
  func winners(among present: [Bool]) -> Winners {
    var winners = Winners()
    for value in logFlops.indices {
      guard let entry = byLoss[value].first(where: { present[$0.run] }),
        let first = bySize[value].first(where: { present[$0] }), let last = bySize[value].last(where: { present[$0] })
      else { continue }
      let winner = Winner(value: value, run: entry.run, logLoss: entry.logLoss, logTokens: entry.logTokens)
      let (smallest, largest, size) = (curves[first].params, curves[last].params, curves[entry.run].params)
      if largest <= smallest * 1.001 { continue }
      if size <= smallest * 1.001 {
        winners.smallest.append(winner)
      } else if size * 1.001 >= largest {
        winners.largest.append(winner)
      } else {
        winners.inside.append(winner)
      }
    }
    return winners
  }

  /// The lines of size, tokens and loss; nil if fewer than two sizes win.
  func lines(_ winners: [Winner]) -> (size: PowerLine, tokens: PowerLine, loss: PowerLine)? {
    guard let first = winners.first,
      winners.contains(where: { abs(curves[$0.run].params / curves[first.run].params - 1) > 1e-3 })
    else { return nil }
    let x = winners.map { logFlops[$0.value] }
    guard let size = LeastSquaresLine(x, winners.map { log(curves[$0.run].params) }),
      let tokens = LeastSquaresLine(x, winners.map(\.logTokens)), let loss = LeastSquaresLine(x, winners.map(\.logLoss))
    else { return nil }
    return (size.line, tokens.line, loss.line)
  }

  /// ln C from where two sizes are first present to where they last are.
  private static func grid(_ curves: [TrainingCurves.Curve], _ options: EnvelopeOptions) throws(LawError) -> [Double] {
    func twoSizes(_ x: Double) -> Bool { distinctCount(curves.filter { $0.covers(x) }.map(\.params)) >= 2 }
    let starts = curves.compactMap(\.logFlops.first).filter(twoSizes)
    let ends = curves.compactMap(\.logFlops.last).filter(twoSizes)
    guard var low = starts.min(), var high = ends.max() else {
      throw LawError("at no compute are there curves of two sizes; train two or more sizes over the same compute")
    }
    if let range = options.range {
      low = max(low, log(range.lowerBound))
      high = min(high, log(range.upperBound))
    }
    guard low < high else {
      throw LawError(
        "the curves of two sizes share no range of compute; train sizes over the same compute, or widen the range")
    }
    let last = options.values - 1
    return (0...last).map { $0 == last ? high : low + (high - low) * Double($0) / Double(last) }
  }
}
