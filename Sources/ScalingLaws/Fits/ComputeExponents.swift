import Foundation

/// The growth of the compute-optimal size and tokens with compute, `N_opt ∝ C^a` and `D_opt ∝ C^b`, by one of the approaches
/// of Hoffmann et al. 2022 (arXiv 2203.15556, section 3) or a relative of theirs.
public struct ComputeExponents: Codable, Hashable, Sendable {
  public enum Approach: String, Codable, Hashable, Sendable, CaseIterable {
    /// Approach 1: the lower envelope of training curves.
    case trainingCurveEnvelope = "training_curve_envelope"
    /// Approach 2: a parabola of the loss in the logarithm of the size at each budget.
    case isoFLOPProfiles = "isoflop_profiles"
    /// Porian et al. 2024 (arXiv 2406.19146): Akima's interpolation at each budget, budgets weighted by their resolution.
    case isoFLOPInterpolation = "isoflop_interpolation"
    /// One surface `E + A/N^alpha + B/D^beta` through the runs of all budgets at once.
    case isoFLOPSurface = "isoflop_surface"
  }

  public let approach: Approach
  /// `N_opt = k C^a`, in parameters and FLOP.
  public let size: PowerLaw
  /// `D_opt = k C^b`, in tokens and FLOP.
  public let tokens: PowerLaw
  /// `L_min = k C^p`, in nats per token and FLOP, where the approach gives one.
  public let loss: PowerLaw?
  /// The points of the lines, by rising compute.
  public let points: [Point]
  public let excluded: [Exclusion]
  public let warnings: [String]
  public let notes: [String]
  /// The lines of each bootstrap resample: what the intervals are taken from. Empty where none was asked for.
  public var draws: [Draw]
  /// The probability that the intervals are to hold.
  public let level: Double

  /// A number with its uncertainty.
  public struct Estimate: Codable, Hashable, Sendable {
    public let value: Double
    /// The interval of the regression where its points are independent, else of the bootstrap; nil where neither can tell.
    public let standardError: Double?
    /// Percentiles of the bootstrap; nil without one.
    public let interval: Interval?

    enum CodingKeys: String, CodingKey {
      case value, interval
      case standardError = "standard_error"
    }
  }

  public struct Interval: Codable, Hashable, Sendable {
    public let lower: Double
    public let upper: Double
  }

  public struct PowerLaw: Codable, Hashable, Sendable {
    public let exponent: Estimate
    /// The natural logarithm of the coefficient.
    public let logCoefficient: Estimate

    enum CodingKeys: String, CodingKey {
      case exponent
      case logCoefficient = "log_coefficient"
    }

    public var line: PowerLine { PowerLine(logCoefficient: logCoefficient.value, exponent: exponent.value) }
    public var coefficient: Double { exp(logCoefficient.value) }
  }

  /// The optimum at one compute.
  public struct Point: Codable, Hashable, Sendable {
    public var flops: Double
    public var params: Double
    public var tokens: Double
    /// `C/(6 N_opt)`: differs from ``tokens`` where compute is not counted as 6ND, or where noise is large.
    public var tokensFromCompute: Double
    public var loss: Double
    /// The coefficient of `(ln N)²` in the parabola of the loss, where there is one: how sharp the minimum is.
    public var curvature: Double?
    /// The runs that it rests on.
    public var runs: Int
    public var distinctSizes: Int
    public var paramsInterval: Interval?

    enum CodingKeys: String, CodingKey {
      case flops, params, tokens, loss, curvature, runs
      case tokensFromCompute = "tokens_from_compute"
      case distinctSizes = "distinct_sizes"
      case paramsInterval = "params_interval"
    }
  }

  /// Compute that the lines leave out, and why.
  public struct Exclusion: Codable, Hashable, Sendable {
    public let lowestFlops: Double
    public let highestFlops: Double
    /// Runs of a budget, or FLOP values of an envelope.
    public let count: Int
    public let reason: String

    enum CodingKeys: String, CodingKey {
      case count, reason
      case lowestFlops = "lowest_flops"
      case highestFlops = "highest_flops"
    }
  }

  public struct Draw: Codable, Hashable, Sendable {
    public let size: PowerLine
    public let tokens: PowerLine
  }
}

extension ComputeExponents {
  /// The size and tokens of the lines at a compute.
  public struct Allocation: Codable, Hashable, Sendable {
    public let flops: Double
    public let params: Double
    public let tokens: Double
    public let loss: Double?
    public let paramsInterval: Interval?
    public let tokensInterval: Interval?
    /// The compute over that of the largest point; 1 within the points.
    public let extrapolation: Double

    enum CodingKeys: String, CodingKey {
      case flops, params, tokens, loss, extrapolation
      case paramsInterval = "params_interval"
      case tokensInterval = "tokens_interval"
    }
  }

  /// The compute-optimal size and tokens at a compute in FLOP.
  ///
  /// - Throws: ``LawError`` if the compute, or what it leads to, is not a finite number above zero.
  public func optimum(at flops: Double) throws(LawError) -> Allocation {
    let params = size.line.value(at: flops)
    let tokens = tokens.line.value(at: flops)
    for number in [flops, params, tokens] where !(number.isFinite && number > 0) {
      throw LawError("there is no optimum at \(flops) FLOP; give a compute nearer to that of the runs")
    }
    return Allocation(
      flops: flops, params: params, tokens: tokens, loss: loss?.line.value(at: flops),
      paramsInterval: Interval(of: draws.map { $0.size.value(at: flops) }, level: level),
      tokensInterval: Interval(of: draws.map { $0.tokens.value(at: flops) }, level: level),
      extrapolation: max(1, flops / (points.last?.flops ?? flops)))
  }
}
