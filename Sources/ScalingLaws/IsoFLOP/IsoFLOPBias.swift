import Documents
import Foundation
import Tables

/// The result of approach 2 on noise-free runs of a known law: its bias on one design.
///
/// A parabola is not the shape of an isoFLOP curve. If the sizes relate to the optimum in the same way at every budget,
/// only the coefficient is biased; if they drift, the exponent is as well.
public struct IsoFLOPBias: Codable, Hashable, Sendable {
  /// a of the law.
  public let trueExponent: Double
  /// a as approach 2 finds it.
  public let reportedExponent: Double
  public let budgets: [Comparison]
  /// At the compute of a plan, if one was given.
  public let target: Comparison?
  /// The number of budgets at which even the noise-free parabola has no minimum among the sizes.
  public let excluded: [ComputeExponents.Exclusion]
  /// The bias in a sentence.
  public let sentence: String

  enum CodingKeys: String, CodingKey {
    case budgets, target, excluded, sentence
    case trueExponent = "true_exponent"
    case reportedExponent = "reported_exponent"
  }

  /// Optimal sizes, in parameters, at a compute in FLOP.
  public struct Comparison: Codable, Hashable, Sendable {
    public let flops: Double
    public let trueParams: Double
    public let reportedParams: Double

    enum CodingKeys: String, CodingKey {
      case flops
      case trueParams = "true_params"
      case reportedParams = "reported_params"
    }

    /// Reported over true.
    public var ratio: Double { reportedParams / trueParams }
  }

  /// The bias on the sizes, tokens and budgets of these runs; their losses are not used.
  ///
  /// - Parameters:
  ///   - surface: the law assumed to be true, such as a fit to the same runs.
  ///   - target: the compute in FLOP of a plan.
  /// - Throws: ``LawError`` if the target is not a finite number above zero, or if approach 2 fails on the design.
  public init(
    of runs: RunColumns, under surface: ChinchillaSurface, target: Double? = nil,
    _ options: IsoFLOPOptions = IsoFLOPOptions()
  ) throws(LawError) {
    var options = options
    options.resamples = 0
    let losses = zip(runs.params, runs.tokens).map { surface.loss(params: $0, tokens: $1) }
    let found = try ComputeExponents.isoFLOPProfiles(runs.observing(losses), options)
    let grouping = runs.isoFLOPBudgets(tolerance: options.tolerance)
    budgets = found.points.map { point in
      // Compute may be counted differently from budget to budget; the best size of each uses its own count.
      let own = runs.flopsPerParamToken(in: grouping.budgets.filter { $0.flops == point.flops })
      return Comparison(
        flops: point.flops, trueParams: surface.optimalSize(flopsPerParamToken: own).value(at: point.flops),
        reportedParams: point.params)
    }
    if let target {
      let overall = runs.flopsPerParamToken(in: grouping.budgets)
      self.target = Comparison(
        flops: target, trueParams: surface.optimalSize(flopsPerParamToken: overall).value(at: target),
        reportedParams: try found.optimum(at: target).params)
    } else {
      self.target = nil
    }
    trueExponent = surface.sizeExponent
    reportedExponent = found.size.exponent.value
    excluded = found.excluded
    sentence = Self.sentence(trueExponent, reportedExponent, self.target ?? budgets.last, excluded)
  }

  private static func sentence(
    _ trueExponent: Double, _ reportedExponent: Double, _ at: Comparison?, _ excluded: [ComputeExponents.Exclusion]
  ) -> String {
    var text =
      "on this design, and without noise, approach 2 would report a = \(NumberText.rounded(reportedExponent)) for a "
      + "law whose true exponent is \(NumberText.rounded(trueExponent))"
    if let at {
      let off = abs(at.ratio - 1) * 100
      let side = at.ratio < 1 ? "small" : "large"
      let size = off < 0.05 ? "right to 0.05 %" : "\(NumberText.rounded(off, 2)) % too \(side)"
      text += "; at \(formatFLOPs(at.flops)) its size is \(size)"
    }
    if !excluded.isEmpty {
      text += "; \(excluded.count) of its budgets would have no minimum among the sizes"
    }
    return text
  }
}
