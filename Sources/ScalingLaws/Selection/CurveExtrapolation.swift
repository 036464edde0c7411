import Fitting
import Formulas
import Foundation

/// A law of fine-tuning fitted to single curves and extrapolated to the full size.
struct CurveExtrapolation {
  let law: Law
  /// The full size in examples.
  let target: Double
  /// The number of bootstrap resamples for the interval; no interval if 0.
  let resamples: Int
  let level: Double
  let seed: UInt64
  /// Whether the loss without tuning is a point of the law if there are at most two sizes per parameter: with more, the
  /// first sizes only distort the extrapolation to the full size.
  private let countsZeroShot: Bool
  private let compiled: CompiledFormula
  /// The curves of public models have the same optimum from eight starts as from two thousand. If few sizes leave
  /// a valley without a minimum, more starts only go further down it.
  private let starts = Starts.global(8)

  /// - Parameter law: of one variable, the examples.
  init(
    _ law: Law, countsZeroShot: Bool, target: Double, resamples: Int, level: Double, seed: UInt64
  ) throws(FormulaError) {
    self.law = law
    self.countsZeroShot = countsZeroShot
    self.target = target
    self.resamples = resamples
    self.level = level
    self.seed = seed
    let names = law.variables.map(\.name)
    compiled = try CompiledFormula(
      law.formula, parameters: law.parameterNames, variables: names, positive: Set(names))
  }

  /// The law's loss at the full size.
  ///
  /// - Throws: ``FitError`` with too few sizes, or if the law cannot be fitted.
  func loss(of curve: FineTuningCurve) throws(FitError) -> Double { try fit(curve).loss }

  /// The law's loss at the full size, and the interval for the loss of a run there.
  ///
  /// The interval comes from a bootstrap of residuals. A law with nearly as many parameters as sizes leaves small
  /// residuals, so these are first scaled to their variance per degree of freedom. A parameter at its bound stays there
  /// in every resample.
  ///
  /// - Throws: ``FitError`` with too few sizes, or if the law cannot be fitted.
  func extrapolate(_ curve: FineTuningCurve) throws(FitError) -> (loss: Double, interval: ClosedRange<Double>?) {
    let (problem, optimum, loss) = try fit(curve)
    guard resamples > 0 else { return (loss, nil) }
    let (count, free) = (problem.observed.count, law.parameters.count)
    let there = BoundFormula(compiled, columns: [[target]])
    let widening = (Double(count) / Double(count - free)).squareRoot()
    let residuals = problem.residuals(at: optimum.parameters).map { $0 * widening }
    // Least squares has the same optimum for scaled residuals, which are still orthogonal to its slopes.
    let fitted = problem.bound.values(parameters: optimum.parameters)
    let widened = problem.observing(zip(fitted, residuals).map { $0 * exp(-$1) })
    let draws = widened.bootstrap(
      Bootstrap(.residuals, resamples: resamples, seed: seed), around: optimum, threads: 1)
    let interval = predictionInterval(
      draws.parameters.map { there.values(parameters: $0)[0] }, logResiduals: residuals, level: level, seed: seed)
    return (loss, interval.flatMap { $0.lowerBound.isFinite && $0.upperBound.isFinite ? $0 : nil })
  }

  private func fit(_ curve: FineTuningCurve) throws(FitError) -> (problem: FitProblem, optimum: Optimum, loss: Double) {
    let (sizes, free) = (curve.examples.count, law.parameters.count)
    var (examples, losses) = (curve.examples, curve.losses)
    if countsZeroShot, sizes <= 2 * free, let zeroShot = curve.zeroShotLoss {
      // Zero, as nearly as a logarithm can represent it.
      examples.insert(.leastNormalMagnitude, at: 0)
      losses.insert(zeroShot, at: 0)
    }
    let count = examples.count
    guard count > free else {
      throw FitError(
        "\(sizes) size\(sizes == 1 ? "" : "s") cannot determine the \(free) parameters of \(law.name)")
    }
    let problem = FitProblem(
      BoundFormula(compiled, columns: [examples]), domains: law.parameters, observed: losses,
      objective: law.objective)
    let optimum = try problem.minimize(starts, threads: 1)
    let loss = BoundFormula(compiled, columns: [[target]]).values(parameters: optimum.parameters)[0]
    guard loss.isFinite, loss > 0 else { throw FitError("\(law.name) has no loss at \(target) examples") }
    return (problem, optimum, loss)
  }
}
