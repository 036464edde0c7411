import Foundation
import Tables

/// The settings of the envelope of training curves.
public struct EnvelopeOptions: Hashable, Sendable {
  public var smoothing: CurveSmoothing
  /// FLOP values, evenly spaced in the logarithm, at which the lowest curve is found: 1,500 in Hoffmann et al. 2022.
  public var values: Int
  /// The compute range in FLOP of the envelope, such as beyond warm-up; all that two sizes cover if nil.
  public var range: ClosedRange<Double>?
  /// Bootstrap resamples, of whole runs; 0 for no intervals.
  public var resamples: Int
  public var seed: UInt64
  /// The level of the intervals.
  public var level: Double

  public init(
    smoothing: CurveSmoothing = .gaussian(decades: 0.02), values: Int = 1500, range: ClosedRange<Double>? = nil,
    resamples: Int = 1000, seed: UInt64 = 0, level: Double = 0.9
  ) {
    self.smoothing = smoothing
    self.values = values
    self.range = range
    self.resamples = resamples
    self.seed = seed
    self.level = level
  }

  func check() throws(LawError) {
    if case .gaussian(let decades) = smoothing, !(decades > 0 && decades <= 1) {
      throw LawError("the smoothing of \(decades) decades of compute is not between 0 and 1; 0.02 is usual")
    }
    guard (10...100_000).contains(values) else {
      throw LawError("the number of FLOP values, \(values), is not between 10 and 100000; 1500 is usual")
    }
    if let range, !(range.lowerBound > 0 && range.upperBound.isFinite) {
      throw LawError("the compute of the envelope, \(range.lowerBound) to \(range.upperBound) FLOP, is not above zero")
    }
    try checkBootstrap(resamples: resamples, level: level)
  }
}

extension ComputeExponents {
  /// Approach 1 of Hoffmann et al. 2022 (arXiv 2203.15556, section 3.1): at FLOP values evenly spaced in the logarithm,
  /// the run with the lowest loss so far; then straight lines through the logarithms of its size, tokens and loss.
  ///
  /// Losses are smoothed and then interpolated, `ln L` over `ln C`. Values at which the smallest or the largest of the
  /// sizes present wins are left out, because a size beyond it may be better. The tokens are those of the winning run
  /// at that compute, which is `C/(6N)` if compute is counted so. Neighboring values share their runs, so standard
  /// errors come from the bootstrap over whole runs.
  /// - Throws: ``LawError`` if fewer than two sizes win among the sizes present.
  public static func trainingCurveEnvelope(
    _ curves: TrainingCurves, _ options: EnvelopeOptions = EnvelopeOptions()
  ) throws(LawError) -> ComputeExponents {
    try options.check()
    let table = try EnvelopeTable(curves, options)
    let everyRun = [Bool](repeating: true, count: curves.curves.count)
    let winners = table.winners(among: everyRun)
    let sizes = distinctCount(winners.inside.map { curves.curves[$0.run].params })
    guard sizes >= 2, let lines = table.lines(winners.inside) else {
      throw LawError(
        "\(sizes == 1 ? "one size has" : "no size has") the lowest loss anywhere between a smaller and a larger one, "
          + "but a line needs two; train more sizes, or for longer")
    }
    var draws: [Draw] = []
    var lossDraws: [PowerLine] = []
    let resampler = Resampler(seed: options.seed)
    let runs = Array(curves.curves.indices)
    for _ in 0..<options.resamples {
      var present = [Bool](repeating: false, count: runs.count)
      for run in resampler.cases(runs) { present[run] = true }
      guard let drawn = table.lines(table.winners(among: present).inside) else { continue }
      draws.append(Draw(size: drawn.size, tokens: drawn.tokens))
      lossDraws.append(drawn.loss)
    }
    func law(_ line: PowerLine, _ draws: [PowerLine]) -> PowerLaw {
      PowerLaw(line, exponentError: nil, logCoefficientError: nil, draws: draws, level: options.level)
    }
    return ComputeExponents(
      approach: .trainingCurveEnvelope, size: law(lines.size, draws.map(\.size)),
      tokens: law(lines.tokens, draws.map(\.tokens)), loss: law(lines.loss, lossDraws),
      points: table.points(winners.inside), excluded: table.exclusions(winners),
      warnings: table.warnings(winners.inside, failed: options.resamples - draws.count, of: options.resamples),
      notes: table.notes(leftOut: curves.leftOut), draws: draws, level: options.level)
  }
}
