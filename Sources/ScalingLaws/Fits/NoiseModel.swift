import Fitting
import Foundation

/// The scatter of runs about a fitted law, on the logarithm of its predictions: residuals of one shape, whose spread may
/// change along a variable.
public struct NoiseModel: Sendable, Equatable {
  /// The standard deviation at the geometric middle of the runs.
  public var deviation: Double
  /// The power of ``along`` with which it grows; 0 where no trend shows.
  public var exponent: Double
  /// The variable along which the spread changes: `flops`, or the law's first column.
  public var along: String
  /// The standard deviation between runs of one setting, where there are such runs.
  public var seedDeviation: Double?
  /// The geometric middle of ``along`` over the runs, and its ends; nil where the noise is not of runs.
  let middle: Double?
  let span: [Double]
  /// Residuals divided by their run's own deviation, one a run: the shape that noise is drawn from.
  let shape: [Double]
  /// Each run's deviation.
  let deviations: [Double]

  /// The noise that a fit left.
  ///
  /// The logarithm of the squared residuals is regressed on that of the compute; a slope below 2.5 standard errors counts
  /// as none.
  public init(of fit: LawFit) throws(LawError) {
    let residuals = fit.logResiduals
    guard residuals.contains(where: { $0 != 0 }) else {
      throw LawError("the fit leaves no scatter on the logarithm of the loss, so there is no noise to draw")
    }
    let (name, values) = Self.scale(fit)
    let rootMeanSquare = (residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
    // Fitting takes up some of the scatter.
    let freedom = Double(max(1, residuals.count - fit.law.parameters.count))
    let inflation = (Double(residuals.count) / freedom).squareRoot()
    let slope = Self.trend(residuals, along: values.map { log($0) })
    let middle = values.reduce(0) { $0 + log($1) } / Double(values.count)
    self.middle = exp(middle)
    span = [values.min() ?? 1, values.max() ?? 1]
    let relative = values.map { exp(slope * (log($0) - middle)) }
    let standardized = zip(residuals, relative).map { $0 / $1 }
    let spread = (standardized.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
    along = name
    exponent = slope
    deviation = (slope == 0 ? rootMeanSquare : spread) * inflation
    let scale = deviation
    deviations = relative.map { $0 * scale }
    shape = standardized.map { $0 / spread }
    seedDeviation = Self.betweenSeeds(fit)
  }

  /// Normal noise of one deviation on the logarithm.
  public init(normal deviation: Double, runs: Int) {
    self.deviation = deviation
    exponent = 0
    along = "flops"
    seedDeviation = nil
    middle = nil
    span = []
    // Quantiles of the normal distribution stand for draws of it.
    shape = (0..<1000).map { standardNormalQuantile((Double($0) + 0.5) / 1000) }
    deviations = [Double](repeating: deviation, count: runs)
  }

  /// The noise without its shape, as a document keeps it; nil where it is not of runs.
  var ofRuns: RunNoise? {
    guard let middle else { return nil }
    let noise = RunNoise(
      deviation: deviation, exponent: exponent, along: along, middle: middle, span: span, seedDeviation: seedDeviation)
    return (try? noise.check()) == nil ? nil : noise
  }

  /// Values with noise drawn anew.
  func noisy(_ values: [Double], _ random: Random) -> [Double] {
    zip(values, deviations).map { $0 * exp(-$1 * shape[random.integer(below: shape.count)]) }
  }

  private static func scale(_ fit: LawFit) -> (name: String, values: [Double]) {
    if let flops = try? fit.runs.values(for: .flops), flops.allSatisfy({ $0 > 0 }) { return ("flops", flops) }
    if let sizes = try? fit.runs.values(for: .params), let tokens = try? fit.runs.values(for: .tokens),
      zip(sizes, tokens).allSatisfy({ $0 * $1 > 0 })
    {
      return ("flops", zip(sizes, tokens).map { 6 * $0 * $1 })
    }
    if let first = fit.columns.first, first.allSatisfy({ $0 > 0 }) { return (fit.law.variables[0].column, first) }
    return (fit.law.target, fit.problem.observed.map { _ in 1 })
  }

  /// The power with which the deviation grows along a logarithm; 0 where that may be chance.
  private static func trend(_ residuals: [Double], along x: [Double]) -> Double {
    let used = residuals.indices.filter { residuals[$0] != 0 }
    guard used.count > 10 else { return 0 }
    let y = used.map { log(residuals[$0] * residuals[$0]) }
    let count = Double(used.count)
    let (meanX, meanY) = (used.reduce(0) { $0 + x[$1] } / count, y.reduce(0, +) / count)
    let spread = used.reduce(0) { $0 + (x[$1] - meanX) * (x[$1] - meanX) }
    guard spread > 0 else { return 0 }
    let slope = zip(used, y).reduce(0) { $0 + (x[$1.0] - meanX) * ($1.1 - meanY) } / spread
    let left = zip(used, y).reduce(0) { sum, point in
      let off = point.1 - meanY - slope * (x[point.0] - meanX)
      return sum + off * off
    }
    let error = (left / (count - 2) / spread).squareRoot()
    return abs(slope) > 2.5 * error ? slope / 2 : 0
  }

  /// The pooled standard deviation of the logarithm among runs that are the same in every variable.
  private static func betweenSeeds(_ fit: LawFit) -> Double? {
    let keys = fit.problem.observed.indices.map { row in fit.columns.map { $0[row] } }
    let groups = Dictionary(grouping: fit.problem.observed.indices, by: { keys[$0] }).values.filter { $0.count > 1 }
    guard !groups.isEmpty else { return nil }
    var (squares, freedom) = (0.0, 0)
    for rows in groups {
      let logs = rows.map { log(fit.problem.observed[$0]) }
      let mean = logs.reduce(0, +) / Double(logs.count)
      squares += logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      freedom += logs.count - 1
    }
    let deviation = (squares / Double(freedom)).squareRoot()
    return deviation.isFinite && deviation > 0 ? deviation : nil
  }
}
