import Fitting
import Foundation

/// A method that ranks the models before any of them has been fine-tuned on all examples.
public enum SelectionMethod: String, Codable, Sendable, CaseIterable {
  /// The loss predicted by the straight end of the curve; see ``AcceptThenStop``.
  case acceptThenStop = "accept-then-stop"
  /// The loss at the target of the rectified law, fitted to the curve and, if that has few sizes, to the loss without
  /// tuning.
  case rectified
  /// The loss at the target of a power law, fitted to the curve.
  case power = "finetuning-power"
  /// The loss at the most examples within the budget.
  case subTuning = "sub-tuning"
  /// The loss without any tuning.
  case zeroShot = "zero-shot"
  /// The parameters of the model, the most first.
  case modelSize = "model-size"

  /// The basis of the method, in a few words.
  public var basis: String {
    switch self {
    case .acceptThenStop: "predicted loss, straight end of the curve"
    case .rectified: "predicted loss, rectified law"
    case .power: "predicted loss, power law"
    case .subTuning: "loss at the most examples observed"
    case .zeroShot: "loss without tuning"
    case .modelSize: "parameters"
    }
  }

  /// The source of its intervals; nil for a method that predicts no loss at the target.
  public var intervalSource: String? {
    switch self {
    case .acceptThenStop: "prediction error of the line, Student's t"
    case .rectified, .power: "bootstrap of widened residuals"
    case .subTuning, .zeroShot, .modelSize: nil
    }
  }

  /// Whether more is better.
  var prefersMore: Bool { self == .modelSize }

  /// A method's estimate for one model, before its interval is computed.
  enum Estimate: Sendable {
    case value(Double, points: Int?)
    /// The reason why there is no value.
    case missing(String)
  }

  /// One estimate for each curve, in order; the same for any number of threads.
  func estimates(_ curves: [FineTuningCurve], _ request: SelectionRequest) throws -> [Estimate] {
    func known(_ value: Double?, _ reason: String) -> Estimate {
      value.map { .value($0, points: nil) } ?? .missing(reason)
    }
    switch self {
    case .acceptThenStop:
      return curves.map { curve in
        guard let line = request.acceptThenStop.line(through: curve) else {
          return .missing("it has fewer than two sizes")
        }
        return .value(line.line.value(at: request.target), points: line.points)
      }
    case .rectified, .power: return try fits(curves, request)
    case .subTuning: return curves.map { known($0.losses.last, "it has no run within the budget") }
    case .zeroShot: return curves.map { known($0.zeroShotLoss, "it has no run on 0 examples") }
    case .modelSize: return curves.map { known($0.params, "its params are not known") }
    }
  }

  /// The interval for the loss of a run on all examples, for each curve; nil if the method has none.
  ///
  /// A fitted law's interval takes hundreds of refits, a line's none: request it only for the curves that matter.
  func intervals(_ curves: [FineTuningCurve], _ request: SelectionRequest) throws -> [ClosedRange<Double>?] {
    switch self {
    case .acceptThenStop:
      return curves.map { curve in
        request.acceptThenStop.line(through: curve)?.interval(at: request.target, level: request.level)
      }
    case .rectified, .power:
      let extrapolation = try extrapolation(request)
      return mapInParallel(
        curves.count, threads: request.threads, state: {},
        body: { index, _ in try? extrapolation.extrapolate(curves[index]).interval })
    case .subTuning, .zeroShot, .modelSize: return curves.map { _ in nil }
    }
  }

  private func fits(_ curves: [FineTuningCurve], _ request: SelectionRequest) throws -> [Estimate] {
    let extrapolation = try extrapolation(request)
    return mapInParallel(
      curves.count, threads: request.threads, state: {},
      body: { index, _ in
        do { return .value(try extrapolation.loss(of: curves[index]), points: nil) } catch {
          return .missing("\(error)")
        }
      })
  }

  private func extrapolation(_ request: SelectionRequest) throws -> CurveExtrapolation {
    try CurveExtrapolation(
      LawCatalog().law(rawValue), countsZeroShot: self == .rectified, target: request.target,
      resamples: request.resamples, level: request.level,
      seed: request.seed)
  }
}
