import Foundation
import ScalingLaws

/// The cost of missing the optimal size: the loss around the optimum at the same compute.
public struct Valley: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    /// The factor on the optimal size.
    public let factor: Double
    public let params: Double
    /// The tokens that the compute allows at this size.
    public let tokens: Double
    public let loss: Double
    /// Loss above the optimum's.
    public let excess: Double
    /// Training compute in FLOP at which this size reaches the optimum's loss; nil if no number of tokens does.
    public let matchingFLOPs: Double?
    /// The compute beyond the optimum's, as a share of it.
    public let extraCompute: Double?
  }

  public let rows: [Row]
  /// The sizes whose loss is within ``tolerance`` of the optimum's.
  public let sizes: ClosedRange<Double>
  /// The tolerance as a share of the optimum's loss.
  public let tolerance: Double
}

/// The cost of missing the optimal size by factors at given compute, without other constraints.
///
/// - Parameters:
///   - flops: training compute in FLOP.
///   - factors: on the size, above zero.
///   - fixed: values of the law's further variables.
/// - Throws: ``PlanError`` if the law cannot split compute, or its optimum is at a boundary.
public func costOfMissing(
  _ fitted: FittedLaw, flops: Double, factors: [Double] = [0.25, 0.5, 2, 4], fixed: [String: Double] = [:],
  rule: ComputeRule = .sixND
) throws(PlanError) -> Valley {
  let options = PlanOptions(rule: rule, valleyFactors: factors)
  let constraints = PlanConstraints(fixed: fixed)
  try validate(.flops(flops), constraints, options)
  let ensemble = try Ensemble(fitted, draws: [], constraints: constraints, options: options)
  guard let valley = ensemble.point.valley(flops: flops, factors: factors) else {
    throw PlanError(
      "the law '\(fitted.law.name)' has no best size inside the range at \(flops) FLOP, so the cost of missing it is "
        + "undefined"
    )
  }
  return valley
}

extension Allocator {
  /// The valley around the unconstrained optimum; nil if there is none inside the range.
  func valley(flops: Double, factors: [Double]) -> Valley? {
    let free = unconstrained
    guard splits, let best = free.trainingOptimum(flops), best.limit == nil else { return nil }
    let rows = factors.compactMap { factor -> Valley.Row? in
      let params = best.params * factor
      guard let row = free.at(params, rule.other(params, flops: flops)) else { return nil }
      let matching = free.tokens(of: params, reaching: best.loss, near: row.tokens).map {
        rule.trainingFLOPs(params: params, tokens: $0)
      }
      return Valley.Row(
        factor: factor, params: params, tokens: row.tokens, loss: row.loss, excess: row.loss - best.loss,
        matchingFLOPs: matching, extraCompute: matching.map { $0 / flops - 1 })
    }
    let tolerance = 0.005
    func excess(_ x: Double) -> Double {
      surface.loss(params: exp(x), tokens: rule.other(exp(x), flops: flops)) - best.loss * (1 + tolerance)
    }
    let (center, most) = (log(best.params), max(0, log(rule.other(1, flops: flops))))
    // A side that never loses as much extends to the end of the range.
    let low = root(from: min(0, center), to: center, of: excess) ?? min(0, center)
    let high = root(from: center, to: max(most, center), of: excess) ?? max(most, center)
    return Valley(rows: rows, sizes: exp(low)...exp(high), tolerance: tolerance)
  }
}
