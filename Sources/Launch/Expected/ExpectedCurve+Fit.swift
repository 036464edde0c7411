import Documents
import Fitting
import Foundation
import ScalingLaws
import Tables

extension ExpectedCurve {
  /// The losses that a fit predicts along a job's schedule.
  ///
  /// The curve begins after the warm-up, or where the job says, because the law does not hold before.
  ///
  /// Where the loss at the end is known from elsewhere, as from a plan, the whole curve is scaled to end there, and its interval
  /// combines both errors as independent errors of the logarithm.
  ///
  /// - Throws: `DocumentError` for a fit that is not of a law of schedules, or predicts no finite loss.
  public init(_ expected: JobSpec.Expected, of job: JobSpec) throws {
    let fitted = try FitDocument.read(expected.curve).value.fittedLaw()
    guard fitted.law.isOfSchedules else {
      throw DocumentError(
        "\(expected.curve): losses along a run are predicted by a fit of \(Law.multiPowerName), not of \(fitted.law.name); "
          + "'windtunnel fit curves.csv --law \(Law.multiPowerName) --output fit.json' makes one")
    }
    let steps = job.scheduleSteps(parts: Self.parts)
    let rates = steps.map(job.learningRate)
    let rows = zip(steps, rates).map { "\($0),\($1)" }
    let table = try Table.parse("step,lr\n" + rows.joined(separator: "\n") + "\n", name: "the schedule of \(job.name)")
    let (best, draws) = try fitted.losses(
      along: try RunTable(table).addingSchedule(target: nil), params: Double(job.model.parameters.total))
    let isLoss = fitted.law.target == Role.loss.rawValue
    let end = expected.end ?? (isLoss ? job.provenance.predictedLoss : nil)
    let endInterval = expected.endInterval ?? (isLoss ? job.provenance.predictionInterval : nil)
    guard let last = best.last, last.isFinite, last > 0 else {
      throw DocumentError("\(expected.curve): this fit predicts no loss at the end of job '\(job.name)'")
    }
    let ends = draws.compactMap(\.last)
    let first = expected.from.map { $0 * Double(job.training.steps) } ?? Double(job.schedule.warmupSteps)
    points = steps.indices.compactMap { index -> Point? in
      guard steps[index] >= first, best[index].isFinite, best[index] > 0 else { return nil }
      // Where the end is known, the draws differ only before it.
      let values = zip(draws, ends).map { draw, own in end == nil ? draw[index] : draw[index] * last / own }
      let single = predictionInterval(
        values.isEmpty ? [best[index]] : values, logResiduals: fitted.logResiduals, level: expected.level, seed: 0)
      func halfWidth(_ bound: Double?, _ other: Double?) -> Double {
        let own = bound.map { log($0 / best[index]) } ?? 0
        return hypot(own, other.flatMap { bound in end.map { log(bound / $0) } } ?? 0)
      }
      let loss = best[index] * (end ?? last) / last
      return Point(
        step: steps[index], learningRate: rates[index], loss: loss,
        low: loss * exp(-halfWidth(single?.lowerBound, endInterval?.first)),
        high: loss * exp(halfWidth(single?.upperBound, endInterval?.last)))
    }
    guard points.count > 1 else {
      throw DocumentError("\(expected.curve): this fit predicts no losses along job '\(job.name)'")
    }
    (metric, level, tokensPerStep) = (fitted.law.target, expected.level, Double(job.training.tokensPerStep))
  }

  private static let parts = 128
}
